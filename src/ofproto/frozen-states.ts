/**
 * Frozen states: what a translation knew when it stopped half-way, each under a number.
 *
 * The datapath carries the number: as `recirc_id` of a packet that is to be looked up again, or in
 * the cookie of one that goes to a controller. Whoever meets it there goes on from the state. Equal
 * states have one number, so that translating again gives the same actions. A number is held by
 * each ukey whose actions or key have it (`FrozenLease`); when nobody holds it, it lives on for
 * a while, because packets that carry it are still on their way. Answers to
 * `ofproto-dpif-rid.c`; there a number outlives its holders by 250 to 500 ms.
 *
 * Owner: one per translator. Hot path. Bench: `bench/translate.ts`.
 */

import type { OfpPort } from '../base/brands.js';
import { type Instant, instant, ofpPort } from '../base/brands.js';
import type { Clock } from '../base/clock.js';
import { hashAdd, hashFinish } from '../base/hash.js';
import type { XlateLease } from '../datapath/translator.js';
import type { Flow } from '../packet/flow.js';
import { DP_START, IN_PORT, METADATA } from '../packet/flow-layout.js';
import type { Ofpact, Ofpacts } from './ofpact.js';
import { ofpactsEqual, sameValues } from './ofpacts-equal.js';
import type { Ofproto } from './ofproto.js';
import type { StackValue } from './xlate-stack.js';

/** How long a number lives that nobody holds: longer than a packet is on its way. */
export const LINGER_MS = 500;
const ID_MAX = 0xffff_ffff;

/**
 * An action that is still to be done. `unroll` says which table and which rule's cookie those
 * behind it belong to.
 */
export type FrozenAction =
  | Ofpact
  | { readonly type: 'unroll'; readonly table: number; readonly cookie: bigint };

export interface FrozenState {
  readonly ofproto: Ofproto;
  /** Where it goes on, if there are no actions. */
  readonly table: number;
  /** The words of a flow from `METADATA` to `DP_START`. */
  readonly metadata: Uint32Array;
  readonly inPort: OfpPort;
  readonly stack: readonly StackValue[];
  readonly actions: readonly FrozenAction[];
  readonly actionSet: Ofpacts;
  /** Mirrors that have their copy, by bits. */
  readonly mirrors: number;
  /**
   * Whether the packet is hashed before it comes back: a round for a hash is another one than that
   * before it, whose flow asks for no hash and would be met again.
   */
  readonly isHashed: boolean;
  /** What a controller is told besides. */
  readonly userdata: Uint8Array;
}

/** A state that is about to be frozen: `flow` has its metadata and its port. */
export interface FrozenDraft extends Omit<FrozenState, 'metadata' | 'inPort'> {
  readonly flow: Flow;
}

interface Entry {
  readonly id: number;
  readonly hash: number;
  readonly state: FrozenState;
  holders: number;
  /** Since when nobody holds it; meaningless while somebody does. */
  idleSince: Instant;
}

export class FrozenStates {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #entries = new Map<number, Entry>();
  readonly #byHash = new Map<number, Entry[]>();
  /** Those that nobody holds, the longest ago first. */
  readonly #idle = new Set<Entry>();
  #lastId = 0;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Numbers in use. */
  get count(): number {
    return this.#entries.size;
  }

  /** The number of a state; it may go soon unless somebody holds it. */
  freeze(draft: FrozenDraft): number {
    const hash = hashOf(draft);
    const entry = this.#byHash.get(hash)?.find(({ state }) => isSameState(state, draft));
    if (entry === undefined) return this.#add(draft, hash).id;
    if (entry.holders === 0) this.#idled(entry);
    return entry.id;
  }

  /** The state of a number; undefined: it is gone, or never was. */
  find(id: number): FrozenState | undefined {
    return this.#entries.get(id)?.state;
  }

  hold(id: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    if (entry.holders++ === 0) this.#idle.delete(entry);
  }

  release(id: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    if (--entry.holders === 0) this.#idled(entry);
  }

  /** Forgets what nobody has held for long enough. */
  expire(): void {
    if (this.#idle.size === 0) return;
    const now = this.#clock.now();
    for (const entry of this.#idle) {
      if (entry.idleSince + LINGER_MS > now) return;
      this.#remove(entry);
    }
  }

  #add(draft: FrozenDraft, hash: number): Entry {
    this.expire();
    const entry = {
      id: this.#nextId(),
      hash,
      state: stateOf(draft),
      holders: 0,
      idleSince: instant(0),
    };
    this.#entries.set(entry.id, entry);
    const bucket = this.#byHash.get(hash);
    if (bucket === undefined) this.#byHash.set(hash, [entry]);
    else bucket.push(entry);
    this.#idled(entry);
    return entry;
  }

  #idled(entry: Entry): void {
    entry.idleSince = this.#clock.now();
    this.#idle.delete(entry);
    this.#idle.add(entry);
  }

  #remove(entry: Entry): void {
    this.#idle.delete(entry);
    this.#entries.delete(entry.id);
    const rest = (this.#byHash.get(entry.hash) ?? []).filter((other) => other !== entry);
    if (rest.length === 0) this.#byHash.delete(entry.hash);
    else this.#byHash.set(entry.hash, rest);
  }

  /** 0 means: not recirculated. */
  #nextId(): number {
    do {
      this.#lastId = this.#lastId === ID_MAX ? 1 : this.#lastId + 1;
    } while (this.#entries.has(this.#lastId));
    return this.#lastId;
  }
}

/** The numbers that the actions, or the key, of one flow have. */
export class FrozenLease implements XlateLease {
  readonly #states: FrozenStates;
  readonly #ids: readonly number[];

  constructor(states: FrozenStates, ids: readonly number[]) {
    this.#states = states;
    this.#ids = ids;
  }

  hold(): void {
    for (const id of this.#ids) this.#states.hold(id);
  }

  release(): void {
    for (const id of this.#ids) this.#states.release(id);
  }
}

function stateOf({ flow, ...rest }: FrozenDraft): FrozenState {
  const inPort = ofpPort(flow[IN_PORT]! & 0xffff);
  return { ...rest, metadata: flow.slice(METADATA, DP_START), inPort };
}

function hashOf({ flow, table, actions, actionSet, stack, mirrors }: FrozenDraft): number {
  let hash = hashAdd(hashAdd(flow[IN_PORT]!, table), mirrors);
  for (let i = METADATA; i < DP_START; i++) if (flow[i] !== 0) hash = hashAdd(hash, flow[i]!);
  hash = hashAdd(hashAdd(hash, actions.length), actionSet.length);
  return hashFinish(hash, stack.length);
}

function isSameState(state: FrozenState, draft: FrozenDraft): boolean {
  if (state.ofproto !== draft.ofproto || state.table !== draft.table) return false;
  if (state.mirrors !== draft.mirrors || state.isHashed !== draft.isHashed) return false;
  const { metadata, inPort } = state;
  if (inPort !== (draft.flow[IN_PORT]! & 0xffff)) return false;
  for (let i = 0; i < metadata.length; i++) {
    if (metadata[i] !== draft.flow[METADATA + i]) return false;
  }
  return (
    sameValues(state.userdata, draft.userdata) &&
    sameValues(state.stack, draft.stack) &&
    sameValues(state.actions, draft.actions) &&
    ofpactsEqual(state.actionSet, draft.actionSet)
  );
}
