/**
 * The upcalls at one position of the log: how many came, how often, and those still in hand.
 *
 * Rows are made from the entries themselves when somebody looks; here is only what must be counted.
 *
 * Owner: one `ModelState`.
 */

import type { BatchEntry, DroppedEntry, UpcallEntry, UpcallNumber } from './log-entry.js';
import type { RateMeter } from './rate-meter.js';

export class UpcallsModel {
  readonly #meter: RateMeter;
  #total = 0;
  /** Upcalls that a handler has read and not finished, by handler. */
  #inHand = new Map<number, number>();
  #last: UpcallNumber | undefined;

  constructor(meter: RateMeter) {
    this.#meter = meter;
  }

  /** Upcalls that handlers have read, those included that were left out of the log. */
  get total(): number {
    return this.#total;
  }

  /** The newest in the log. */
  get last(): UpcallNumber | undefined {
    return this.#last;
  }

  inHand(handler: number): number {
    return this.#inHand.get(handler) ?? 0;
  }

  perSecond(t: number): number {
    return this.#meter.rate(t);
  }

  read({ t, upcall, handler }: UpcallEntry): void {
    this.#count(t, 1);
    this.#last = upcall;
    this.#inHand.set(handler, this.inHand(handler) + 1);
  }

  finish({ handler }: BatchEntry): void {
    this.#inHand.delete(handler);
  }

  /** Upcalls that the log does not have. */
  drop({ t, what, count }: DroppedEntry): void {
    if (what === 'upcall') this.#count(t, count);
  }

  copy(): UpcallsModel {
    const copy = new UpcallsModel(this.#meter.copy());
    copy.#total = this.#total;
    copy.#inHand = new Map(this.#inHand);
    copy.#last = this.#last;
    return copy;
  }

  #count(t: number, count: number): void {
    this.#total += count;
    this.#meter.add(t, count);
  }
}
