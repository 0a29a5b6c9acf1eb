/**
 * A log whose parts can be made louder or quieter while the program runs.
 *
 * Each part of the program (a module, under OVS's name for it) has a level for each destination; a
 * message goes to those destinations whose level admits it. A destination that leads nowhere has
 * levels all the same. Answers to OVS's `include/openvswitch/vlog.h`; `vlog/set` and `vlog/list`
 * are in `src/management/`.
 *
 * Owner: the levels.
 */

import type { Log, LogLevel, ModularLog } from './log.js';

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

export interface VlogOptions {
  /** Where messages go. A log given here must pass on everything that it is told. */
  readonly destinations?: Readonly<Partial<Record<VlogDestination, Log>>>;
  /** Levels to begin with; "info" where nothing is said. */
  readonly levels?: Readonly<Partial<Levels>>;
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
  readonly #destinations: Readonly<Partial<Record<VlogDestination, Log>>>;
  /** For modules to come. */
  readonly #levels: Levels;
  readonly #modules = new Map<string, Levels>();
  readonly #main: Log;

  constructor({ destinations = {}, levels = {} }: VlogOptions = {}) {
    this.#destinations = destinations;
    this.#levels = { console: 'info', syslog: 'info', file: 'info', ...levels };
    this.#main = this.module(MAIN_MODULE);
  }

  /** In order of their names. */
  get modules(): readonly string[] {
    return [...this.#modules.keys()].sort();
  }

  /** The log of one part of the program, which is known from then on. */
  module(name: string): Log {
    const levels = this.#modules.get(name) ?? { ...this.#levels };
    this.#modules.set(name, levels);
    const write = (level: LogLevel, fields: object, message: string): void => {
      this.#write(levels, level, { ...fields, module: name }, message);
    };
    return {
      error: (fields, message) => write('error', fields, message),
      warn: (fields, message) => write('warn', fields, message),
      info: (fields, message) => write('info', fields, message),
      debug: (fields, message) => write('debug', fields, message),
    };
  }

  /** Undefined: there is no such module. */
  level(module: string, destination: VlogDestination): VlogLevel | undefined {
    return this.#modules.get(module)?.[destination];
  }

  set(level: VlogLevel, { module, destination }: VlogTarget = {}): void {
    const chosen = destination === undefined ? VLOG_DESTINATIONS : [destination];
    for (const each of chosen) {
      for (const [name, levels] of this.#modules) {
        if (module === undefined || module === name) levels[each] = level;
      }
      if (module === undefined) this.#levels[each] = level;
    }
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

  #write(levels: Levels, level: LogLevel, fields: object, message: string): void {
    const rank = VLOG_LEVELS.indexOf(LEVEL_OF[level]);
    for (const destination of VLOG_DESTINATIONS) {
      if (rank > VLOG_LEVELS.indexOf(levels[destination])) continue;
      this.#destinations[destination]?.[level](fields, message);
    }
  }
}
