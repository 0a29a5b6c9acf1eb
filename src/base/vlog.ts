/**
 * A log whose parts can be made louder or quieter while the program runs.
 *
 * Each part of the program (a module, under OVS's name for it) has a level for each destination; a
 * message goes to those destinations whose level admits it. A destination that leads nowhere has
 * levels all the same. Where a destination takes lines, they are made by its pattern. Answers to
 * OVS's `include/openvswitch/vlog.h`; the commands `vlog/*` are in `src/management/`.
 *
 * Owner: the levels, the patterns, the count of messages.
 */

import type { Log, LogLevel, ModularLog } from './log.js';
import { formatVlogLine, VLOG_PATTERNS, type VlogWriter } from './vlog-pattern.js';

/** From the quietest. */
export const VLOG_LEVELS = ['off', 'emer', 'err', 'warn', 'info', 'dbg'] as const;

export type VlogLevel = (typeof VLOG_LEVELS)[number];

export const VLOG_DESTINATIONS = ['console', 'syslog', 'file'] as const;

export type VlogDestination = (typeof VLOG_DESTINATIONS)[number];

const LEVEL_OF: Readonly<Record<LogLevel, VlogLevel>> = {
  error: 'err',
  warn: 'warn',
  info: 'info',
  debug: 'dbg',
};

/** The module of what is logged without one. */
const MAIN_MODULE = 'vswitchd';

type Levels = Record<VlogDestination, VlogLevel>;

interface Module {
  readonly levels: Levels;
  isUnlimited: boolean;
}

/** A place for lines, which a pattern makes of messages. */
export interface VlogLines {
  writeLine(line: string): void;
  /** Begins anew where the lines go to, for a file that was moved away. */
  reopen?(): void;
  /** Writes no more, until it is opened again. */
  close?(): void;
}

export interface VlogOptions {
  /** Where messages go. A log given here must pass on everything that it is told. */
  readonly destinations?: Readonly<Partial<Record<VlogDestination, Log | VlogLines>>>;
  /** Levels to begin with; "info" where nothing is said. */
  readonly levels?: Readonly<Partial<Levels>>;
  /** What lines say of who writes them, and the time. */
  readonly writer?: VlogWriter & { now(): number };
}

/** What `Vlog.set` sets; absent: all of them. */
export interface VlogTarget {
  readonly module?: string | undefined;
  readonly destination?: VlogDestination | undefined;
}

/**
 * A log for `createSwitch` and `startManagement` whose levels operators can change.
 *
 * @example
 * import { Vlog } from 'upcall';
 *
 * const lines = [];
 * const write = (fields, message) => lines.push(`${fields.module}: ${message}`);
 * const file = { error: write, warn: write, info: write, debug: write };
 * const vlog = new Vlog({ destinations: { file } });
 * vlog.module('ofproto').debug({}, 'too fine');
 * vlog.set('dbg', { module: 'ofproto' });
 * vlog.module('ofproto').debug({}, 'just right');
 * assert.deepEqual(lines, ['ofproto: just right']);
 */
export class Vlog implements ModularLog {
  readonly #destinations: NonNullable<VlogOptions['destinations']>;
  readonly #writer: NonNullable<VlogOptions['writer']>;
  readonly #patterns = { ...VLOG_PATTERNS };
  #facility: number | undefined;
  #count = 0;
  /** For modules to come. */
  readonly #levels: Levels;
  readonly #modules = new Map<string, Module>();
  readonly #main: Log;

  constructor({ destinations = {}, levels = {}, writer = NOBODY }: VlogOptions = {}) {
    this.#destinations = destinations;
    this.#writer = writer;
    this.#levels = { console: 'info', syslog: 'info', file: 'info', ...levels };
    this.#main = this.module(MAIN_MODULE);
  }

  /** In order of their names. */
  get modules(): readonly string[] {
    return [...this.#modules.keys()].sort();
  }

  /** The log of one part of the program, which is known from then on. */
  module(name: string): Log {
    const module = this.#modules.get(name) ?? { levels: { ...this.#levels }, isUnlimited: false };
    this.#modules.set(name, module);
    const write = (level: LogLevel, fields: object, message: string): void => {
      this.#write({ levels: module.levels, level, name }, fields, message);
    };
    return {
      get isUnlimited() {
        return module.isUnlimited;
      },
      error: (fields, message) => write('error', fields, message),
      warn: (fields, message) => write('warn', fields, message),
      info: (fields, message) => write('info', fields, message),
      debug: (fields, message) => write('debug', fields, message),
    };
  }

  /** Undefined: there is no such module. */
  level(module: string, destination: VlogDestination): VlogLevel | undefined {
    return this.#modules.get(module)?.levels[destination];
  }

  set(level: VlogLevel, { module, destination }: VlogTarget = {}): void {
    const chosen = destination === undefined ? VLOG_DESTINATIONS : [destination];
    for (const each of chosen) {
      for (const [name, { levels }] of this.#modules) {
        if (module === undefined || module === name) levels[each] = level;
      }
      if (module === undefined) this.#levels[each] = level;
    }
  }

  /** Whether messages of a module that come too often are held back. */
  isLimited(module: string): boolean {
    return this.#modules.get(module)?.isUnlimited !== true;
  }

  /** Of one module; without one, of all that are known. */
  setLimited(isLimited: boolean, module?: string): void {
    for (const [name, each] of this.#modules) {
      if (module === undefined || module === name) each.isUnlimited = !isLimited;
    }
  }

  pattern(destination: VlogDestination): string {
    return this.#patterns[destination];
  }

  setPattern(pattern: string, destination?: VlogDestination): void {
    const chosen = destination === undefined ? VLOG_DESTINATIONS : [destination];
    for (const each of chosen) this.#patterns[each] = pattern;
  }

  /** What `%B` in a pattern is made of; one of `VLOG_FACILITIES`. */
  setFacility(facility: number): void {
    this.#facility = facility;
  }

  /** The file of the log, where it is one that can be opened anew. */
  get file(): VlogLines | undefined {
    const { file } = this.#destinations;
    return file !== undefined && 'writeLine' in file ? file : undefined;
  }

  error(fields: object, message: string): void {
    this.#main.error(fields, message);
  }

  warn(fields: object, message: string): void {
    this.#main.warn(fields, message);
  }

  info(fields: object, message: string): void {
    this.#main.info(fields, message);
  }

  debug(fields: object, message: string): void {
    this.#main.debug(fields, message);
  }

  #write({ levels, level, name }: Source, fields: object, message: string): void {
    const rank = VLOG_LEVELS.indexOf(LEVEL_OF[level]);
    const number = ++this.#count;
    for (const destination of VLOG_DESTINATIONS) {
      const place = this.#destinations[destination];
      if (place === undefined || rank > VLOG_LEVELS.indexOf(levels[destination])) continue;
      if (!('writeLine' in place)) {
        place[level]({ ...fields, module: name }, message);
        continue;
      }
      const writer = this.#writer;
      const text = `${message}${formatFields(fields)}`;
      const said = { level: LEVEL_OF[level], module: name, text, number, timeMs: writer.now() };
      const facility = this.#facility;
      const options = { writer, ...(facility === undefined ? {} : { facility }) };
      place.writeLine(formatVlogLine(this.#patterns[destination], said, options));
    }
  }
}

/** Who says something, and how loudly. */
interface Source {
  readonly levels: Levels;
  readonly level: LogLevel;
  readonly name: string;
}

const NOBODY = { program: '', host: '-', pid: 0, startMs: 0, now: () => 0 };

/** What a message says beside its words; nothing where there is nothing. */
function formatFields(fields: object): string {
  const text = JSON.stringify(fields, (_name, value: unknown) => {
    if (value instanceof Error) return value.message;
    return typeof value === 'bigint' ? String(value) : value;
  });
  return text === '{}' ? '' : ` ${text}`;
}
