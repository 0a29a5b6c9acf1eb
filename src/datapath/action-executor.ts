/**
 * Carries out a list of datapath actions on a frame.
 *
 * Outputs pass the very frame on, and cost no copy; the first change after it copies, so that what
 * was sent stays as it was. A packet that is recirculated is looked up and carried out at once, in
 * the midst of the list; the list then goes on with the packet as it was. Answers to OVS's
 * `odp_execute_actions()` and `dp_execute_cb()`.
 *
 * Owner: the datapath; entered again only by a recirculation, which saves all that it has.
 *
 * Hot path. Bench: `bench/hit-path.ts`.
 */

import type { Coverage } from '../base/coverage.js';
import { hashAdd, hashFinish } from '../base/hash.js';
import { createRng, type Rng } from '../base/rng.js';
import { extractFlow } from '../packet/extract.js';
import { createFlow, type Flow } from '../packet/flow.js';
import { flowHash5Tuple, flowHashSymmetricL3L4 } from '../packet/flow-hash.js';
import * as L from '../packet/flow-layout.js';
import { Packet } from '../packet/packet.js';
import { PT_ETH } from '../packet/protocol.js';
import type { UserspaceCookie } from './cookie.js';
import { type EditorState, FrameEditor } from './frame-editor.js';
import type { DatapathMeters } from './meter-table.js';
import type { OdpAction, OdpActions } from './odp-actions.js';
import type { PortTable } from './port-table.js';

/** Bytes that are hashed. */
const TWO_WORDS = 8;
const EVERY_PACKET = 0xffff_ffff;
const SAMPLE_SEED = 1;
/** Recirculations within recirculations; `MAX_RECIRC_DEPTH`. One more drops the packet. */
export const RECIRC_DEPTH_MAX = 6;

type SetAction = Extract<OdpAction, { type: 'set' }>;
type HashAction = Extract<OdpAction, { type: 'hash' }>;

/** What a list goes on with after another packet was carried out. */
interface ExecutorState {
  readonly editor: EditorState;
  readonly priority: number;
  readonly mark: number;
  readonly hash: number;
  readonly cut: number;
}

export interface ActionExecutorOptions {
  readonly ports: PortTable;
  /** Absent: whatever is metered passes. */
  readonly meters?: DatapathMeters;
  readonly coverage: Coverage;
  readonly vlanLimit: number;
  /** Which packets are sampled; of a fixed seed unless given. */
  readonly rng?: Rng;
  /** Takes a packet for the slow path; packet and key are the callee's. */
  readonly sendUp: (pid: number, packet: Packet, key: Flow, cookie: UserspaceCookie) => void;
  /** Looks a packet up anew; `key` is scratch. Absent: such packets are dropped. */
  readonly recirculated?: (frame: Uint8Array, key: Flow) => void;
}

export class ActionExecutor {
  readonly #ports: PortTable;
  readonly #meters: DatapathMeters | undefined;
  readonly #coverage: Coverage;
  readonly #vlanLimit: number;
  readonly #sendUp: ActionExecutorOptions['sendUp'];
  readonly #editor: FrameEditor;
  readonly #rng: Rng;
  readonly #recirculated: ActionExecutorOptions['recirculated'];
  /** Of the packets that are being recirculated, by depth. */
  readonly #keys: readonly Flow[] = Array.from({ length: RECIRC_DEPTH_MAX }, () => createFlow());
  #depth = 0;
  #priority = 0;
  #mark = 0;
  #hash = 0;
  /** Bytes that the next output leaves away at the end, as counted when that was said. */
  #cut = 0;

  constructor(options: ActionExecutorOptions) {
    this.#ports = options.ports;
    this.#meters = options.meters;
    this.#coverage = options.coverage;
    this.#vlanLimit = options.vlanLimit;
    this.#editor = new FrameEditor(options.vlanLimit);
    this.#sendUp = options.sendUp;
    this.#rng = options.rng ?? createRng(SAMPLE_SEED);
    this.#recirculated = options.recirculated;
  }

  /** Does `actions` with a frame; `key` gives its metadata. Neither is changed. */
  execute(frame: Uint8Array, key: Flow, actions: OdpActions): void {
    const editor = this.#editor;
    editor.begin(frame, key[L.PACKET_TYPE] !== PT_ETH);
    this.#priority = key[L.SKB_PRIORITY]!;
    this.#mark = key[L.PKT_MARK]!;
    this.#hash = key[L.DP_HASH]!;
    this.#cut = 0;
    this.#runAll(actions, key);
  }

  #runAll(actions: OdpActions, key: Flow): void {
    const editor = this.#editor;
    for (let i = 0; i < actions.length; i++) {
      const action = actions[i]!;
      if (action.type === 'output') {
        const frame = this.#cut === 0 ? editor.sent : this.#takeCut();
        if (this.#ports.transmit(action.port, frame)) editor.share();
        else this.#coverage.inc('datapath_drop_invalid_port');
      } else if (action.type === 'meter') {
        if (this.#meters?.admit(action.meter, editor.data.length) === false) {
          this.#coverage.inc('datapath_drop_meter');
          return;
        }
      } else {
        this.#run(action, key);
      }
    }
  }

  #run(action: OdpAction, key: Flow): void {
    const editor = this.#editor;
    switch (action.type) {
      case 'userspace':
        this.#toUserspace(action.pid, action.cookie, key);
        break;
      case 'push_vlan':
        editor.pushVlan(action.tpid, action.tci);
        break;
      case 'pop_vlan':
        editor.popVlan();
        break;
      case 'push_mpls':
        editor.pushMpls(action.ethType, action.lse);
        break;
      case 'pop_mpls':
        editor.popMpls(action.ethType);
        break;
      case 'set':
        this.#set(action);
        break;
      case 'trunc':
        this.#cut = Math.max(0, editor.data.length - action.size);
        break;
      default:
        this.#runRare(action, key);
    }
  }

  #runRare(action: OdpAction, key: Flow): void {
    const editor = this.#editor;
    switch (action.type) {
      case 'clone':
        this.#runCopy(action.actions, key);
        break;
      case 'sample':
        if (this.#isSampled(action.probability)) this.#runCopy(action.actions, key);
        break;
      case 'check_pkt_len': {
        const isGreater = editor.data.length - this.#cut > action.size;
        this.#runCopy(isGreater ? action.ifGreater : action.ifLessEqual, key);
        break;
      }
      case 'hash':
        this.#hash = hashOf(editor.data, action, this.#vlanLimit);
        break;
      case 'recirc':
        this.#recirculate(action.id, key);
        break;
      case 'push_eth':
        editor.pushEth(action.addresses);
        break;
      case 'pop_eth':
        editor.popEth();
        break;
      case 'push_nsh':
        editor.pushNsh(action);
        break;
      case 'pop_nsh':
        editor.popNsh();
        break;
      default:
    }
  }

  /** Does `actions` with a copy of the packet, and goes on with the packet as it was. */
  #runCopy(actions: OdpActions, key: Flow): void {
    const state = this.#save();
    this.#runAll(actions, key);
    this.#restore(state);
  }

  #recirculate(id: number, key: Flow): void {
    if (this.#depth >= RECIRC_DEPTH_MAX || this.#recirculated === undefined) {
      this.#coverage.inc('datapath_drop_recirc_error');
      return;
    }
    const next = this.#keys[this.#depth]!;
    this.#describe(key, next);
    next[L.RECIRC_ID] = id;
    const state = this.#save();
    this.#depth++;
    this.#recirculated(this.#editor.data, next);
    this.#depth--;
    this.#restore(state);
  }

  #save(): ExecutorState {
    const [priority, mark, hash, cut] = [this.#priority, this.#mark, this.#hash, this.#cut];
    return { editor: this.#editor.save(), priority, mark, hash, cut };
  }

  #restore({ editor, priority, mark, hash, cut }: ExecutorState): void {
    this.#editor.restore(editor);
    this.#priority = priority;
    this.#mark = mark;
    this.#hash = hash;
    this.#cut = cut;
  }

  #isSampled(probability: number): boolean {
    return probability === EVERY_PACKET || this.#rng.uint32() < probability;
  }

  /** The packet as it is to be cut, once. */
  #takeCut(): Uint8Array {
    const { sent } = this.#editor;
    const frame = sent.subarray(0, sent.length - this.#cut);
    this.#cut = 0;
    return frame;
  }

  #set(action: SetAction): void {
    const value = action.value[0]!;
    const mask = action.mask[0]!;
    if (action.attribute === 'skb_priority') {
      this.#priority = ((this.#priority & ~mask) | (value & mask)) >>> 0;
    } else if (action.attribute === 'skb_mark') {
      this.#mark = ((this.#mark & ~mask) | (value & mask)) >>> 0;
    } else {
      this.#editor.set(action.attribute, action.value, action.mask);
    }
  }

  /** The packet goes up as it is now, with a key extracted anew. */
  #toUserspace(pid: number, cookie: UserspaceCookie, key: Flow): void {
    const data = this.#takeCut().slice();
    const current = createFlow();
    this.#describe(key, current);
    this.#sendUp(pid, new Packet(data), current, cookie);
  }

  /** The flow of the packet as it is now; `key` has what does not change. */
  #describe(key: Flow, current: Flow): void {
    extractFlow(this.#editor.data, current, this.#vlanLimit);
    for (let i = L.DP_START; i < L.DL_DST; i++) current[i] = key[i]!;
    current[L.PACKET_TYPE] = this.#editor.packetType;
    current[L.SKB_PRIORITY] = this.#priority;
    current[L.PKT_MARK] = this.#mark;
    current[L.DP_HASH] = this.#hash;
  }
}

/** Never 0, which would say that there is none. */
function hashOf(frame: Uint8Array, { algorithm, basis }: HashAction, vlanLimit: number): number {
  extractFlow(frame, hashed, vlanLimit);
  const hash =
    algorithm === 'sym_l4'
      ? flowHashSymmetricL3L4(hashed, basis)
      : hashFinish(hashAdd(hashAdd(flowHash5Tuple(hashed, 0), 0), basis), TWO_WORDS);
  return hash === 0 ? 1 : hash;
}

/** Only the fields of a hash mean anything. */
const hashed = createFlow();
