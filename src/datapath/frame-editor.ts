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

import { extractFlowAndOffsets } from '../packet/extract.js';
import { createFlow } from '../packet/flow.js';
import * as L from '../packet/flow-layout.js';
import { popMpls, pushMpls, setMplsEntry } from '../packet/mpls.js';
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

export class FrameEditor implements EditedFrame {
  readonly flow = createFlow();
  readonly offsets = new PacketOffsets();
  readonly #packet = new Packet(new Uint8Array(0));
  readonly #old = createFlow();
  readonly #vlanLimit: number;
  #isOwn = false;
  #isParsed = false;

  /** Of a frame with more than `vlanLimit` tags, nothing behind them can be set. */
  constructor(vlanLimit: number) {
    this.#vlanLimit = vlanLimit;
  }

  /** The frame as it is now. */
  get data(): Uint8Array {
    return this.#packet.data;
  }

  begin(data: Uint8Array): void {
    this.#packet.data = data;
    this.#isOwn = false;
    this.#isParsed = false;
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
