/**
 * Changes a frame as `push`, `pop` and `set` actions say, and keeps its checksums right.
 *
 * Nothing is written into bytes that someone else may hold: the first change after `begin` or
 * `share` copies the frame. The headers are found once, and followed through pushes and pops; the
 * words of the frame's flow serve as its old values. A field that the frame has no room for is
 * left alone. Answers to OVS's `odp_set_*` and `packet_set_*`; unlike there, the payload of a later
 * fragment is never taken for a transport header.
 *
 * Owner: the action executor; one frame at a time.
 *
 * Hot path. Bench: `bench/hit-path.ts`.
 */

import { readHalf, writeWords } from '../packet/bytes.js';
import { extractFlowAndOffsets } from '../packet/extract.js';
import { createFlow } from '../packet/flow.js';
import * as L from '../packet/flow-layout.js';
import { popMpls, pushMpls, setMplsEntry } from '../packet/mpls.js';
import { type NshHeader, popNsh, pushNsh } from '../packet/nsh.js';
import { Packet } from '../packet/packet.js';
import { OFFSET_NONE, PacketOffsets } from '../packet/packet-offsets.js';
import * as P from '../packet/protocol.js';
import { popVlan, pushVlan } from '../packet/vlan.js';
import { SET_WORDS, type SettableAttribute } from './odp-actions.js';
import { writeArp, writeEth, writeIpv4, writeIpv6, writeNsh } from './write-network.js';
import { writeIcmp, writeNd, writeNdExtensions, writePorts } from './write-transport.js';

/** What the writers need of a frame; `flow` has the values that the frame is to have. */
export interface EditedFrame {
  readonly data: Uint8Array;
  readonly flow: Uint32Array;
  readonly offsets: PacketOffsets;
}

/** What an editor can go back to. */
export interface EditorState {
  readonly data: Uint8Array;
  readonly isBare: boolean;
}

export class FrameEditor implements EditedFrame {
  readonly flow = createFlow();
  readonly offsets = new PacketOffsets();
  readonly #packet = new Packet(new Uint8Array(0));
  readonly #old = createFlow();
  readonly #vlanLimit: number;
  #isOwn = false;
  #isParsed = false;
  /** The packet has no Ethernet header: the one that `data` begins with is only for show. */
  #isBare = false;

  /** Of a frame with more than `vlanLimit` tags, nothing behind them can be set. */
  constructor(vlanLimit: number) {
    this.#vlanLimit = vlanLimit;
  }

  /** The frame as it is now. */
  get data(): Uint8Array {
    return this.#packet.data;
  }

  /** What leaves the switch: the frame without a header that is only for show. */
  get sent(): Uint8Array {
    return this.#isBare ? this.data.subarray(P.ETH_HEADER_SIZE) : this.data;
  }

  /** The type of the packet as it is now; see `PT_ETH`. */
  get packetType(): number {
    if (!this.#isBare) return P.PT_ETH;
    const ethType = readHalf(this.data, 2 * P.ETH_ADDRESS_SIZE);
    return ((P.PT_NAMESPACE_ETHERTYPE << 16) | ethType) >>> 0;
  }

  /** `isBare`: the packet has no Ethernet header, and `data` has one for show. */
  begin(data: Uint8Array, isBare: boolean): void {
    this.#packet.data = data;
    this.#isOwn = false;
    this.#isParsed = false;
    this.#isBare = isBare;
  }

  /** Goes back to an earlier state, whose frame nobody has changed. */
  restore({ data, isBare }: EditorState): void {
    this.begin(data, isBare);
  }

  /** The state to go back to; the frame is not changed any more. */
  save(): EditorState {
    this.share();
    return { data: this.data, isBare: this.#isBare };
  }

  /** Someone else holds the frame from now on: the next change copies it. */
  share(): void {
    this.#isOwn = false;
  }

  pushVlan(tpid: number, tci: number): void {
    this.#parse();
    pushVlan(this.#packet, tpid, tci);
    this.#isOwn = true;
    this.#shift(P.VLAN_HEADER_SIZE);
  }

  popVlan(): void {
    this.#parse();
    const before = this.data.length;
    this.#own();
    popVlan(this.#packet);
    this.#shift(this.data.length - before);
  }

  pushMpls(ethType: number, entry: number): void {
    this.#parse();
    pushMpls(this.#packet, ethType, entry);
    this.#isOwn = true;
    if (this.offsets.l2_5 === OFFSET_NONE) this.offsets.l2_5 = this.offsets.l3;
    const { l2_5 } = this.offsets;
    this.#shift(P.MPLS_HEADER_SIZE);
    this.offsets.l2_5 = l2_5;
    this.flow.copyWithin(L.MPLS0 + 1, L.MPLS0, L.MPLS2);
    this.flow[L.MPLS0] = entry;
  }

  popMpls(ethType: number): void {
    this.#own();
    popMpls(this.#packet, ethType);
    this.#isParsed = false;
  }

  /** Gives a bare packet an Ethernet header; `addresses` are the words of the attribute `eth`. */
  pushEth(addresses: Uint32Array): void {
    if (!this.#isBare) return;
    this.#own();
    writeWords(this.data, 0, addresses, 0, 3);
    this.#isBare = false;
    this.#isParsed = false;
  }

  /** Takes the Ethernet header away, of a frame without tags. */
  popEth(): void {
    if (this.#isBare) return;
    this.#own();
    this.data.fill(0, 0, 2 * P.ETH_ADDRESS_SIZE);
    this.#isBare = true;
    this.#isParsed = false;
  }

  pushNsh(header: NshHeader): void {
    pushNsh(this.#packet, header, this.#isBare);
    this.#isOwn = true;
    this.#isBare = true;
    this.#isParsed = false;
  }

  popNsh(): void {
    const isBare = popNsh(this.#packet);
    if (isBare === undefined) return;
    this.#isOwn = true;
    this.#isBare = isBare;
    this.#isParsed = false;
  }

  /** Writes the bits of `mask` of an attribute, given as its `SET_WORDS`. */
  set(attribute: SettableAttribute, value: Uint32Array, mask: Uint32Array): void {
    this.#parse();
    this.#own();
    const words = SET_WORDS[attribute];
    this.#old.set(this.flow);
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!;
      this.flow[word] = (this.flow[word]! & ~mask[i]!) | (value[i]! & mask[i]!);
    }
    this.#write(attribute);
  }

  #write(attribute: SettableAttribute): void {
    WRITERS[attribute]?.(this, this.#old);
    if (attribute !== 'mpls' || this.offsets.l2_5 === OFFSET_NONE) return;
    setMplsEntry(this.#packet, this.flow[L.MPLS0]!);
  }

  #parse(): void {
    if (this.#isParsed) return;
    extractFlowAndOffsets(this.data, this.flow, this.offsets, this.#vlanLimit);
    this.#isParsed = true;
  }

  #own(): void {
    if (this.#isOwn) return;
    this.#packet.data = this.data.slice();
    this.#isOwn = true;
  }

  /** Follows a header of `size` bytes (or minus so many) that came behind the addresses. */
  #shift(size: number): void {
    const { offsets } = this;
    if (offsets.l2_5 !== OFFSET_NONE) offsets.l2_5 += size;
    if (offsets.l3 !== OFFSET_NONE) offsets.l3 += size;
    if (offsets.l4 !== OFFSET_NONE) offsets.l4 += size;
    offsets.end += size;
  }
}

type Writer = (frame: EditedFrame, old: Uint32Array) => void;

/** How each attribute of a frame's flow gets into the frame. */
const WRITERS: Readonly<Partial<Record<SettableAttribute, Writer>>> = {
  eth: writeEth,
  ipv4: writeIpv4,
  ipv6: writeIpv6,
  arp: writeArp,
  nsh: writeNsh,
  tcp: (frame) => writePorts(frame, P.IPPROTO_TCP),
  udp: (frame) => writePorts(frame, P.IPPROTO_UDP),
  sctp: (frame) => writePorts(frame, P.IPPROTO_SCTP),
  icmp: (frame) => writeIcmp(frame, P.IPPROTO_ICMP),
  icmpv6: (frame) => writeIcmp(frame, P.IPPROTO_ICMPV6),
  nd: writeNd,
  nd_extensions: writeNdExtensions,
};
