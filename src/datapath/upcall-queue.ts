/**
 * The queue of packets that go up to one handler: bounded, first in, first out.
 *
 * Who finds it full drops the packet and counts it; that is what protects the slow path from a
 * storm of misses. Answers to `struct dp_netdev_queue` of OVS 2.3, and to a netlink socket's
 * buffer.
 *
 * Owner: the datapath fills it, its handler empties it.
 */

import { Observable, Subject } from 'rxjs';
import { type ErrorReport, GuardedObservable } from '../base/guarded-observable.js';
import type { Upcall } from './dpif.js';

/** Upcalls that wait for one handler. Answers to `MAX_QUEUE_LEN` of 2.3; a power of two. */
export const UPCALL_QUEUE_MAX = 128;

export class UpcallQueue {
  readonly #ring: (Upcall | undefined)[] = new Array(UPCALL_QUEUE_MAX).fill(undefined);
  readonly #arrivals = new Subject<void>();
  #head = 0;
  #count = 0;
  #hasNews = false;

  /** Fires at once where something is queued, else after something arrived. */
  readonly ready: Observable<void>;

  constructor(report: ErrorReport) {
    const ready = new Observable<void>((subscriber) => {
      if (this.#count > 0) subscriber.next();
      return this.#arrivals.subscribe(subscriber);
    });
    this.ready = new GuardedObservable<void>(ready, report);
  }

  get count(): number {
    return this.#count;
  }

  /** Whether something arrived that was not announced yet. */
  get hasNews(): boolean {
    return this.#hasNews;
  }

  /** False where it is full. */
  push(upcall: Upcall): boolean {
    if (this.#count === UPCALL_QUEUE_MAX) return false;
    this.#ring[(this.#head + this.#count) & (UPCALL_QUEUE_MAX - 1)] = upcall;
    this.#count++;
    this.#hasNews = true;
    return true;
  }

  /** The oldest upcall, or undefined. */
  shift(): Upcall | undefined {
    if (this.#count === 0) return undefined;
    const upcall = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (UPCALL_QUEUE_MAX - 1);
    this.#count--;
    return upcall;
  }

  /** Tells whoever waits, if something arrived since the last time and is still there. */
  announce(): void {
    const isNew = this.#hasNews && this.#count > 0;
    this.#hasNews = false;
    if (isNew) this.#arrivals.next();
  }

  /** Ends the waiting of those that wait: the queue is not used any more. */
  close(): void {
    this.#arrivals.complete();
  }
}
