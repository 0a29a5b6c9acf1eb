/**
 * One call of a `dpctl/*` command: its options, the datapath it names, and what it has said so far.
 *
 * Options come before all else, letters may be joined (`-ms`). A command that fails has already
 * said what went before; its complaint begins with the program's name and ends with the system's
 * word for it. Answers to `dpctl_unixctl_handler()` and `opt_dpif_open()` of OVS's `lib/dpctl.c`.
 */

import type { OdpTextOptions } from '../datapath/odp-key-text.js';
import { CommandError } from './command.js';
import { type ManagementContext, portNameOf } from './management-context.js';

/** The system's words, of those errors that occur here. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EEXIST: 'File exists',
  EINVAL: 'Invalid argument',
  ENODEV: 'No such device',
  ENOENT: 'No such file or directory',
  ENOSPC: 'No space left on device',
  EFBIG: 'File too large',
  EISDIR: 'Is a directory',
  EOPNOTSUPP: 'Operation not supported',
};

interface Options {
  isVerbose: boolean;
  wantsStats: boolean;
  /** Undefined: not said. */
  areNamed: boolean | undefined;
  isClear: boolean;
  mayCreate: boolean;
}

export class DpctlCall {
  readonly context: ManagementContext;
  readonly options: Readonly<Options>;
  /** What follows the options. */
  readonly words: readonly string[];
  #said = '';

  constructor(context: ManagementContext, args: readonly string[]) {
    const options = {
      isVerbose: false,
      wantsStats: false,
      areNamed: undefined,
      isClear: false,
      mayCreate: false,
    };
    let count = 0;
    for (; count < args.length; count++) {
      const arg = args[count] ?? '';
      if (!arg.startsWith('-') || arg === '-') break;
      readOption(options, arg);
    }
    this.context = context;
    this.options = options;
    this.words = args.slice(count);
  }

  /** How keys and actions are written: verbose texts have names, unless told otherwise. */
  get textOptions(): OdpTextOptions {
    const { isVerbose, areNamed = isVerbose } = this.options;
    return { isVerbose, ...(areNamed ? { portName: portNameOf(this.context) } : {}) };
  }

  get said(): string {
    return this.#said;
  }

  say(text: string): void {
    this.#said += text;
  }

  /** Ends the call with a complaint. */
  fail(complaint: string, error?: string): never {
    throw new CommandError(
      `${this.#said}${this.context.program}: ${complaint}${reasonOf(error)}\n`,
    );
  }

  /** Runs `task`; where that would end the call, only its complaint is kept. */
  attempt(task: () => void): void {
    try {
      task();
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.#said = error.message;
    }
  }

  /** The words behind the name of a datapath, which may be missing unless there are `countMax`. */
  takeDatapath(words: readonly string[], countMax: number): readonly string[] {
    if (words[0] === this.context.sw.datapath.name) return words.slice(1);
    if (words.length === countMax) this.fail('datapath not found', 'EINVAL');
    return words;
  }
}

function reasonOf(error: string | undefined): string {
  return error === undefined ? '' : ` (${REASONS[error] ?? error})`;
}

function readOption(options: Options, arg: string): void {
  switch (arg) {
    case '--more':
      options.isVerbose = true;
      return;
    case '--statistics':
      options.wantsStats = true;
      return;
    case '--names':
      options.areNamed = true;
      return;
    case '--no-names':
      options.areNamed = false;
      return;
    case '--clear':
      options.isClear = true;
      return;
    case '--may-create':
      options.mayCreate = true;
      return;
    default:
      readLetters(options, arg);
  }
}

function readLetters(options: Options, arg: string): void {
  if (arg.startsWith('--')) throw new CommandError(`Unrecognized option ${arg}`);
  for (const letter of arg.slice(1)) {
    if (letter === 'm') options.isVerbose = true;
    else if (letter === 's') options.wantsStats = true;
    else throw new CommandError(`Unrecognized option -${letter}`);
  }
}
