/**
 * A sequence number that others can wait for. Answers to OVS's `lib/seq.h`.
 *
 * Values start at 1 and only grow, so whoever remembers the value it saw cannot miss a change: it
 * compares, and only then waits.
 *
 * Owner: whoever calls `change()`.
 */

import { type Observable, Subject } from 'rxjs';
import { type SeqNo, seqNo } from './brands.js';

export class Seq {
  readonly #changes = new Subject<SeqNo>();
  #value = 1;

  /** One emission a change, with the new value. */
  readonly changes: Observable<SeqNo> = this.#changes.asObservable();

  read(): SeqNo {
    return seqNo(this.#value);
  }

  /** Grows by `count`, which stands for so many changes that nobody could have seen one by one. */
  change(count = 1): void {
    this.#value += count;
    this.#changes.next(seqNo(this.#value));
  }
}
