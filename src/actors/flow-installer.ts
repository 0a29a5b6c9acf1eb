/**
 * How a flow gets into the datapath.
 *
 * `UkeyInstaller` (profile `current`): the ukey is there, visible, before the put is on its way, so
 * that whatever happens to the flow from then on finds it: a dump, a purge, the next miss. The
 * put's answer makes it operational, or evicts it. A miss for a ukey that is alive installs
 * nothing; one that is evicted is replaced, and the new one inherits in which dump the old one was
 * last seen. `PlainInstaller` (profile `ovs-2.3`) only puts; the next dump makes the ukey.
 *
 * Owner: one handler; the ukeys belong to their revalidators. Hot path. Bench: `bench/set-up.ts`.
 * Rows U-038, U-065 to U-067, U-071, U-075, B-01, B-10. Answers to OVS's `ukey_install`.
 */

import { type Instant, type SeqNo, seqNo } from '../base/brands.js';
import type { DpifOp, PutOp } from '../datapath/dpif.js';
import { FlowKey } from '../datapath/flow-key.js';
import type { Mask } from '../datapath/mask.js';
import { NO_ACTIONS, type OdpActions } from '../datapath/odp-actions.js';
import type { XlateLease } from '../datapath/translator.js';
import type { Flow } from '../packet/flow.js';
import type { UdpifCore } from './udpif-core.js';
import type { UkeyActor } from './ukey-actor.js';
import { NO_HANDLE } from './ukey-columns.js';
import { UkeyState, ukeyMoves } from './ukey-moves.js';
import type { UkeySlice } from './ukey-slice.js';

export interface NewFlow {
  readonly key: Flow;
  /** Undefined: exact match. */
  readonly mask: Mask | undefined;
  readonly actions: OdpActions;
  readonly revalSeq: SeqNo;
  readonly createdAt: Instant;
  /** The number of the upcall that asks for it; 0: nobody was told of that one. */
  readonly upcall: number;
  /** What `actions` need; see `XlateResult`. */
  readonly lease?: XlateLease | undefined;
}

/** A packet that no bridge wants, and who read it. */
export interface UnwantedPacket {
  readonly key: Flow;
  readonly handler: number;
  /** As `NewFlow.upcall`. */
  readonly upcall: number;
}

export interface FlowInstaller {
  /** The operation that puts `flow`; undefined where it must not be put. */
  install(flow: NewFlow): PutOp | undefined;
  /** The answers are there. `operations` has the puts since the last time, in their order. */
  settle(operations: readonly DpifOp[], handler: number): void;
  /**
   * A flow that drops all packets like this one, so that no more of them come up (U-038). Calls
   * `settled` when its put is answered; false: there is none, for a live ukey has the key.
   */
  installDrop(packet: UnwantedPacket, settled: () => void): boolean;
}

/** The installer that the profile asks for. */
export function createInstaller(core: UdpifCore): FlowInstaller {
  return core.deps.profile.ukeyAtPut ? new UkeyInstaller(core) : new PlainInstaller(core);
}

const INSTALL = ukeyMoves.eventCode('ukey.install');
const REPLACE = ukeyMoves.eventCode('ukey.replace');
const PUT_SUCCEEDED = ukeyMoves.eventCode('put.succeeded');
const PUT_FAILED = ukeyMoves.eventCode('put.failed');

/** In no dump yet. */
const NO_DUMP = seqNo(0);
/** Older than any answer. */
const NO_SEQ = seqNo(0);

class UkeyInstaller implements FlowInstaller {
  readonly #core: UdpifCore;
  /** Of the puts that are not answered yet, with the upcalls that they answer. */
  #ukeys: UkeyActor[] = [];
  #upcalls: number[] = [];

  constructor(core: UdpifCore) {
    this.#core = core;
  }

  install(flow: NewFlow): PutOp | undefined {
    const ukey = this.#installUkey(flow);
    if (ukey === undefined) return undefined;
    this.#ukeys.push(ukey);
    this.#upcalls.push(flow.upcall);
    return putOf(ukey);
  }

  settle(operations: readonly DpifOp[], handler: number): void {
    const ukeys = this.#ukeys;
    const upcalls = this.#upcalls;
    this.#ukeys = [];
    this.#upcalls = [];
    let next = 0;
    for (const operation of operations) {
      if (operation.type !== 'put') continue;
      this.#settlePut(ukeys[next]!, operation, { handler, upcall: upcalls[next]! });
      next++;
    }
  }

  installDrop(packet: UnwantedPacket, settled: () => void): boolean {
    const ukey = this.#installUkey(dropFlow(this.#core, packet));
    if (ukey === undefined) return false;
    const put = putOf(ukey);
    this.#core.deps.dpif.operate([put], () => {
      this.#settlePut(ukey, put, packet);
      settled();
    });
    return true;
  }

  /** A visible ukey for `flow`; undefined where a live one has its key. */
  #installUkey(flow: NewFlow): UkeyActor | undefined {
    return this.#createUkey(FlowKey.from(flow.key), flow);
  }

  #createUkey(key: FlowKey, flow: Omit<NewFlow, 'key' | 'upcall'>): UkeyActor | undefined {
    const slice = this.#core.sliceOf(key);
    const old = slice.find(key);
    const dumpSeq = old === NO_HANDLE ? NO_DUMP : slice.columns.dumpSeqOf(old);
    if (old !== NO_HANDLE && !this.#replace(slice, old)) return undefined;
    const { mask, actions, revalSeq, createdAt, lease } = flow;
    const handle = slice.create({ key, mask, actions, createdAt, revalSeq, dumpSeq, lease });
    slice.move(handle, INSTALL, { type: 'ukey.install' });
    return slice.actor(handle);
  }

  /** The answer to a put. The ukey may be further by now, or gone. */
  #settlePut(ukey: UkeyActor, put: PutOp, asker: Asker): void {
    if (this.#core.isObserved) reportPut(this.#core, put, asker);
    if (ukey.handle !== NO_HANDLE) {
      if (put.error === undefined) {
        ukey.slice.move(ukey.handle, PUT_SUCCEEDED, { type: 'put.succeeded' });
      } else {
        ukey.slice.move(ukey.handle, PUT_FAILED, { type: 'put.failed' });
      }
    }
    if (put.error === undefined && isGone(ukey)) this.#takeBack(put);
  }

  /**
   * A purge gave the ukey up while the put was under way: its deletion came first, and found
   * nothing. The flow is there now, and needs a ukey, else the next stop would leave it behind.
   */
  #takeBack({ key, mask, actions }: PutOp): void {
    const createdAt = this.#core.deps.clock.now();
    const ukey = this.#createUkey(key, { mask, actions, revalSeq: NO_SEQ, createdAt });
    ukey?.slice.move(ukey.handle, PUT_SUCCEEDED, { type: 'put.succeeded' });
  }

  /** Whether the ukey at `old` made way. */
  #replace(slice: UkeySlice, old: number): boolean {
    const core = this.#core;
    const state = slice.stateOf(old);
    if (state !== UkeyState.EVICTED) {
      core.count('handler_duplicate_upcall');
      if (state === UkeyState.EVICTING) core.count('ukey_replace_contention');
      return false;
    }
    core.count('upcall_ukey_replace');
    slice.move(old, REPLACE, { type: 'ukey.replace' });
    return true;
  }
}

class PlainInstaller implements FlowInstaller {
  readonly #core: UdpifCore;
  /** That the puts answer which are not answered yet themselves. */
  #upcalls: number[] = [];

  constructor(core: UdpifCore) {
    this.#core = core;
  }

  install(flow: NewFlow): PutOp {
    this.#upcalls.push(flow.upcall);
    return this.#putOf(flow);
  }

  settle(operations: readonly DpifOp[], handler: number): void {
    const upcalls = this.#upcalls;
    this.#upcalls = [];
    if (!this.#core.isObserved) return;
    let next = 0;
    for (const operation of operations) {
      if (operation.type !== 'put') continue;
      reportPut(this.#core, operation, { handler, upcall: upcalls[next++]! });
    }
  }

  installDrop(packet: UnwantedPacket, settled: () => void): boolean {
    const put = this.#putOf(dropFlow(this.#core, packet));
    this.#core.deps.dpif.operate([put], () => {
      if (this.#core.isObserved) reportPut(this.#core, put, packet);
      settled();
    });
    return true;
  }

  #putOf({ key, mask, actions }: NewFlow): PutOp {
    return createPut(FlowKey.from(key), mask, actions);
  }
}

function isGone({ slice, handle }: UkeyActor): boolean {
  return handle === NO_HANDLE || slice.stateOf(handle) === UkeyState.EVICTED;
}

function putOf(ukey: UkeyActor): PutOp {
  const { keys, masks, actions } = ukey.slice.columns;
  const at = ukey.handle;
  return createPut(keys[at]!, masks[at], actions[at]!);
}

function createPut(key: FlowKey, mask: Mask | undefined, actions: OdpActions): PutOp {
  return { type: 'put', mode: 'create', key, mask, actions, error: undefined };
}

function dropFlow({ revalSeq, deps }: UdpifCore, { key, upcall }: UnwantedPacket): NewFlow {
  const createdAt = deps.clock.now();
  const revalSeqNow = revalSeq.read();
  return { key, mask: undefined, actions: NO_ACTIONS, revalSeq: revalSeqNow, createdAt, upcall };
}

/** Whom a put is for. */
type Asker = Pick<UnwantedPacket, 'handler' | 'upcall'>;

/** Tells of a put before anybody acts on its answer. */
function reportPut(core: UdpifCore, put: PutOp, { handler, upcall }: Asker): void {
  const { key, mask, actions, error } = put;
  const time = core.deps.clock.now();
  core.emit({ type: 'put', time, handler, upcall, key, mask, actions, error });
}
