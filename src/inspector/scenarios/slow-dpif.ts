/**
 * A datapath that takes its time.
 *
 * Under a virtual clock handlers and datapath cost no time. Where a situation comes of their
 * slowness (a burst that outruns a handler, a put that comes late), this stands between slow path
 * and datapath. A batch of operations may be carried out, and answered, after a delay: the handler
 * waits meanwhile as a thread does in a system call, and its queue fills. Or a handler that has
 * read a batch may find nothing to read for a while, as one that is at work.
 *
 * Owner: how far each handler is in its batch. What is delayed waits in the clock.
 */

import { Observable, type Subscription } from 'rxjs';
import type { OdpPort } from '../../base/brands.js';
import type { Clock } from '../../base/clock.js';
import type { Dpif, DpifOp, DpStats, Errno, FlowDump, Upcall } from '../../datapath/dpif.js';

/** Milliseconds until a batch is carried out; 0: at once. */
export type OperationDelay = (ops: readonly DpifOp[]) => number;

export interface Slowness {
  readonly operation?: OperationDelay;
  /** Milliseconds of work that a handler has with each 50 upcalls that it reads. */
  readonly readingMs?: number;
}

interface Reader {
  count: number;
  busyUntil: number;
}

/** Upcalls that a handler reads in one round (`UPCALL_MAX_BATCH`). */
const BATCH_MAX = 50;
const atOnce: OperationDelay = () => 0;

/** Whether a handler asks: revalidators only modify and delete. */
export function isOfHandler(ops: readonly DpifOp[]): boolean {
  return ops.some((op) => op.type === 'execute' || (op.type === 'put' && op.mode === 'create'));
}

export class SlowDpif implements Dpif {
  readonly name: string;
  readonly #inner: Dpif;
  readonly #clock: Clock;
  readonly #delayOf: OperationDelay;
  readonly #readingMs: number;
  readonly #readers = new Map<number, Reader>();

  constructor(inner: Dpif, clock: Clock, slowness: Slowness) {
    this.name = inner.name;
    this.#inner = inner;
    this.#clock = clock;
    this.#delayOf = slowness.operation ?? atOnce;
    this.#readingMs = slowness.readingMs ?? 0;
  }

  operate(ops: readonly DpifOp[], done: () => void): void {
    const delayMs = this.#delayOf(ops);
    if (delayMs === 0) this.#inner.operate(ops, done);
    else this.#clock.setTimeout(() => this.#inner.operate(ops, done), delayMs);
  }

  recv(handler: number): Upcall | Errno {
    if (this.#busyMs(handler) > 0) return 'EAGAIN';
    const upcall = this.#inner.recv(handler);
    if (this.#readingMs > 0 && typeof upcall !== 'string') this.#countRead(handler);
    return upcall;
  }

  recvWait(handler: number): Observable<void> {
    const busyMs = this.#busyMs(handler);
    if (busyMs === 0) return this.#inner.recvWait(handler);
    return new Observable((subscriber) => {
      let waiting: Subscription | undefined;
      const timer = this.#clock.setTimeout(() => {
        waiting = this.#inner.recvWait(handler).subscribe(subscriber);
      }, busyMs);
      return () => {
        this.#clock.clearTimeout(timer);
        waiting?.unsubscribe();
      };
    });
  }

  handlersSet(count: number): Errno | undefined {
    return this.#inner.handlersSet(count);
  }

  flowDumpStart(): FlowDump {
    return this.#inner.flowDumpStart();
  }

  flowFlush(): Errno | undefined {
    return this.#inner.flowFlush();
  }

  getStats(): DpStats | Errno {
    return this.#inner.getStats();
  }

  portGetPid(port: OdpPort, hash: number): number {
    return this.#inner.portGetPid(port, hash);
  }

  #busyMs(handler: number): number {
    return Math.max(0, (this.#readers.get(handler)?.busyUntil ?? 0) - this.#clock.now());
  }

  #countRead(handler: number): void {
    const reader = this.#readers.get(handler) ?? { count: 0, busyUntil: 0 };
    this.#readers.set(handler, reader);
    reader.count++;
    if (reader.count < BATCH_MAX) return;
    reader.count = 0;
    reader.busyUntil = this.#clock.now() + this.#readingMs;
  }
}
