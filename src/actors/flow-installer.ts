/**
 * How a flow gets into the datapath together with its ukey.
 *
 * The ukey is there, visible, before the put is on its way, so that whatever happens to the flow
 * from then on finds it: a dump, a purge, the next miss. The put's answer makes it operational, or
 * evicts it. A miss for a ukey that is alive installs nothing; one that is evicted is replaced, and
 * the new one inherits in which dump the old one was last seen.
 *
 * Owner: nothing; the ukeys belong to their revalidators. Hot path. Bench: `bench/set-up.ts`. Rows
 * U-038, U-065 to U-067, U-071, U-075, B-01, B-10. Answers to OVS's `ukey_install`.
 */

import { type Instant, type SeqNo, seqNo } from '../base/brands.js';
import type { PutOp } from '../datapath/dpif.js';
import { FlowKey } from '../datapath/flow-key.js';
import type { Mask } from '../datapath/mask.js';
import { NO_ACTIONS, type OdpActions } from '../datapath/odp-actions.js';
import { createFlowMask, type Flow, type FlowMask } from '../packet/flow.js';
import { DP_START, FLOW_WORDS, IN_PORT } from '../packet/flow-layout.js';
import type { UdpifCore } from './udpif-core.js';
import type { UkeyActor } from './ukey-actor.js';
import { NO_HANDLE, type UkeySeed } from './ukey-columns.js';
import { eventCode, UkeyState } from './ukey-moves.js';
import type { UkeySlice } from './ukey-slice.js';

export interface NewFlow {
  readonly key: Flow;
  /** Undefined: exact match. */
  readonly mask: Mask | undefined;
  readonly actions: OdpActions;
  readonly revalSeq: SeqNo;
  readonly createdAt: Instant;
}

const INSTALL = eventCode('ukey.install');
const REPLACE = eventCode('ukey.replace');
const PUT_SUCCEEDED = eventCode('put.succeeded');
const PUT_FAILED = eventCode('put.failed');

/** In no dump yet. */
const NO_DUMP = seqNo(0);
/** Older than any answer. */
const NO_SEQ = seqNo(0);

export class FlowInstaller {
  readonly #core: UdpifCore;
  readonly #mask = createFlowMask();

  constructor(core: UdpifCore) {
    this.#core = core;
  }

  /** What the datapath is to match of `wanted`: its own words, the port always; undefined: all. */
  maskFor(wanted: FlowMask): Mask | undefined {
    if (!this.#core.areMegaflowsEnabled) return undefined;
    const mask = this.#mask;
    for (let i = DP_START; i < FLOW_WORDS; i++) mask[i] = wanted[i]!;
    mask[IN_PORT] = 0xffff_ffff;
    return this.#core.deps.masks.intern(mask);
  }

  /** A visible ukey for `flow`; undefined where a live one has its key. */
  installUkey(flow: NewFlow): UkeyActor | undefined {
    const { mask, actions, revalSeq, createdAt } = flow;
    return this.#install({ key: FlowKey.from(flow.key), mask, actions, revalSeq, createdAt });
  }

  putOf(ukey: UkeyActor): PutOp {
    const { keys, masks, actions } = ukey.slice.columns;
    const at = ukey.handle;
    return {
      type: 'put',
      mode: 'create',
      key: keys[at]!,
      mask: masks[at],
      actions: actions[at]!,
      error: undefined,
    };
  }

  /** The answer to a put. The ukey may be further by now, or gone. */
  settlePut(ukey: UkeyActor, put: PutOp, handler: number): void {
    const { error } = put;
    if (ukey.handle !== NO_HANDLE) {
      if (error === undefined) {
        ukey.slice.move(ukey.handle, PUT_SUCCEEDED, { type: 'put.succeeded' });
      } else {
        ukey.slice.move(ukey.handle, PUT_FAILED, { type: 'put.failed' });
      }
    }
    if (error === undefined && isGone(ukey)) this.#takeBack(put);
    if (!this.#core.isObserved) return;
    const { key, mask, actions } = put;
    const time = this.#core.deps.clock.now();
    this.#core.emit({ type: 'put', time, handler, key, mask, actions, error });
  }

  /**
   * A flow that drops all packets like this one, so that no more of them come up (U-038). Calls
   * `settled` when its put is answered; false: there is none, for a live ukey has the key.
   */
  installDrop(key: Flow, handler: number, settled: () => void): boolean {
    const { revalSeq, deps } = this.#core;
    const flow = { key, mask: undefined, actions: NO_ACTIONS, revalSeq: revalSeq.read() };
    const ukey = this.installUkey({ ...flow, createdAt: deps.clock.now() });
    if (ukey === undefined) return false;
    const put = this.putOf(ukey);
    deps.dpif.operate([put], () => {
      this.settlePut(ukey, put, handler);
      settled();
    });
    return true;
  }

  #install(seed: Omit<UkeySeed, 'dumpSeq'>): UkeyActor | undefined {
    const slice = this.#core.sliceOf(seed.key);
    const old = slice.find(seed.key);
    const dumpSeq = old === NO_HANDLE ? NO_DUMP : slice.columns.dumpSeqOf(old);
    if (old !== NO_HANDLE && !this.#replace(slice, old)) return undefined;
    const handle = slice.create({ ...seed, dumpSeq });
    slice.move(handle, INSTALL, { type: 'ukey.install' });
    return slice.actor(handle);
  }

  /**
   * A purge gave the ukey up while the put was under way: its deletion came first and found nothing.
   * The flow is there now, and needs a ukey, else the next stop would leave it behind.
   */
  #takeBack({ key, mask, actions }: PutOp): void {
    const createdAt = this.#core.deps.clock.now();
    const ukey = this.#install({ key, mask, actions, revalSeq: NO_SEQ, createdAt });
    ukey?.slice.move(ukey.handle, PUT_SUCCEEDED, { type: 'put.succeeded' });
  }

  /** Whether the ukey at `old` made way. */
  #replace(slice: UkeySlice, old: number): boolean {
    const { coverage } = this.#core.deps;
    const state = slice.stateOf(old);
    if (state !== UkeyState.EVICTED) {
      coverage.inc('handler_duplicate_upcall');
      if (state === UkeyState.EVICTING) coverage.inc('ukey_replace_contention');
      return false;
    }
    coverage.inc('upcall_ukey_replace');
    slice.move(old, REPLACE, { type: 'ukey.replace' });
    return true;
  }
}

function isGone({ slice, handle }: UkeyActor): boolean {
  return handle === NO_HANDLE || slice.stateOf(handle) === UkeyState.EVICTED;
}
