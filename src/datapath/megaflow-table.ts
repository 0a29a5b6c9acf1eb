/**
 * # The megaflow table
 *
 * **What.** All flows of a datapath: key, mask, actions and counters of each. A packet is looked up
 * by its flow, a flow by its key. Answers to OVS's `struct dpcls` with `flow_table` of
 * `lib/dpif-netdev.c`.
 *
 * **Why.** A flow with wildcards cannot be found by hashing a packet, but all flows with the *same*
 * mask can: one hash table for each distinct mask (`Subtable`), tried one after the other. Few
 * masks is what makes lookups fast; so they are ranked by use, and most packets are found in the
 * first.
 *
 * **How.** A flow is a small integer, its handle: an index into columns, which grow by doubling up
 * to a limit. Handles of removed flows are used again, and `generations` says which life of a
 * handle is meant; who remembers handles (the exact-match cache) remembers the generation with it.
 * Two indices lead to a handle: the subtable of its mask, and a hash table over whole keys, which
 * plays the part of OVS's ufid map. Where flows overlap, the one whose mask ranks higher is found;
 * OVS's slow path never installs overlapping flows with different actions, and `put` refuses a flow
 * whose own key already finds one.
 *
 * **Usage.** `lookup` a packet, then count on the columns; `put`, `find`, `remove`; `nextFrom`
 * walks all flows in order of their handles. The walk needs no lock on the table: a flow that is
 * there throughout is visited exactly once whatever is put and removed meanwhile; one that comes or
 * goes may be missed, or come in both its lives.
 *
 * **Concurrency.** One owner: the datapath. Every method ends before another begins. Columns are
 * replaced when they grow: do not keep them across a `put`.
 *
 * Hot path. Bench: `bench/hit-path.ts`, `bench/set-up.ts`.
 */

import { createFlow, type Flow } from '../packet/flow.js';
import type { FlowKey } from './flow-key.js';
import type { Mask } from './mask.js';
import type { OdpActions } from './odp-actions.js';
import { Subtable } from './subtable.js';

/**
 * Flows at most, unless told otherwise. OVS's `MAX_FLOWS` is 65,536 because each of its threads has
 * a table; here one table must hold what the slow path's default limit (200,000) allows, with room
 * for what its revalidators have not yet removed.
 */
export const FLOWS_MAX = 262_144;

const NONE = -1;
const CAPACITY_MIN = 256;

export class MegaflowTable {
  /** Columns, by handle. */
  packets = new Float64Array(CAPACITY_MIN);
  bytes = new Float64Array(CAPACITY_MIN);
  used = new Float64Array(CAPACITY_MIN);
  tcpFlags = new Uint16Array(CAPACITY_MIN);
  /** Counts the lives of each handle. */
  generations = new Uint32Array(CAPACITY_MIN);
  readonly actions: OdpActions[] = [];

  readonly #countMax: number;
  readonly #keys: (FlowKey | undefined)[] = [];
  readonly #subtables: (Subtable | undefined)[] = [];
  #entries = new Int32Array(CAPACITY_MIN);
  #keyNext = new Int32Array(CAPACITY_MIN);
  #keyBuckets = new Int32Array(CAPACITY_MIN).fill(NONE);
  /** Highest rank first. */
  readonly #ranked: Subtable[] = [];
  #maskCountMax = 0;
  readonly #byMaskHash = new Map<number, Subtable[]>();
  #top = 0;
  #free = NONE;
  #count = 0;

  constructor(countMax = FLOWS_MAX) {
    this.#countMax = countMax;
  }

  get count(): number {
    return this.#count;
  }

  get maskCount(): number {
    return this.#ranked.length;
  }

  /** The most masks that there have been at a time. */
  get maskCountMax(): number {
    return this.#maskCountMax;
  }

  /** The handle of a flow that matches the packet, or -1. */
  lookup(flow: Flow): number {
    const ranked = this.#ranked;
    for (let i = 0; i < ranked.length; i++) {
      const subtable = ranked[i]!;
      const handle = subtable.find(flow);
      if (handle === NONE) continue;
      subtable.hitCount++;
      return handle;
    }
    return NONE;
  }

  /** Puts the masks with the most hits since the last time first. */
  rank(): void {
    this.#ranked.sort((a, b) => b.hitCount - a.hitCount);
    for (const subtable of this.#ranked) subtable.hitCount = 0;
  }

  /** The handle of the flow with this very key, or -1. */
  find(key: FlowKey): number {
    let handle = this.#keyBuckets[key.hash & (this.#keyBuckets.length - 1)]!;
    while (handle !== NONE) {
      if (this.#keys[handle]!.equals(key)) return handle;
      handle = this.#keyNext[handle]!;
    }
    return NONE;
  }

  /** Adds a flow with counters at 0, unless one matches its key already, or the table is full. */
  put(key: FlowKey, mask: Mask, actions: OdpActions): 'installed' | 'exists' | 'no-space' {
    key.expandInto(scratch);
    if (this.#overlaps(scratch)) return 'exists';
    if (this.#count === this.#countMax) return 'no-space';
    const subtable = this.#subtableOf(mask);
    const handle = this.#take();
    this.#keys[handle] = key;
    this.#subtables[handle] = subtable;
    this.#entries[handle] = subtable.insert(scratch, handle);
    this.actions[handle] = actions;
    this.packets[handle] = 0;
    this.bytes[handle] = 0;
    this.used[handle] = 0;
    this.tcpFlags[handle] = 0;
    this.#linkKey(handle, key.hash);
    this.#count++;
    return 'installed';
  }

  /** Ends the flow's life; its columns keep their last values until the handle is used again. */
  remove(handle: number): void {
    const subtable = this.#subtables[handle]!;
    subtable.remove(this.#entries[handle]!);
    if (subtable.count === 0) this.#dropSubtable(subtable);
    this.#unlinkKey(handle);
    this.#keys[handle] = undefined;
    this.#subtables[handle] = undefined;
    this.actions[handle] = noActions;
    this.generations[handle]!++;
    this.#keyNext[handle] = this.#free;
    this.#free = handle;
    this.#count--;
  }

  /** Removes every flow. */
  clear(): void {
    for (let handle = this.nextFrom(0); handle !== NONE; handle = this.nextFrom(handle + 1)) {
      this.remove(handle);
    }
  }

  /** The first flow with a handle of at least `start`, or -1. */
  nextFrom(start: number): number {
    for (let handle = start; handle < this.#top; handle++) {
      if (this.#keys[handle] !== undefined) return handle;
    }
    return NONE;
  }

  keyOf(handle: number): FlowKey {
    return this.#keys[handle]!;
  }

  maskOf(handle: number): Mask {
    return this.#subtables[handle]!.mask;
  }

  #overlaps(flow: Flow): boolean {
    const ranked = this.#ranked;
    for (let i = 0; i < ranked.length; i++) if (ranked[i]!.find(flow) !== NONE) return true;
    return false;
  }

  #subtableOf(mask: Mask): Subtable {
    const bucket = this.#byMaskHash.get(mask.hash);
    const found = bucket?.find((subtable) => subtable.mask.equals(mask));
    if (found !== undefined) return found;
    const subtable = new Subtable(mask);
    this.#ranked.push(subtable);
    this.#maskCountMax = Math.max(this.#maskCountMax, this.#ranked.length);
    if (bucket === undefined) this.#byMaskHash.set(mask.hash, [subtable]);
    else bucket.push(subtable);
    return subtable;
  }

  #dropSubtable(subtable: Subtable): void {
    this.#ranked.splice(this.#ranked.indexOf(subtable), 1);
    const bucket = this.#byMaskHash.get(subtable.mask.hash)!;
    if (bucket.length === 1) this.#byMaskHash.delete(subtable.mask.hash);
    else bucket.splice(bucket.indexOf(subtable), 1);
  }

  #linkKey(handle: number, hash: number): void {
    const bucket = hash & (this.#keyBuckets.length - 1);
    this.#keyNext[handle] = this.#keyBuckets[bucket]!;
    this.#keyBuckets[bucket] = handle;
  }

  #unlinkKey(handle: number): void {
    const bucket = this.#keys[handle]!.hash & (this.#keyBuckets.length - 1);
    let at = this.#keyBuckets[bucket]!;
    if (at === handle) this.#keyBuckets[bucket] = this.#keyNext[handle]!;
    else {
      while (this.#keyNext[at]! !== handle) at = this.#keyNext[at]!;
      this.#keyNext[at] = this.#keyNext[handle]!;
    }
  }

  #take(): number {
    if (this.#free !== NONE) {
      const handle = this.#free;
      this.#free = this.#keyNext[handle]!;
      return handle;
    }
    if (this.#top === this.used.length) this.#grow();
    return this.#top++;
  }

  /** Doubles the columns; nothing is free when it runs. */
  #grow(): void {
    const size = this.used.length * 2;
    this.packets = widened(this.packets, new Float64Array(size));
    this.bytes = widened(this.bytes, new Float64Array(size));
    this.used = widened(this.used, new Float64Array(size));
    this.tcpFlags = widened(this.tcpFlags, new Uint16Array(size));
    this.generations = widened(this.generations, new Uint32Array(size));
    this.#entries = widened(this.#entries, new Int32Array(size));
    this.#keyNext = new Int32Array(size);
    this.#keyBuckets = new Int32Array(size).fill(NONE);
    for (let handle = 0; handle < this.#top; handle++) {
      this.#linkKey(handle, this.#keys[handle]!.hash);
    }
  }
}

const noActions: OdpActions = [];
const scratch = createFlow();

function widened<A extends Float64Array | Int32Array | Uint16Array | Uint32Array>(
  from: A,
  to: A,
): A {
  to.set(from);
  return to;
}
