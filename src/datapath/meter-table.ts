/**
 * Meters of the embedded datapath: token buckets that packets must pass.
 *
 * A meter has bands, each a bucket of tokens that fills at its rate up to its burst: bits for
 * `kbps`, thousandths of packets for `pktps`. Every packet takes tokens from all bands; where some
 * have too few, it is counted by the one of highest rate, and dropped. Buckets begin full. Answers
 * to `dpif_netdev_meter_set` and `dp_netdev_run_meter` of OVS.
 *
 * Owner: the switch has one; bridges define meters in it. Hot path. Bench: `bench/hit-path.ts`.
 */

import type { Instant } from '../base/brands.js';
import type { Clock } from '../base/clock.js';

/** Meters at most; `MAX_METERS`. */
export const METERS_MAX = 1 << 18;
/** Bands of a meter, at most; `MAX_BANDS`. */
export const METER_BANDS_MAX = 8;
/** Tokens that a packet, or a thousand bits, are. */
const TOKENS_PER_UNIT = 1000;
const BITS_PER_BYTE = 8;

/** What a band lets through. */
export interface MeterRate {
  /** Kilobits or packets a second; at least 1. */
  readonly rate: number;
  /** Kilobits or packets; at least 1. */
  readonly burst: number;
}

export interface MeterConfig {
  readonly unit: 'kbps' | 'pktps';
  readonly bands: readonly MeterRate[];
}

export interface MeterCounters {
  packets: number;
  bytes: number;
}

export interface MeterStats extends Readonly<MeterCounters> {
  /** What each band has dropped. */
  readonly bands: readonly Readonly<MeterCounters>[];
}

interface Band extends MeterRate, MeterCounters {
  tokens: number;
}

class Meter implements MeterStats {
  readonly isByPacket: boolean;
  readonly bands: readonly Band[];
  packets = 0;
  bytes = 0;
  used: Instant;

  constructor({ unit, bands }: MeterConfig, now: Instant) {
    this.isByPacket = unit === 'pktps';
    this.used = now;
    this.bands = bands.map(({ rate, burst }) => {
      return { rate, burst, packets: 0, bytes: 0, tokens: burst * TOKENS_PER_UNIT };
    });
  }

  /** Counts a packet; whether it may go on. */
  admit(bytes: number, now: Instant): boolean {
    const elapsedMs = Math.max(0, now - this.used);
    this.used = now;
    this.packets++;
    this.bytes += bytes;
    const cost = this.isByPacket ? TOKENS_PER_UNIT : bytes * BITS_PER_BYTE;
    let exceeded: Band | undefined;
    for (let i = 0; i < this.bands.length; i++) {
      const band = this.bands[i]!;
      // A rate of so many thousands a second is as many a millisecond.
      const filled = band.tokens + elapsedMs * band.rate;
      band.tokens = Math.min(filled, band.burst * TOKENS_PER_UNIT);
      if (band.tokens >= cost) band.tokens -= cost;
      else if (exceeded === undefined || band.rate > exceeded.rate) exceeded = band;
    }
    if (exceeded === undefined) return true;
    exceeded.packets++;
    exceeded.bytes += bytes;
    return false;
  }
}

export class DatapathMeters {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #meters: (Meter | undefined)[] = [];
  /** No number below it is free: with many meters, a search from 0 would be long. */
  #freeMin = 0;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Defines a meter; its number, the lowest that is free, or 'EFBIG' where all are taken. */
  add(config: MeterConfig): number | 'EFBIG' {
    let number = this.#freeMin;
    while (this.#meters[number] !== undefined) number++;
    this.#freeMin = number;
    if (number >= METERS_MAX) return 'EFBIG';
    this.set(number, config);
    return number;
  }

  /** Defines a meter anew: its buckets are full and its counters 0. */
  set(number: number, config: MeterConfig): void {
    this.#meters[number] = new Meter(config, this.#clock.now());
  }

  /** Its counters so far; undefined: there is no such meter. */
  stats(number: number): MeterStats | undefined {
    return this.#meters[number];
  }

  delete(number: number): void {
    this.#meters[number] = undefined;
    this.#freeMin = Math.min(this.#freeMin, number);
  }

  /** Counts a packet of so many bytes; whether it may go on. Without the meter, it may. */
  admit(number: number, bytes: number): boolean {
    return this.#meters[number]?.admit(bytes, this.#clock.now()) ?? true;
  }
}
