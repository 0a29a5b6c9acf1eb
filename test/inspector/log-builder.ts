/**
 * Log entries made by hand: numbers and times are given, the rest is said.
 *
 * Owner: one test. `add` takes an entry without number and time; `at` moves the time.
 */

import { EntryStore } from '../../src/inspector/entry-store.js';
import type { LogEntry, LogHeader } from '../../src/inspector/log-entry.js';
import { drawJson } from '../../src/machines/drawing.js';
import { machines } from '../../src/machines/registry.js';

/** An entry without what the builder gives it. */
export type PlainEntry = LogEntry extends infer Entry
  ? Entry extends LogEntry
    ? Omit<Entry, 'n' | 't'>
    : never
  : never;

export const header: LogHeader = {
  upcall: 'event log',
  version: 1,
  program: '0.1.0',
  title: 'made by hand',
  profile: 'current',
  ukeyMachine: 'ukey',
  machines: Object.fromEntries(machines.map(({ name, machine }) => [name, drawJson(machine)])),
  bridges: ['br0'],
  ports: [
    { name: 'p1', bridge: 'br0', odp: 1, ofp: 1 },
    { name: 'p2', bridge: 'br0', odp: 2, ofp: 2 },
  ],
  startedAt: 1_000,
};

export class LogBuilder {
  readonly entries: LogEntry[] = [];
  #t: number = header.startedAt;

  /** From now on it is `t`. */
  at(t: number): this {
    this.#t = t;
    return this;
  }

  /** Returns its number. */
  add(entry: PlainEntry): number {
    const n = this.entries.length + 1;
    this.entries.push({ n, t: this.#t, ...entry } as LogEntry);
    return n;
  }

  /** Several, one after the other. */
  all(...entries: readonly PlainEntry[]): this {
    for (const entry of entries) this.add(entry);
    return this;
  }

  store(limit?: number): EntryStore {
    const store = new EntryStore(limit === undefined ? {} : { limit });
    for (const entry of this.entries) store.append(entry);
    return store;
  }
}
