/**
 * The memory of a slice's ukeys: one column a property, one row a ukey, named by its handle.
 *
 * 200,000 ukeys are 200,000 rows, not as many objects with fields: a sweep runs along a column.
 * Columns double when they are full; freed rows are chained and used again, the last one first.
 * Counters are float64, exact to 2^53.
 *
 * Owner: one `UkeySlice`. Hot path. Bench: `bench/dump.ts`. Answers to the seed's `struct
 * udpif_key`.
 */

import { type Instant, instant, type SeqNo, seqNo } from '../base/brands.js';
import type { FlowKey } from '../datapath/flow-key.js';
import type { Mask } from '../datapath/mask.js';
import type { OdpActions } from '../datapath/odp-actions.js';
import { NO_ACTIONS } from '../datapath/odp-actions.js';
import type { XlateCache, XlateLease } from '../datapath/translator.js';
import type { UkeyActor } from './ukey-actor.js';

/** No ukey. */
export const NO_HANDLE = -1;
/** A row that nobody has; behind the states of the machine. */
export const FREE_ROW = 255;

const ROWS_MIN = 64;

/** What a ukey is made of. */
export interface UkeySeed {
  readonly key: FlowKey;
  /** Undefined: exact match. */
  readonly mask: Mask | undefined;
  readonly actions: OdpActions;
  readonly createdAt: Instant;
  readonly revalSeq: SeqNo;
  readonly dumpSeq: SeqNo;
  /** What its actions need; held from here on. */
  readonly lease?: XlateLease | undefined;
}

export class UkeyColumns {
  /** Index into the states of the machine, or `FREE_ROW`. */
  state = new Uint8Array(ROWS_MIN).fill(FREE_ROW);
  tcpFlags = new Uint16Array(ROWS_MIN);
  missedDumps = new Uint8Array(ROWS_MIN);
  /** OVS's number of the delete reason; 0: none. */
  reason = new Uint8Array(ROWS_MIN);
  packets = new Float64Array(ROWS_MIN);
  bytes = new Float64Array(ROWS_MIN);
  used = new Float64Array(ROWS_MIN);
  createdAt = new Float64Array(ROWS_MIN);
  revalSeq = new Float64Array(ROWS_MIN);
  dumpSeq = new Float64Array(ROWS_MIN);
  /** The next free row. */
  #nextFree = new Int32Array(ROWS_MIN);
  readonly keys: (FlowKey | undefined)[] = [];
  readonly masks: (Mask | undefined)[] = [];
  readonly actions: OdpActions[] = [];
  readonly caches: (XlateCache | undefined)[] = [];
  /** Held; whoever puts another one in the place of one says so with `replaceLease`. */
  readonly leases: (XlateLease | undefined)[] = [];
  readonly actors: (UkeyActor | undefined)[] = [];

  #firstFree = NO_HANDLE;
  #count = 0;
  #end = 0;

  /** Rows in use. */
  get count(): number {
    return this.#count;
  }

  /** One more than the highest row used since there was none. */
  get end(): number {
    return this.#end;
  }

  /** A row with all that `seed` says and everything else zero; its state is left to the caller. */
  allocate(seed: UkeySeed): number {
    const handle = this.#takeRow();
    this.tcpFlags[handle] = 0;
    this.missedDumps[handle] = 0;
    this.reason[handle] = 0;
    this.packets[handle] = 0;
    this.bytes[handle] = 0;
    this.used[handle] = 0;
    this.createdAt[handle] = seed.createdAt;
    this.revalSeq[handle] = seed.revalSeq;
    this.dumpSeq[handle] = seed.dumpSeq;
    this.keys[handle] = seed.key;
    this.masks[handle] = seed.mask;
    this.actions[handle] = seed.actions;
    this.caches[handle] = undefined;
    this.leases[handle] = seed.lease;
    seed.lease?.hold();
    this.#count++;
    return handle;
  }

  release(handle: number): void {
    this.state[handle] = FREE_ROW;
    this.keys[handle] = undefined;
    this.masks[handle] = undefined;
    this.actions[handle] = NO_ACTIONS;
    this.caches[handle] = undefined;
    this.replaceLease(handle, undefined);
    this.actors[handle] = undefined;
    this.#nextFree[handle] = this.#firstFree;
    this.#firstFree = handle;
    this.#count--;
    if (this.#count === 0) this.#forgetRows();
  }

  /** The ukey's actions need `lease` from now on, and nothing else. */
  replaceLease(handle: number, lease: XlateLease | undefined): void {
    const old = this.leases[handle];
    if (lease === undefined && old === undefined) return;
    lease?.hold();
    old?.release();
    this.leases[handle] = lease;
  }

  usedAt(handle: number): Instant {
    return instant(this.used[handle]!);
  }

  dumpSeqOf(handle: number): SeqNo {
    return seqNo(this.dumpSeq[handle]!);
  }

  /** All rows are free: who walks along them need not any more. */
  #forgetRows(): void {
    this.#firstFree = NO_HANDLE;
    this.#end = 0;
  }

  #takeRow(): number {
    const free = this.#firstFree;
    if (free !== NO_HANDLE) {
      this.#firstFree = this.#nextFree[free]!;
      return free;
    }
    if (this.#end === this.state.length) this.#grow(this.#end * 2);
    return this.#end++;
  }

  #grow(rows: number): void {
    const state = new Uint8Array(rows).fill(FREE_ROW);
    state.set(this.state);
    this.state = state;
    this.tcpFlags = widen(this.tcpFlags, new Uint16Array(rows));
    this.missedDumps = widen(this.missedDumps, new Uint8Array(rows));
    this.reason = widen(this.reason, new Uint8Array(rows));
    this.packets = widen(this.packets, new Float64Array(rows));
    this.bytes = widen(this.bytes, new Float64Array(rows));
    this.used = widen(this.used, new Float64Array(rows));
    this.createdAt = widen(this.createdAt, new Float64Array(rows));
    this.revalSeq = widen(this.revalSeq, new Float64Array(rows));
    this.dumpSeq = widen(this.dumpSeq, new Float64Array(rows));
    this.#nextFree = widen(this.#nextFree, new Int32Array(rows));
  }
}

function widen<Column extends Uint8Array | Uint16Array | Int32Array | Float64Array>(
  from: Column,
  into: Column,
): Column {
  into.set(from);
  return into;
}
