/**
 * A replay under way: feeds the packets of a sequence to a switch and moves its clock.
 *
 * Virtual time starts at 1,000,000 ms and follows the capture, never backward: a packet that is
 * older than the switch's time enters now, and is counted. Packets of one millisecond are received
 * in bursts, each from one port, in the order of the capture; after each the actors run until they
 * are idle; only then the clock moves on. `step` does the same by the least that can be done.
 *
 * Owner: the counts of each capture and the history.
 *
 * Hot path. Bench: `bench/replay.ts`.
 */

import { instant } from '../base/brands.js';
import type { VirtualClock } from '../base/virtual-clock.js';
import type { Switch } from '../switch.js';
import type { PacketSequence } from './packet-sequence.js';
import { ReplayHistory } from './replay-history.js';

/** Where virtual time starts. Not 0, which means "never". */
export const REPLAY_START_MS = 1_000_000;
/** Packets received at once. Answers to `NETDEV_MAX_BURST`. */
const BURST_MAX = 32;

export interface CaptureCounts {
  packets: number;
  bytes: number;
  timeReversals: number;
}

export interface ReplayInput {
  readonly packets: PacketSequence;
  /** The port of each packet. */
  readonly ports: Uint16Array;
  readonly captureCount: number;
  readonly clock: VirtualClock;
  readonly target: Switch;
}

export class ReplayRun {
  readonly counts: readonly CaptureCounts[];
  readonly history: ReplayHistory;
  readonly #input: ReplayInput;
  #next = 0;
  /** Where a stretch ends that was crossed in one step. */
  #crossedTo = 0;
  #isSampleDue = false;

  constructor(input: ReplayInput) {
    this.#input = input;
    this.counts = Array.from({ length: input.captureCount }, () => ({
      packets: 0,
      bytes: 0,
      timeReversals: 0,
    }));
    this.history = new ReplayHistory(latest(input.packets.elapsedMs));
  }

  /** Packets that have entered. */
  get done(): number {
    return this.#next;
  }

  /** When the next packet enters; undefined after the last one. */
  get nextTime(): number | undefined {
    const elapsed = this.#input.packets.elapsedMs[this.#next];
    if (elapsed === undefined) return undefined;
    return Math.max(REPLAY_START_MS + elapsed, this.#input.clock.now());
  }

  /** Packets of the whole sequence. */
  get total(): number {
    return this.#input.packets.data.length;
  }

  /**
   * Moves the clock to `time`, running what is due on the way. A stretch in which nothing can
   * happen is crossed in one step.
   */
  advanceTo(time: number): void {
    const { clock, target } = this.#input;
    for (let next = clock.nextDeadline(); next !== undefined && next < time; ) {
      const bound = instant(Math.min(time, target.nextExpiry() ?? time));
      const isCrossed = bound > next && target.udpif.crossIdle(bound) > 0;
      clock.advanceTo(isCrossed ? bound : next);
      next = clock.nextDeadline();
    }
    clock.advanceTo(time);
  }

  /** Lets all packets enter whose time has come, and the actors run until they are idle. */
  enterDue(): void {
    while (this.#isPacketDue()) {
      this.#injectBurst();
      this.#input.clock.runDue();
    }
    this.#sample();
  }

  /**
   * Does the least that can be done: one task of the clock, or one burst of packets, or a move of
   * the clock to where there is something. False after the last packet, when the actors are idle.
   * What happens is what `advanceTo` and `enterDue` do, in the same order.
   */
  step(): boolean {
    const { clock, target } = this.#input;
    if (clock.runOne()) return true;
    if (this.#isPacketDue()) {
      this.#injectBurst();
      this.#isSampleDue = true;
      return true;
    }
    if (this.#isSampleDue) this.#sample();
    const time = this.nextTime;
    if (time === undefined) return false;
    const next = clock.nextDeadline() ?? time;
    if (this.#crossedTo <= clock.now() && next < time) {
      const bound = instant(Math.min(time, target.nextExpiry() ?? time));
      if (bound > next && target.udpif.crossIdle(bound) > 0) this.#crossedTo = bound;
    }
    const end = this.#crossedTo > clock.now() ? this.#crossedTo : time;
    clock.jump(Math.min(clock.nextDeadline() ?? end, end));
    return true;
  }

  #isPacketDue(): boolean {
    const { packets, clock } = this.#input;
    const elapsed = packets.elapsedMs[this.#next];
    return elapsed !== undefined && elapsed <= clock.now() - REPLAY_START_MS;
  }

  #sample(): void {
    const { clock, target } = this.#input;
    const { flows, masks } = target.datapath.getStats();
    this.history.sample(clock.now() - REPLAY_START_MS, flows, masks);
    this.#isSampleDue = false;
  }

  /** Into the ports' rings: at most a burst of packets of this millisecond. */
  #injectBurst(): void {
    const { packets, ports, clock, target } = this.#input;
    const { data, elapsedMs, captures } = packets;
    const now = clock.now() - REPLAY_START_MS;
    const end = Math.min(this.#next + BURST_MAX, data.length);
    const port = ports[this.#next]!;
    let i = this.#next;
    for (; i < end && elapsedMs[i]! <= now && ports[i] === port; i++) {
      const frame = data[i]!;
      const counts = this.counts[captures[i]!]!;
      counts.packets++;
      counts.bytes += frame.length;
      if (elapsedMs[i]! < now) counts.timeReversals++;
      target.inject(port, frame);
    }
    this.#next = i;
  }
}

function latest(times: readonly number[]): number {
  let last = 0;
  for (const time of times) if (time > last) last = time;
  return last;
}
