/**
 * The way through a log to the next entry of some kind, forward or backward, a slice at a time.
 *
 * Going forward through a replay makes it go on; the cursor moves only when the entry is found.
 *
 * Owner: one command of a `RecordedSession`.
 */

import { UpcallError } from '../base/errors.js';
import type { LogCursor } from './log-cursor.js';
import type { EntryNumber, LogEntry } from './log-entry.js';
import type { TimeCommand } from './wire.js';
import type { WorkSlice } from './work-slice.js';

/** Which entry is looked for. */
export interface SearchGoal {
  /** "step to the next phase": what cannot be done, if it cannot. */
  readonly purpose: string;
  readonly isBackward: boolean;
  matches(entry: LogEntry): boolean;
  /** Where to stop if the log ends before; undefined: then it fails. */
  readonly isEndGood: boolean;
  /** Whether it is also good where one stands there already. */
  readonly isHereGood: boolean;
}

export type SearchResult = 'found' | 'busy';

export class LogSearch {
  readonly #cursor: LogCursor;
  readonly #goal: SearchGoal;
  readonly #first: () => EntryNumber;
  #next: EntryNumber;

  /** `first`: the first position that can be seen. */
  constructor(cursor: LogCursor, goal: SearchGoal, first: () => EntryNumber) {
    this.#cursor = cursor;
    this.#goal = goal;
    this.#first = first;
    this.#next = goal.isBackward ? cursor.n - 1 : cursor.n + 1;
  }

  /** Goes on; throws an `UpcallError` where there is no such entry. */
  run(slice: WorkSlice): SearchResult {
    const { isBackward } = this.#goal;
    while (slice.goOn()) {
      if (isBackward && this.#next <= this.#first()) return this.#arriveAtEnd(this.#first());
      const entry = this.#cursor.entryAt(this.#next, slice);
      if (entry === 'busy') return 'busy';
      if (entry === 'end') return this.#arriveAtEnd(this.#next - 1);
      if (this.#goal.matches(entry)) {
        this.#cursor.n = entry.n;
        return 'found';
      }
      this.#next += isBackward ? -1 : 1;
    }
    return 'busy';
  }

  #arriveAtEnd(n: EntryNumber): SearchResult {
    const { purpose, isBackward, isEndGood, isHereGood } = this.#goal;
    if (!isEndGood || (n === this.#cursor.n && !isHereGood)) {
      const where = isBackward ? 'before' : 'after';
      throw new UpcallError(
        `Cannot ${purpose}: there is none ${where} entry ${this.#cursor.n}; seek elsewhere`,
      );
    }
    this.#cursor.n = n;
    return 'found';
  }
}

/** What a command looks for; undefined for commands that look for nothing. */
export function goalOf(command: TimeCommand): SearchGoal | undefined {
  if (command.do !== 'step' && command.do !== 'run') return undefined;
  const isBackward = command.backward === true;
  const which = isBackward ? 'last' : 'next';
  if (command.do === 'step') {
    const matches = command.by === 'phase' ? isPhase : () => true;
    // One step back from the first entry is where nothing has happened yet.
    const isEndGood = command.by === 'event';
    const purpose = `step to the ${which} ${command.by}`;
    return { purpose, isBackward, matches, isEndGood, isHereGood: false };
  }
  const { to } = command;
  const isEnd = to === 'end';
  const purpose = `run to the ${which} ${to}`;
  return { purpose, isBackward, matches: RUNS[to], isEndGood: isEnd, isHereGood: isEnd };
}

const RUNS: Readonly<Record<'upcall' | 'cycle' | 'deletion' | 'end', SearchGoal['matches']>> = {
  upcall: ({ k }) => k === 'upcall',
  cycle: ({ k }) => k === 'cycle.start',
  deletion: ({ k }) => k === 'delete',
  end: () => false,
};

/** The leader's phases are those of the cycle. */
function isPhase(entry: LogEntry): boolean {
  return entry.k === 'phase' && entry.revalidator === 0 && entry.phase !== 'barrier';
}
