/**
 * A command with an inspector, run in this process: its page's address as soon as it is there, and
 * an end when the test wants one.
 */

import { main } from '../../src/cli/main.js';
import { type CliResult, TextOutput } from './run-cli.js';

export interface InspectedCommand {
  readonly url: string;
  /** What stands on stderr so far. */
  stderr(): string;
  /** As Ctrl-C does. */
  interrupt(): Promise<CliResult>;
}

/** Resolves when the page's address is on stderr; rejects where the command ends before. */
export function startInspected(argv: readonly string[]): Promise<InspectedCommand> {
  const stdout = new TextOutput(false);
  let interrupt = (): void => {};
  return new Promise((resolve, reject) => {
    const stderr = new TextOutput(false, (text) => {
      const url = /look at (http:\S+)/.exec(text)?.[1];
      // The command goes on to wait for an end first.
      if (url !== undefined)
        setImmediate(() => resolve({ url, stderr: () => stderr.text, interrupt: end }));
    });
    const onInterrupt = (listener: () => void): (() => void) => {
      interrupt = listener;
      return () => {};
    };
    const done = main(argv, { stdout, stderr, env: {}, onInterrupt }).then((status) => ({
      status,
      stdout: stdout.text,
      stderr: stderr.text,
    }));
    const end = (): Promise<CliResult> => {
      interrupt();
      return done;
    };
    done.then(({ stderr: text }) => reject(new Error(text)), reject);
  });
}
