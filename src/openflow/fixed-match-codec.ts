/**
 * Matches of fixed form: the 40 bytes of OpenFlow 1.0 and the 88 of 1.1.
 *
 * A flag for each field says that it does not matter. What needs something that the match does not
 * have (a port without a protocol) is dropped, as these versions want it. Answers to
 * `ofputil_match_from_ofp10_match` and `ofputil_match_from_ofp11_match`.
 */

import { Match } from '../ofproto/match.js';
import { bigToBytes, bytesToBig, readField, readFieldBig } from '../packet/field-access.js';
import { fieldOf } from '../packet/fields.js';
import { createFlow, createFlowMask } from '../packet/flow.js';
import { setMatchField } from '../packet/match-parse.js';
import { dropUnmetFields } from '../packet/match-prerequisites.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { OfpError } from './ofp-error.js';
import { portFromWide, portToWide } from './port-number.js';

/** Bits of `wildcards` that both versions have, though at other places. */
interface Wildcards {
  readonly inPort: number;
  readonly dlVlan: number;
  readonly dlVlanPcp: number;
  readonly dlType: number;
  readonly nwTos: number;
  readonly nwProto: number;
  readonly tpSrc: number;
  readonly tpDst: number;
}

const W10: Wildcards & { readonly dlSrc: number; readonly dlDst: number } = {
  inPort: 1 << 0,
  dlVlan: 1 << 1,
  dlSrc: 1 << 2,
  dlDst: 1 << 3,
  dlType: 1 << 4,
  nwProto: 1 << 5,
  tpSrc: 1 << 6,
  tpDst: 1 << 7,
  dlVlanPcp: 1 << 20,
  nwTos: 1 << 21,
};
const W11: Wildcards & { readonly mplsLabel: number; readonly mplsTc: number } = {
  inPort: 1 << 0,
  dlVlan: 1 << 1,
  dlVlanPcp: 1 << 2,
  dlType: 1 << 3,
  nwTos: 1 << 4,
  nwProto: 1 << 5,
  tpSrc: 1 << 6,
  tpDst: 1 << 7,
  mplsLabel: 1 << 8,
  mplsTc: 1 << 9,
};

/** Where 1.0 says how many low bits of an address do not matter. */
const NW_SRC_SHIFT = 8;
const NW_DST_SHIFT = 14;
const NW_BITS = 0x3f;
const VLAN_NONE = 0xffff;
const VLAN_ANY_11 = 0xfffe;
const VLAN_CFI = 0x1000n;

const MATCH_11_SIZE = 88;
const TYPE_STANDARD = 0;

export function readMatch10(reader: ByteReader): Match {
  const wildcards = reader.u32();
  const builder = new MatchBuilder();
  const has = (bit: number): boolean => (wildcards & bit) === 0;
  builder.set('in_port', has(W10.inPort), reader.u16());
  builder.setBytes('eth_src', has(W10.dlSrc), reader.bytes(6));
  builder.setBytes('eth_dst', has(W10.dlDst), reader.bytes(6));
  const vlan = reader.u16();
  const pcp = reader.u8();
  reader.skip(1);
  builder.setVlan(vlan, pcp, { hasVid: has(W10.dlVlan), hasPcp: has(W10.dlVlanPcp) });
  builder.set('eth_type', has(W10.dlType), reader.u16());
  builder.setTos(has(W10.nwTos), reader.u8());
  builder.set('nw_proto', has(W10.nwProto), reader.u8());
  reader.skip(2);
  builder.setAddress('ip_src', reader.u32(), prefixMask(wildcards >>> NW_SRC_SHIFT));
  builder.setAddress('ip_dst', reader.u32(), prefixMask(wildcards >>> NW_DST_SHIFT));
  builder.set('tcp_src', has(W10.tpSrc), reader.u16());
  builder.set('tcp_dst', has(W10.tpDst), reader.u16());
  return builder.finish();
}

export function readMatch11(reader: ByteReader): Match {
  if (reader.u16() !== TYPE_STANDARD) throw new OfpError('OFPBMC_BAD_TYPE');
  if (reader.u16() !== MATCH_11_SIZE) throw new OfpError('OFPBMC_BAD_LEN');
  const inPort = reader.u32();
  const wildcards = reader.u32();
  const has = (bit: number): boolean => (wildcards & bit) === 0;
  const builder = new MatchBuilder();
  if (has(W11.inPort)) builder.set('in_port', true, portFromWide(inPort, 'OFPBMC_BAD_VALUE'));
  for (const name of ['eth_src', 'eth_dst']) {
    const address = bytesToBig(reader.bytes(6));
    builder.setMasked(name, address, ~bytesToBig(reader.bytes(6)) & 0xffff_ffff_ffffn);
  }
  const vlan = reader.u16();
  const pcp = reader.u8();
  reader.skip(1);
  const hasVid = has(W11.dlVlan);
  if (hasVid && vlan === VLAN_ANY_11) builder.setAnyTag(pcp, has(W11.dlVlanPcp));
  else if (hasVid) builder.setVlan(vlan, pcp, { hasVid, hasPcp: has(W11.dlVlanPcp) });
  builder.set('eth_type', has(W11.dlType), reader.u16());
  builder.setTos(has(W11.nwTos), reader.u8() << 2);
  builder.set('nw_proto', has(W11.nwProto), reader.u8());
  for (const name of ['ip_src', 'ip_dst'])
    builder.setAddress(name, reader.u32(), ~reader.u32() >>> 0);
  builder.set('tcp_src', has(W11.tpSrc), reader.u16());
  builder.set('tcp_dst', has(W11.tpDst), reader.u16());
  builder.set('mpls_label', has(W11.mplsLabel), reader.u32() & 0xfffff);
  builder.set('mpls_tc', has(W11.mplsTc), reader.u8() & 7);
  reader.skip(3);
  const metadata = reader.u64();
  builder.setMasked('metadata', metadata, ~reader.u64() & 0xffff_ffff_ffff_ffffn);
  return builder.finish();
}

/** A mask of all but the low bits that `bits` counts. */
function prefixMask(bits: number): number {
  const wild = bits & NW_BITS;
  return wild >= 32 ? 0 : (0xffff_ffff << wild) >>> 0;
}

class MatchBuilder {
  readonly #target = { flow: createFlow(), mask: createFlowMask() };

  set(name: string, isMatched: boolean, value: number): void {
    if (!isMatched) return;
    const field = fieldOf(name);
    this.setMasked(name, BigInt(value), (1n << BigInt(field.width)) - 1n);
  }

  setBytes(name: string, isMatched: boolean, bytes: Uint8Array): void {
    if (isMatched) this.setMasked(name, bytesToBig(bytes), 0xffff_ffff_ffffn);
  }

  setAddress(name: string, value: number, mask: number): void {
    this.setMasked(name, BigInt(value), BigInt(mask));
  }

  setMasked(name: string, value: bigint, mask: bigint): void {
    if (mask !== 0n) setMatchField(this.#target, fieldOf(name), { value, mask });
  }

  /** The whole byte; its two low bits do not count. */
  setTos(isMatched: boolean, tos: number): void {
    if (isMatched) this.setMasked('nw_tos', BigInt(tos), 0xfcn);
  }

  setVlan(
    vlan: number,
    pcp: number,
    { hasVid, hasPcp }: { readonly hasVid: boolean; readonly hasPcp: boolean },
  ): void {
    if (hasVid && vlan === VLAN_NONE) {
      this.setMasked('vlan_tci', 0n, 0xffffn);
      return;
    }
    if (hasVid) this.setMasked('vlan_vid', BigInt(vlan & 0xfff) | VLAN_CFI, 0x1fffn);
    if (hasPcp) this.setMasked('vlan_pcp', BigInt(pcp & 7), 7n);
  }

  /** Any tag at all, of 1.1. */
  setAnyTag(pcp: number, hasPcp: boolean): void {
    this.setMasked('vlan_vid', VLAN_CFI, VLAN_CFI);
    if (hasPcp) this.setMasked('vlan_pcp', BigInt(pcp & 7), 7n);
  }

  finish(): Match {
    const { flow, mask } = this.#target;
    dropUnmetFields(flow, mask);
    return new Match(flow, mask);
  }
}

/** Writes what 1.0 can say of a match; the rest is left out. */
export function writeMatch10(writer: ByteWriter, match: Match): void {
  const view = new MatchView(match);
  const wild = (name: string, bit: number): number => (view.isExact(name) ? 0 : bit);
  const vlan = view.vlan();
  const wildcards =
    wild('in_port', W10.inPort) |
    wild('eth_src', W10.dlSrc) |
    wild('eth_dst', W10.dlDst) |
    wild('eth_type', W10.dlType) |
    wild('ip_dscp', W10.nwTos) |
    wild('nw_proto', W10.nwProto) |
    wild('tcp_src', W10.tpSrc) |
    wild('tcp_dst', W10.tpDst) |
    (vlan.vid === undefined ? W10.dlVlan : 0) |
    (vlan.pcp === undefined ? W10.dlVlanPcp : 0) |
    (view.wildBits('ip_src') << NW_SRC_SHIFT) |
    (view.wildBits('ip_dst') << NW_DST_SHIFT);
  writer.u32(wildcards).u16(view.number('in_port'));
  writer.bytes(view.bytes('eth_src')).bytes(view.bytes('eth_dst'));
  writer
    .u16(vlan.vid ?? 0)
    .u8(vlan.pcp ?? 0)
    .zeros(1);
  writer
    .u16(view.number('eth_type'))
    .u8(view.number('ip_dscp') << 2)
    .u8(view.number('nw_proto'));
  writer.zeros(2).u32(view.number('ip_src')).u32(view.number('ip_dst'));
  writer.u16(view.number('tcp_src')).u16(view.number('tcp_dst'));
}

/** Writes what 1.1 can say of a match; the rest is left out. */
export function writeMatch11(writer: ByteWriter, match: Match): void {
  const view = new MatchView(match);
  const wild = (name: string, bit: number): number => (view.isExact(name) ? 0 : bit);
  const vlan = view.vlan();
  const isAny = vlan.vid === undefined && view.hasTagBit;
  const wildcards =
    wild('in_port', W11.inPort) |
    wild('eth_type', W11.dlType) |
    wild('ip_dscp', W11.nwTos) |
    wild('nw_proto', W11.nwProto) |
    wild('tcp_src', W11.tpSrc) |
    wild('tcp_dst', W11.tpDst) |
    wild('mpls_label', W11.mplsLabel) |
    wild('mpls_tc', W11.mplsTc) |
    (vlan.vid === undefined && !isAny ? W11.dlVlan : 0) |
    (vlan.pcp === undefined ? W11.dlVlanPcp : 0);
  writer.u16(TYPE_STANDARD).u16(MATCH_11_SIZE);
  writer.u32(portToWide(view.number('in_port'))).u32(wildcards);
  for (const name of ['eth_src', 'eth_dst']) {
    writer.bytes(view.bytes(name)).bytes(view.invertedMask(name));
  }
  writer
    .u16(isAny ? VLAN_ANY_11 : (vlan.vid ?? 0))
    .u8(vlan.pcp ?? 0)
    .zeros(1);
  writer.u16(view.number('eth_type')).u8(view.number('ip_dscp')).u8(view.number('nw_proto'));
  for (const name of ['ip_src', 'ip_dst']) {
    writer.u32(view.number(name)).bytes(view.invertedMask(name));
  }
  writer.u16(view.number('tcp_src')).u16(view.number('tcp_dst'));
  writer.u32(view.number('mpls_label')).u8(view.number('mpls_tc')).zeros(3);
  writer.bytes(view.bytes('metadata')).bytes(view.invertedMask('metadata'));
}

/** Reads a match by the names of fields. */
class MatchView {
  readonly #match: Match;

  constructor(match: Match) {
    this.#match = match;
  }

  number(name: string): number {
    return readField(this.#match.flow, fieldOf(name));
  }

  bytes(name: string): Uint8Array {
    return bigToBytes(readFieldBig(this.#match.flow, fieldOf(name)), fieldOf(name).size);
  }

  invertedMask(name: string): Uint8Array {
    const { width, size } = fieldOf(name);
    const all = (1n << BigInt(width)) - 1n;
    return bigToBytes(readFieldBig(this.#match.mask, fieldOf(name)) ^ all, size);
  }

  isExact(name: string): boolean {
    const field = fieldOf(name);
    return readFieldBig(this.#match.mask, field) === (1n << BigInt(field.width)) - 1n;
  }

  /** How many low bits of an address do not matter. */
  wildBits(name: string): number {
    const mask = readField(this.#match.mask, fieldOf(name));
    return mask === 0 ? 32 : 31 - Math.clz32(mask & -mask);
  }

  get hasTagBit(): boolean {
    const { flow, mask } = this.#match;
    const vid = fieldOf('vlan_vid');
    return (readField(mask, vid) & readField(flow, vid) & Number(VLAN_CFI)) !== 0;
  }

  /** What is said of the tag: 0xffff for none. */
  vlan(): { readonly vid: number | undefined; readonly pcp: number | undefined } {
    const { flow, mask } = this.#match;
    const vid = fieldOf('vlan_vid');
    const vidMask = readField(mask, vid);
    const hasVid = (vidMask & 0xfff) === 0xfff;
    if (hasVid && !this.hasTagBit) return { vid: VLAN_NONE, pcp: undefined };
    const hasPcp = this.hasTagBit && readField(mask, fieldOf('vlan_pcp')) === 7;
    return {
      vid: hasVid ? readField(flow, vid) & 0xfff : undefined,
      pcp: hasPcp ? readField(flow, fieldOf('vlan_pcp')) : undefined,
    };
  }
}
