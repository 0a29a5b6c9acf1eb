/**
 * A switch whose commands tests run: time stands still, and moves only as far as an answer needs.
 */

import { VirtualClock } from '../../src/base/virtual-clock.js';
import { type CommandOptions, createCommands } from '../../src/management/management.js';
import { createSwitch } from '../../src/switch.js';
import type { SwitchOptions } from '../../src/switch-options.js';

const START_MS = 1_000_000;
/** More than any command waits for. */
const WAIT_MS = 2_000;

export interface CommandSwitchOptions extends SwitchOptions, CommandOptions {}

export function createCommandSwitch(options: CommandSwitchOptions = {}) {
  const clock = new VirtualClock({ start: START_MS });
  const sw = createSwitch({ ports: 3, clock, ...options });
  const commands = createCommands(sw, options);
  clock.runDue();

  /** Runs a command and lets time pass until it has answered. */
  const run = async (name: string, ...args: string[]): Promise<string> => {
    let isDone = false;
    const answer = commands.run(name, args, 'text').finally(() => {
      isDone = true;
    });
    answer.catch(() => {});
    await settle();
    for (let waited = 0; !isDone && waited < WAIT_MS; waited++) {
      clock.advance(1);
      await settle();
    }
    return String(await answer);
  };

  /** What a command is refused with. */
  const refusal = async (name: string, ...args: string[]): Promise<string> => {
    try {
      await run(name, ...args);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    throw new Error(`"${name}" was not refused`);
  };

  /** Lets a frame in and everything that follows happen, but no time pass. */
  const inject = (port: number | string, frame: Uint8Array): void => {
    sw.inject(port, frame);
    clock.runDue();
  };

  /** Promises first, then what is due. */
  async function settle(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    clock.runDue();
    await new Promise((resolve) => setImmediate(resolve));
  }

  return { sw, clock, commands, run, refusal, inject };
}

export type CommandSwitch = ReturnType<typeof createCommandSwitch>;
