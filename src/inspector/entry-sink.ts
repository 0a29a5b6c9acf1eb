/**
 * Where a recorder puts its entries: numbers them, stamps them with the time, hands them on in
 * batches, and leaves out what comes too fast.
 *
 * A live switch can do more than anybody can look at. Of each kind so many entries a second of
 * switch time go through; the rest is counted, and the count is an entry of its own. Kinds that
 * others refer to, or that are few by nature, always go through.
 *
 * Owner: one recorder.
 */

import type { Instant } from '../base/brands.js';
import type { EntryKind, LogEntry } from './log-entry.js';

/** An entry without what the sink gives it. */
export type EntryBody = LogEntry extends infer Entry
  ? Entry extends LogEntry
    ? Omit<Entry, 'n' | 't'>
    : never
  : never;

/** Entries that are handed on together at most. */
export const BATCH_MAX = 512;

const MS_PER_SECOND = 1000;

/** Kinds that may come as fast as packets do. */
const LIMITED: ReadonlySet<EntryKind> = new Set([
  'step',
  'upcall',
  'xlate',
  'batch',
  'put',
  'verdicts',
  'modify',
  'delete',
  'ukey',
  'trouble',
  'change',
] satisfies EntryKind[]);

export interface EntrySinkOptions {
  readonly now: () => Instant;
  readonly take: (entries: readonly LogEntry[]) => void;
  /** Entries of each kind in a second; undefined: any number. */
  readonly perSecond: number | undefined;
}

export class EntrySink {
  readonly #options: EntrySinkOptions;
  readonly #admitted = new Map<EntryKind, number>();
  readonly #dropped = new Map<string, number>();
  #pending: LogEntry[] = [];
  #second = Number.NaN;
  #n = 0;

  constructor(options: EntrySinkOptions) {
    this.#options = options;
  }

  /** Entries so far, those included that are not handed on yet. */
  get count(): number {
    return this.#n;
  }

  get now(): Instant {
    return this.#options.now();
  }

  /** Whether one more entry of this kind goes through now; if not, it is counted. */
  admits(kind: EntryKind): boolean {
    const { perSecond } = this.#options;
    if (perSecond === undefined || !LIMITED.has(kind)) return true;
    const second = Math.floor(this.now / MS_PER_SECOND);
    if (second !== this.#second) {
      this.#second = second;
      this.#admitted.clear();
    }
    const admitted = this.#admitted.get(kind) ?? 0;
    if (admitted >= perSecond) {
      this.drop(kind, 1);
      return false;
    }
    this.#admitted.set(kind, admitted + 1);
    return true;
  }

  /** Counts what is left out. */
  drop(what: string, count: number): void {
    this.#dropped.set(what, (this.#dropped.get(what) ?? 0) + count);
  }

  add(body: EntryBody): void {
    const entry = { n: ++this.#n, t: this.now, ...body } as LogEntry;
    this.#pending.push(entry);
    if (this.#pending.length >= BATCH_MAX) this.flush();
  }

  /** Says what was left out since the last time. */
  tellDropped(): void {
    for (const [what, count] of this.#dropped) this.add({ k: 'dropped', what, count });
    this.#dropped.clear();
  }

  /** Hands on what is there. */
  flush(): void {
    if (this.#pending.length === 0) return;
    const entries = this.#pending;
    this.#pending = [];
    this.#options.take(entries);
  }
}
