/**
 * Holds back packet-ins of one connection that come faster than its controller asked for.
 *
 * A packet-in goes at once while nothing waits and the bucket has a token. Else it waits in the
 * queue of the port that its packet came in by; queues are served in turn, so that one port's flood
 * does not shut out the others, and when as many wait as the bucket holds, the longest queue loses
 * its first one. What is let through meets the connection's own limit (`PACKET_INS_MAX`). Answers
 * to OVS's `ofproto/pinsched.c`; a connection has two, for misses and for actions.
 *
 * Owner: the queues, the bucket and the timer. Ends with `close`.
 */

import type { Clock, TimerId } from '../base/clock.js';
import type { Coverage } from '../base/coverage.js';
import type { Rng } from '../base/rng.js';
import { TokenBucket } from '../base/token-bucket.js';

/** Packet-ins that are let through in one turn, so that others get theirs. */
const TURN_MAX = 50;

/** Columns of OVS's Controller table. */
export interface PacketInLimits {
  /** Packet-ins a second; 0: as many as come. Default: 0. */
  readonly controllerRateLimit?: number | undefined;
  /** Packet-ins that may wait, and that may go at once after a rest; 0: a quarter of the rate. */
  readonly controllerBurstLimit?: number | undefined;
}

/** What became of packet-ins: `packet-in-*-backlog`, `-bypassed`, `-queued`, `-dropped` in OVS. */
export interface PacketInCounts {
  /** Those that wait now. */
  readonly backlog: number;
  /** Those that went at once. */
  readonly bypassed: number;
  /** Those that had to wait, dropped ones among them. */
  readonly queued: number;
  readonly dropped: number;
}

export interface PacketInSchedulerDeps {
  readonly clock: Pick<Clock, 'setTimeout' | 'clearTimeout' | 'monotonic'>;
  readonly coverage: Coverage;
  /** Chooses among queues that are equally long. */
  readonly rng: Rng;
  readonly send: (bytes: Uint8Array) => void;
}

export class PacketInScheduler {
  readonly #deps: PacketInSchedulerDeps;
  readonly #bucket: TokenBucket;
  readonly #waitingMax: number;
  /** By port, none of them empty; the first one's turn is next. */
  readonly #queues = new Map<number, Uint8Array[]>();
  readonly #counts = { backlog: 0, bypassed: 0, queued: 0, dropped: 0 };
  #timer: TimerId;

  constructor(rate: number, burst: number, deps: PacketInSchedulerDeps) {
    this.#deps = deps;
    this.#waitingMax = burst > 0 ? burst : Math.max(1, Math.floor(rate / 4));
    this.#bucket = new TokenBucket(rate, this.#waitingMax);
  }

  get counts(): PacketInCounts {
    return this.#counts;
  }

  /** Sends a packet-in about a packet that came in by `port`, now or later or never. */
  send(port: number, bytes: Uint8Array): void {
    const counts = this.#counts;
    if (counts.backlog === 0 && this.#bucket.take(this.#deps.clock.monotonic())) {
      counts.bypassed++;
      this.#deps.send(bytes);
      return;
    }
    if (counts.backlog >= this.#waitingMax) this.#drop();
    const queue = this.#queues.get(port);
    if (queue === undefined) this.#queues.set(port, [bytes]);
    else queue.push(bytes);
    counts.backlog++;
    counts.queued++;
    this.#deps.coverage.inc('ofconn_packet_in_queued');
    if (counts.backlog === 1) this.#arm();
  }

  /** Forgets what waits. */
  close(): void {
    this.#deps.clock.clearTimeout(this.#timer);
    this.#queues.clear();
    this.#counts.backlog = 0;
  }

  #arm(): void {
    const { clock } = this.#deps;
    this.#timer = clock.setTimeout(() => this.#run(), this.#bucket.waitMs(clock.monotonic()));
  }

  #run(): void {
    const now = this.#deps.clock.monotonic();
    for (let i = 0; i < TURN_MAX && this.#counts.backlog > 0 && this.#bucket.take(now); i++) {
      const next = this.#next();
      if (next !== undefined) this.#deps.send(next);
    }
    if (this.#counts.backlog > 0) this.#arm();
  }

  /** The first of the queue whose turn it is, which then is the last one in the round. */
  #next(): Uint8Array | undefined {
    for (const [port, queue] of this.#queues) {
      const first = this.#shift(port, queue);
      if (queue.length > 0) {
        this.#queues.delete(port);
        this.#queues.set(port, queue);
      }
      return first;
    }
    return undefined;
  }

  #drop(): void {
    let longest: readonly [number, Uint8Array[]] | undefined;
    let alike = 0;
    for (const [port, queue] of this.#queues) {
      const length = longest?.[1].length ?? 0;
      if (queue.length < length) continue;
      alike = queue.length === length ? alike + 1 : 1;
      // Each of the longest ones is chosen alike: the n-th replaces the choice one time in n.
      if (alike === 1 || this.#deps.rng.below(alike) === 0) longest = [port, queue];
    }
    if (longest === undefined) return;
    this.#counts.dropped++;
    this.#deps.coverage.inc('ofconn_packet_in_dropped');
    this.#shift(...longest);
  }

  #shift(port: number, queue: Uint8Array[]): Uint8Array | undefined {
    const first = queue.shift();
    this.#counts.backlog--;
    if (queue.length === 0) this.#queues.delete(port);
    return first;
  }
}
