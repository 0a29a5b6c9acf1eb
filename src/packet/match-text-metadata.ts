/**
 * The terms of a match that no header of the packet brings: marks, connection tracking, registers,
 * tunnel. Answers to the first half of `match_format()` of OVS 3.1.
 */

import { formatIpv4Masked, formatIpv6Masked } from './address-text.js';
import { CT_STATE_NAMES, formatFlagsMasked, TUNNEL_FLAG_NAMES } from './flags-text.js';
import { type Flow, type FlowMask, wordAt } from './flow.js';
import * as L from './flow-layout.js';

/** The terms in front: marks and what only the switch itself sets. */
export function formatMetadata(
  flow: Flow,
  mask: FlowMask,
  portText: (port: number) => string,
): string {
  let text = hexWord('pkt_mark', flow, mask, L.PKT_MARK);
  text += hexWord('recirc_id', flow, mask, L.RECIRC_ID);
  text += hexWord('dp_hash', flow, mask, L.DP_HASH);
  if (mask[L.CONJ_ID] !== 0) text += `conj_id=${flow[L.CONJ_ID]},`;
  if (mask[L.SKB_PRIORITY] !== 0)
    text += `skb_priority=${alternate(wordAt(flow, L.SKB_PRIORITY))},`;
  if (mask[L.ACTSET_OUTPUT] !== 0)
    text += `actset_output=${portText(wordAt(flow, L.ACTSET_OUTPUT))},`;
  return text;
}

export function formatConntrack(flow: Flow, mask: FlowMask): string {
  const state = wordAt(flow, L.CT_STATE) >>> 16;
  const stateMask = wordAt(mask, L.CT_STATE) >>> 16;
  let text = '';
  if (stateMask !== 0) {
    text += `ct_state=${formatFlagsMasked(CT_STATE_NAMES, state, stateMask, CT_STATE_ALL)},`;
  }
  text += half('ct_zone', wordAt(flow, L.CT_STATE) & 0xffff, wordAt(mask, L.CT_STATE) & 0xffff);
  text += hexWord('ct_mark', flow, mask, L.CT_MARK);
  text += formatCtLabel(flow, mask);
  text += ipv4('ct_nw_src', flow, mask, L.CT_NW_SRC);
  text += ipv6('ct_ipv6_src', flow, mask, L.CT_IPV6_SRC);
  text += ipv4('ct_nw_dst', flow, mask, L.CT_NW_DST);
  text += ipv6('ct_ipv6_dst', flow, mask, L.CT_IPV6_DST);
  if (wordAt(mask, L.CT_NW_PROTO) >>> 24 === 0) return text;
  text += `ct_nw_proto=${wordAt(flow, L.CT_NW_PROTO) >>> 24},`;
  text += half('ct_tp_src', wordAt(flow, L.CT_TP) >>> 16, wordAt(mask, L.CT_TP) >>> 16);
  return text + half('ct_tp_dst', wordAt(flow, L.CT_TP) & 0xffff, wordAt(mask, L.CT_TP) & 0xffff);
}

const CT_STATE_ALL = 0xff;

/** The registers, the tunnel, and OpenFlow's metadata, in this order. */
export function formatRegistersAndTunnel(flow: Flow, mask: FlowMask): string {
  let text = '';
  for (let i = 0; i < L.REGS_COUNT; i++) {
    if (mask[L.REGS + i] !== 0) text += hexWord(`reg${i}`, flow, mask, L.REGS + i);
  }
  return text + formatTunnel(flow, mask) + hexDouble('metadata', flow, mask, L.METADATA);
}

function formatTunnel(flow: Flow, mask: FlowMask): string {
  if (!hasTunnelBits(mask)) return '';
  let text = hexDouble('tun_id', flow, mask, L.TUN_ID);
  text += ipv4('tun_src', flow, mask, L.TUN_SRC) + ipv4('tun_dst', flow, mask, L.TUN_DST);
  text += ipv6('tun_ipv6_src', flow, mask, L.TUN_IPV6_SRC);
  text += ipv6('tun_ipv6_dst', flow, mask, L.TUN_IPV6_DST);
  text += half('tun_gbp_id', wordAt(flow, L.TUN_GBP) >>> 16, wordAt(mask, L.TUN_GBP) >>> 16);
  if (((wordAt(mask, L.TUN_GBP) >>> 8) & 0xff) !== 0) {
    text += `tun_gbp_flags=${alternate((wordAt(flow, L.TUN_GBP) >>> 8) & 0xff)},`;
  }
  const flags = wordAt(flow, L.TUN_FLAGS);
  const flagBits = wordAt(mask, L.TUN_FLAGS);
  if (((flagBits >>> 8) & 0xff) !== 0) text += `tun_tos=${((flags >>> 8) & 0xff).toString(16)},`;
  if ((flagBits & 0xff) !== 0) text += `tun_ttl=${flags & 0xff},`;
  text += formatErspan(flow, mask) + formatGtpu(flow, mask);
  const bits = (flagBits >>> 16) & TUNNEL_FLAGS_ALL;
  if (bits !== 0) {
    const names = formatFlagsMasked(TUNNEL_FLAG_NAMES, flags >>> 16, bits, TUNNEL_FLAGS_ALL);
    text += `tun_flags=${names},`;
  }
  return text + formatTunnelMetadata(flow, mask);
}

const TUNNEL_FLAGS_ALL = 0x0f;

function hasTunnelBits(mask: FlowMask): boolean {
  for (let i = 0; i < L.METADATA; i++) if (mask[i] !== 0) return true;
  return false;
}

function formatErspan(flow: Flow, mask: FlowMask): string {
  const word = wordAt(flow, L.TUN_ERSPAN);
  const bits = wordAt(mask, L.TUN_ERSPAN);
  const version = word >>> 24;
  let text = bits >>> 24 === 0 ? '' : `tun_erspan_ver=${version},`;
  if (version === 1 && mask[L.TUN_ERSPAN_IDX] !== 0) {
    text += `tun_erspan_idx=${alternate(wordAt(flow, L.TUN_ERSPAN_IDX))},`;
  }
  if (version === 2 && ((bits >>> 16) & 0xff) !== 0) {
    text += `tun_erspan_dir=${(word >>> 16) & 0xff},`;
  }
  if (version === 2 && ((bits >>> 8) & 0xff) !== 0) {
    text += `tun_erspan_hwid=${alternate((word >>> 8) & 0xff)},`;
  }
  return text;
}

function formatGtpu(flow: Flow, mask: FlowMask): string {
  const word = wordAt(flow, L.TUN_GTPU);
  const bits = wordAt(mask, L.TUN_GTPU);
  const flags = bits >>> 24 === 0 ? '' : `gtpu_flags=${alternate(word >>> 24)},`;
  const type = ((bits >>> 16) & 0xff) === 0 ? '' : `gtpu_msgtype=${(word >>> 16) & 0xff},`;
  return flags + type;
}

function formatTunnelMetadata(flow: Flow, mask: FlowMask): string {
  let text = '';
  for (let i = L.TUN_METADATA; i < L.METADATA; i++) {
    if (mask[i] !== 0) text += hexWord(`tun_metadata${i - L.TUN_METADATA}`, flow, mask, i);
  }
  return text;
}

function formatCtLabel(flow: Flow, mask: FlowMask): string {
  const bits = wide(mask, L.CT_LABEL, 4);
  if (bits === 0n) return '';
  const text = `ct_label=${alternate(wide(flow, L.CT_LABEL, 4))}`;
  return bits === (1n << 128n) - 1n ? `${text},` : `${text}/0x${bits.toString(16)},`;
}

function wide(words: Flow | FlowMask, at: number, count: number): bigint {
  let value = 0n;
  for (let i = 0; i < count; i++) value = (value << 32n) | BigInt(wordAt(words, at + i));
  return value;
}

/** C's `%#x`: no prefix before a zero. */
function alternate(value: number | bigint): string {
  return value === 0 || value === 0n ? '0' : `0x${value.toString(16)}`;
}

function hexWord(name: string, flow: Flow, mask: FlowMask, at: number): string {
  const bits = wordAt(mask, at);
  if (bits === 0) return '';
  const text = `${name}=${alternate(wordAt(flow, at))}`;
  return bits === 0xffff_ffff ? `${text},` : `${text}/${alternate(bits)},`;
}

function hexDouble(name: string, flow: Flow, mask: FlowMask, at: number): string {
  const bits = wide(mask, at, 2);
  if (bits === 0n) return '';
  const text = `${name}=${alternate(wide(flow, at, 2))}`;
  return bits === (1n << 64n) - 1n ? `${text},` : `${text}/${alternate(bits)},`;
}

function half(name: string, value: number, mask: number): string {
  if (mask === 0) return '';
  if (mask === 0xffff) return `${name}=${value},`;
  return `${name}=0x${value.toString(16)}/0x${mask.toString(16)},`;
}

function ipv4(name: string, flow: Flow, mask: FlowMask, at: number): string {
  const bits = wordAt(mask, at);
  return bits === 0 ? '' : `${name}=${formatIpv4Masked(wordAt(flow, at), bits)},`;
}

function ipv6(name: string, flow: Flow, mask: FlowMask, at: number): string {
  if ((wordAt(mask, at) | wordAt(mask, at + 1) | wordAt(mask, at + 2) | wordAt(mask, at + 3)) === 0)
    return '';
  return `${name}=${formatIpv6Masked(flow, mask, at)},`;
}
