/**
 * A place in a log that may still grow: entries up to it have happened, the others are to come.
 *
 * At the head of the log somebody may be able to make more of it (a replay, which goes on one step
 * each time); where nobody can, the log is complete.
 *
 * Owner: one `RecordedSession`.
 */

import type { EntryStore } from './entry-store.js';
import type { EntryNumber, LogEntry } from './log-entry.js';
import type { WorkSlice } from './work-slice.js';

/** Who makes a log longer. */
export interface EntryProducer {
  /**
   * Goes on by the least that it can and appends what came of it, which may be nothing. False where
   * nothing will ever come any more.
   */
  produce(): boolean;
}

export class LogCursor {
  readonly #store: EntryStore;
  readonly #producer: EntryProducer | undefined;
  #isComplete: boolean;
  n: EntryNumber;

  constructor(store: EntryStore, producer: EntryProducer | undefined, n: EntryNumber) {
    this.#store = store;
    this.#producer = producer;
    this.#isComplete = producer === undefined;
    this.n = n;
  }

  /** Whether the log will not grow any more. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  get isAtEnd(): boolean {
    return this.#isComplete && this.n >= this.#store.last;
  }

  /**
   * The entry with number `n`, made if need be. 'end': there will not be one; 'busy': not yet, and
   * the slice is over.
   */
  entryAt(n: EntryNumber, slice: WorkSlice): LogEntry | 'end' | 'busy' {
    while (n > this.#store.last) {
      if (this.#isComplete) return 'end';
      if (!slice.goOn()) return 'busy';
      if (this.#producer?.produce() !== true) this.#isComplete = true;
    }
    return this.#store.at(n) ?? 'end';
  }
}
