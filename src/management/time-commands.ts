/**
 * `time/stop` and `time/warp`: the switch's time, for tests of whole networks.
 *
 * Only a switch on a `StoppableClock` has them. Answers to the `timeval_*_cb` functions of OVS's
 * `lib/timeval.c`.
 */

import type { Clock } from '../base/clock.js';
import { StoppableClock } from '../base/stoppable-clock.js';
import { type Command, CommandError } from './command.js';
import type { ManagementContext } from './management-context.js';

export function timeCommands({ sw }: ManagementContext): readonly Command[] {
  const { clock } = sw;
  if (!(clock instanceof StoppableClock)) return [];
  return [
    {
      name: 'time/stop',
      usage: '',
      argsMin: 0,
      argsMax: 0,
      run: () => {
        clock.stop();
        return '';
      },
    },
    {
      name: 'time/warp',
      usage: '[large_msecs] msecs',
      argsMin: 1,
      argsMax: 2,
      run: (args) => warp(clock, args),
    },
  ];
}

/** In steps of the last word, up to the first; after each everybody may look at the time. */
async function warp(clock: StoppableClock, args: readonly string[]): Promise<string> {
  const step = readMilliseconds(args.at(-1));
  const total = readMilliseconds(args[0]);
  if (step <= 0 || total < 0) throw new CommandError('invalid MSECS');
  for (let left = total; left > 0; left -= step) {
    clock.warp(Math.min(step, left));
    await turn(clock);
  }
  return 'warped';
}

/** As C's `atoll` reads it. */
function readMilliseconds(text = ''): number {
  return Number.parseInt(text, 10) || 0;
}

function turn(clock: Clock): Promise<void> {
  return new Promise((resolve) => clock.setTimeout(resolve, 0));
}
