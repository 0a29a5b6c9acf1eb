/**
 * `version` and `exit`: what every daemon answers.
 */

import { type Command, hasOption } from './command.js';
import type { ManagementContext } from './management-context.js';

/** What `exit` asks for. */
export interface ExitRequest {
  /** `--cleanup`: leave nothing behind in the datapath either. */
  readonly isCleanup: boolean;
}

export function basicCommands(
  { program, version }: ManagementContext,
  exit: (request: ExitRequest) => void,
): readonly Command[] {
  return [
    {
      name: 'version',
      usage: '',
      argsMin: 0,
      argsMax: 0,
      run: () => `${program} (upcall) ${version}`,
    },
    {
      name: 'exit',
      usage: '[--cleanup]',
      argsMin: 0,
      argsMax: 1,
      run: (args) => {
        exit({ isCleanup: hasOption(args, '--cleanup') });
        return '';
      },
    },
  ];
}
