/**
 * What a port is to VLANs, and what NORMAL makes of a packet's tags where it enters and leaves.
 *
 * Inside, each packet is in one VLAN. An access port puts its packets into its own, and takes the
 * tag away again; a trunk leaves tags as they are; a native port is a trunk whose packets without a
 * tag are in a VLAN too, and leave it with a tag or without; a tunnel port (802.1ad) puts a tag of
 * its own outside of the customer's. Answers to `enum port_vlan_mode`, `input_vid_is_valid()`,
 * `xvlan_input_translate()`, `xbundle_includes_vlan()` and `xvlan_output_translate()`.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import { UpcallError } from '../base/errors.js';
import type { Flow } from '../packet/flow.js';
import { VLAN_CFI, VLAN_PCP_MASK, VLAN_VID_MASK, VLAN0, VLAN1 } from '../packet/flow-layout.js';
import { ETH_TYPE_VLAN, ETH_TYPE_VLAN_8021AD, isVlanType } from '../packet/protocol.js';

export const VLAN_MODES = [
  'access',
  'trunk',
  'native-tagged',
  'native-untagged',
  'dot1q-tunnel',
] as const;
export type VlanMode = (typeof VLAN_MODES)[number];

/**
 * When a packet of VLAN 0 leaves with a tag for its priority. `always`: as in OVS, where it has had
 * a tag.
 */
export type PriorityTags = (typeof PRIORITY_TAGS)[number];
export const PRIORITY_TAGS = ['never', 'if-nonzero', 'always'] as const;

/** As `ovs-vsctl set port` has them. */
export interface PortVlanOptions {
  /** Access where there is a tag, else trunk, unless given. */
  readonly mode?: VlanMode;
  /** The VLAN of an access, native or tunnel port. */
  readonly tag?: number;
  /** VLANs that a trunk or native port carries; all, unless given. */
  readonly trunks?: readonly number[];
  /** Customers' VLANs that a tunnel port takes; all, unless given. */
  readonly cvlans?: readonly number[];
  readonly priorityTags?: PriorityTags;
  /** The type of a tunnel port's own tags; 802.1ad unless given. */
  readonly qinqEthType?: number;
}

const VLANS_COUNT = 4096;

/** Tags for those who need some for a while, the last one taken given back first. */
export class VlanTagsPool {
  readonly #all: VlanTags[] = [];
  #taken = 0;

  /** Nobody needs any. */
  reset(): void {
    this.#taken = 0;
  }

  take(): VlanTags {
    if (this.#taken === this.#all.length) this.#all.push(new VlanTags());
    return this.#all[this.#taken++]!;
  }

  release(): void {
    this.#taken--;
  }
}

/** The tags of a packet, outermost first; all zero where there is none. */
export class VlanTags {
  tpid = 0;
  vid = 0;
  /** At its place in the tag. */
  pcp = 0;
  innerTpid = 0;
  innerVid = 0;
  innerPcp = 0;
  /** Whether what was behind the tags would have been lost where the packet came in. */
  isCut = false;

  read(flow: Flow): void {
    this.clear();
    const [outer, inner] = [flow[VLAN0]!, flow[VLAN1]!];
    if (!isTag(outer)) return;
    this.tpid = outer >>> 16;
    this.vid = outer & VLAN_VID_MASK;
    this.pcp = outer & VLAN_PCP_MASK;
    if (!isTag(inner)) return;
    this.innerTpid = inner >>> 16;
    this.innerVid = inner & VLAN_VID_MASK;
    this.innerPcp = inner & VLAN_PCP_MASK;
  }

  clear(): void {
    this.tpid = 0;
    this.vid = 0;
    this.pcp = 0;
    this.isCut = false;
    this.#clearInner();
  }

  assign(other: VlanTags): void {
    this.tpid = other.tpid;
    this.vid = other.vid;
    this.pcp = other.pcp;
    this.innerTpid = other.innerTpid;
    this.innerVid = other.innerVid;
    this.innerPcp = other.innerPcp;
  }

  push(tpid: number, vid: number): void {
    this.innerTpid = this.tpid;
    this.innerVid = this.vid;
    this.innerPcp = this.pcp;
    this.tpid = tpid;
    this.vid = vid;
    this.pcp = 0;
  }

  pop(): void {
    this.tpid = this.innerTpid;
    this.vid = this.innerVid;
    this.pcp = this.innerPcp;
    this.#clearInner();
  }

  #clearInner(): void {
    this.innerTpid = 0;
    this.innerVid = 0;
    this.innerPcp = 0;
  }
}

function isTag(word: number): boolean {
  return (word & VLAN_CFI) !== 0 && isVlanType(word >>> 16);
}

export class PortVlan {
  readonly mode: VlanMode;
  /** Of a trunk, -1. */
  readonly tag: number;
  readonly priorityTags: PriorityTags;
  readonly #qinqEthType: number;
  /** By VLAN; undefined: all. */
  readonly #trunks: Uint8Array | undefined;
  readonly #cvlans: Uint8Array | undefined;

  /** Throws an `UpcallError` for numbers that are no VLANs. */
  constructor(options: PortVlanOptions = {}) {
    const { tag, mode = tag === undefined ? 'trunk' : 'access', trunks, cvlans } = options;
    this.mode = mode;
    this.tag = mode === 'trunk' ? -1 : checkVlan(tag ?? 0);
    this.priorityTags = options.priorityTags ?? 'never';
    this.#qinqEthType = options.qinqEthType ?? ETH_TYPE_VLAN_8021AD;
    this.#trunks = mode.startsWith('native') ? nativeSet(trunks, this.tag) : setOf(trunks);
    this.#cvlans = setOf(cvlans);
  }

  /** Whether it takes any packet, and leaves its tags as they are. */
  get isPlain(): boolean {
    return this.mode === 'trunk' && this.#trunks === undefined && this.priorityTags === 'never';
  }

  /** Whether a packet may come in whose outermost tag has `vid`; 0: it has none. */
  admits(vid: number): boolean {
    switch (this.mode) {
      case 'access':
        return vid === 0;
      case 'trunk':
        return this.#carries(vid);
      case 'dot1q-tunnel':
        return this.#takesCustomer(vid);
      default:
        return vid === 0 || this.#carries(vid);
    }
  }

  /** Whether `includes` hangs on the inner tag, too. */
  get looksInside(): boolean {
    return this.mode === 'access' || this.mode === 'dot1q-tunnel';
  }

  /** Whether packets with `tags`, as they are inside, are flooded here. */
  includes(tags: VlanTags): boolean {
    switch (this.mode) {
      case 'access':
        return tags.vid === this.tag && tags.innerVid === 0;
      case 'dot1q-tunnel':
        return tags.vid === this.tag && this.#takesCustomer(tags.innerVid);
      default:
        return this.#carries(tags.vid);
    }
  }

  /** From the tags of a packet that comes in to those that it has inside. */
  enter(tags: VlanTags): void {
    switch (this.mode) {
      case 'access': {
        const { tpid, pcp } = tags;
        tags.clear();
        tags.tpid = tpid === 0 ? ETH_TYPE_VLAN : tpid;
        tags.vid = this.tag;
        tags.pcp = pcp;
        tags.isCut = true;
        break;
      }
      case 'native-tagged':
      case 'native-untagged':
        if (tags.vid === 0) tags.vid = this.tag;
        break;
      case 'dot1q-tunnel':
        tags.push(this.#qinqEthType, this.tag);
        tags.isCut = true;
        break;
      case 'trunk':
        break;
    }
  }

  /**
   * Gives `flow` the tags with which a packet leaves that has `tags` inside. An outer tag that says
   * nothing goes; one behind it stays, whatever it says.
   */
  leave(tags: VlanTags, flow: Flow): void {
    left.assign(tags);
    if (this.mode === 'access') left.clear();
    else if (this.mode === 'dot1q-tunnel') left.pop();
    else if (this.mode === 'native-untagged' && left.vid === this.tag) left.pop();
    if (this.priorityTags !== 'never') left.pcp = flow[VLAN0]! & VLAN_PCP_MASK;
    const isAlways = this.priorityTags === 'always' && left.tpid !== 0;
    const outer = tagOf(left.tpid, left.vid | left.pcp, isAlways);
    const inner = tagOf(left.innerTpid, left.innerVid | left.innerPcp, left.innerTpid !== 0);
    flow[VLAN0] = outer === 0 ? inner : outer;
    flow[VLAN1] = outer === 0 ? 0 : inner;
  }

  #carries(vid: number): boolean {
    return this.#trunks === undefined || this.#trunks[vid] === 1;
  }

  #takesCustomer(vid: number): boolean {
    return this.#cvlans === undefined || this.#cvlans[vid] === 1;
  }
}

/** A trunk of all VLANs. */
export const TRUNK = new PortVlan();

function setOf(vlans: readonly number[] | undefined): Uint8Array | undefined {
  if (vlans === undefined) return undefined;
  const set = new Uint8Array(VLANS_COUNT);
  for (const vlan of vlans) set[checkVlan(vlan)] = 1;
  return set;
}

/** The native VLAN is always carried, and in its place, VLAN 0 never. */
function nativeSet(vlans: readonly number[] | undefined, native: number): Uint8Array | undefined {
  if (native === 0) return setOf(vlans);
  const set = setOf(vlans) ?? new Uint8Array(VLANS_COUNT).fill(1);
  set[native] = 1;
  set[0] = 0;
  return set;
}

function checkVlan(vlan: number): number {
  if (Number.isInteger(vlan) && vlan >= 0 && vlan < VLANS_COUNT) return vlan;
  throw new UpcallError(`Cannot use VLAN ${vlan}: VLANs are numbered 0 to ${VLANS_COUNT - 1}`);
}

function tagOf(tpid: number, tci: number, isAlways: boolean): number {
  if (tci === 0 && !isAlways) return 0;
  return (((tpid === 0 ? ETH_TYPE_VLAN : tpid) << 16) | tci | VLAN_CFI) >>> 0;
}

/** As the packet leaves. */
const left = new VlanTags();
