/**
 * A datapath flow's key and mask, printed as the userspace datapath of OVS 3.1 prints them:
 * `recirc_id(0),in_port(1),packet_type(ns=0,id=0),eth(src=…),eth_type(0x0800),ipv4(frag=no)`.
 *
 * Answers to `odp_flow_format()`; `odp-key-parse.ts` reads the same text.
 */

import { type OdpPort, odpPort } from '../base/brands.js';
import { CT_STATE_NAMES, formatFlagsMasked, TCP_FLAG_NAMES } from '../packet/flags-text.js';
import { type Flow, type FlowMask, wordAt } from '../packet/flow.js';
import * as L from '../packet/flow-layout.js';
import { ETH_TYPE_MIN, isMplsType } from '../packet/protocol.js';
import { exactMask, type Mask } from './mask.js';
import {
  attributesAboveEthernet,
  KEY_ATTRIBUTES,
  type KeyAttributeName,
  SCALAR_ATTRIBUTES,
} from './odp-key-attributes.js';
import { formatHexadecimal, formatPart, readPart } from './odp-key-part-text.js';

export interface OdpTextOptions {
  /** The name to write for a port; undefined: its number. */
  readonly portName?: (port: OdpPort) => string | undefined;
  /** Everything that the key has, also what the mask ignores (`dpctl/dump-flows -m`). */
  readonly isVerbose?: boolean;
}

/** The key and mask of a datapath flow; without a mask, all of the key matters. */
export function formatOdpFlow(key: Flow, mask: Mask | undefined, options?: OdpTextOptions): string {
  return formatOdpKey(key, mask?.words ?? EXACT_WORDS, options);
}

/** The same for a mask in words; the key's in_port is a datapath port. */
export function formatOdpKey(key: Flow, mask: FlowMask, options: OdpTextOptions = {}): string {
  const isVerbose = options.isVerbose ?? false;
  const parts = [
    ...formatMetadata(key, mask, isVerbose),
    formatInPort(key, mask, options),
    formatPacketType(key, mask, isVerbose),
    formatEthernet(key, mask, isVerbose),
    ...formatFromEthertype(key, mask, isVerbose),
  ];
  return parts.filter((part) => part !== '').join(',');
}

/** `name(parts)`, or nothing where the mask ignores all of them. */
export function formatAttribute(
  name: KeyAttributeName,
  key: Flow,
  mask: FlowMask,
  isVerbose: boolean,
): string {
  let text = '';
  for (const part of KEY_ATTRIBUTES[name]) text += formatPart(key, mask, part, isVerbose);
  return text === '' ? '' : `${name}(${text.slice(0, -1)})`;
}

/** `mpls(label=…,tc=…,ttl=…,bos=…)`, the four again for each further entry. */
export function formatMpls(key: Flow, mask: FlowMask, count: number, isVerbose: boolean): string {
  const entries = [L.MPLS0, L.MPLS1, L.MPLS2].slice(0, count);
  if (!isVerbose && entries.every((word) => mask[word] === 0)) return '';
  const isExact = entries.every((word) => mask[word] === EXACT);
  const texts = entries.map((word) =>
    formatMplsEntry(wordAt(key, word), isExact ? undefined : wordAt(mask, word)),
  );
  return `mpls(${texts.join(',')})`;
}

/** `0x12`, or `0x12/0xff` where not all bits matter. */
export function formatMasked(value: number, mask: number, full: number): string {
  const text = formatHexadecimal(value);
  return mask === full ? text : `${text}/${formatHexadecimal(mask)}`;
}

const EXACT = 0xffff_ffff;
const EXACT_WORDS = exactMask(L.DP_START).words;
const TCP_FLAGS_MASK = 0x0fff;
const CT_STATE_MASK = 0xff;
const CT_STATE_BITS = 0xffff_ffff;

function formatMetadata(key: Flow, mask: FlowMask, isVerbose: boolean): string[] {
  const texts: string[] = [];
  for (const part of SCALAR_ATTRIBUTES) {
    if (part.name === 'ct_zone') texts.push(formatCtState(key, mask, isVerbose));
    if (part.name === 'recirc_id') texts.push(formatCtLabel(key, mask, isVerbose));
    const bits = readPart(mask, part);
    if (bits === 0 && !isVerbose) continue;
    const full = EXACT >>> (32 - part.width);
    texts.push(`${part.name}(${formatMasked(readPart(key, part), bits, full)})`);
  }
  return texts;
}

function formatCtState(key: Flow, mask: FlowMask, isVerbose: boolean): string {
  const bits = (wordAt(mask, L.CT_STATE) >>> 16) & CT_STATE_MASK;
  if (bits === 0 && !isVerbose) return '';
  const state = wordAt(key, L.CT_STATE) >>> 16;
  if (isVerbose) return `ct_state(${formatHexadecimal(state)}/${formatHexadecimal(bits)})`;
  // The attribute has 32 bits, of which there are names for eight: never are all of them masked.
  return `ct_state(${formatFlagsMasked(CT_STATE_NAMES, state, bits, CT_STATE_BITS)})`;
}

function formatCtLabel(key: Flow, mask: FlowMask, isVerbose: boolean): string {
  const bits = formatLabel(mask);
  if (bits === '0' && !isVerbose) return '';
  const suffix = bits === `0x${'f'.repeat(32)}` ? '' : `/${bits}`;
  return `ct_label(${formatLabel(key)}${suffix})`;
}

function formatLabel(words: Flow | FlowMask): string {
  let text = '';
  for (let i = 0; i < 4; i++)
    text += wordAt(words, L.CT_LABEL + i)
      .toString(16)
      .padStart(8, '0');
  const digits = text.replace(/^0+/, '');
  return digits === '' ? '0' : `0x${digits}`;
}

function formatInPort(key: Flow, mask: FlowMask, options: OdpTextOptions): string {
  const bits = wordAt(mask, L.IN_PORT);
  const number = wordAt(key, L.IN_PORT);
  if (number === EXACT || (bits === 0 && !options.isVerbose)) return '';
  const name = options.portName?.(odpPort(number)) ?? String(number);
  return bits === EXACT ? `in_port(${name})` : `in_port(${number}/${formatHexadecimal(bits)})`;
}

function formatPacketType(key: Flow, mask: FlowMask, isVerbose: boolean): string {
  if (mask[L.PACKET_TYPE] === 0 && !isVerbose) return '';
  const word = wordAt(key, L.PACKET_TYPE);
  const suffix = mask[L.PACKET_TYPE] === 0 ? '/0' : '';
  const id = formatHexadecimal(word & 0xffff);
  return `packet_type(ns=${word >>> 16}${suffix},id=${id}${suffix})`;
}

/** A key that leaves the packet's type open still says that the packet has an Ethernet header. */
function formatEthernet(key: Flow, mask: FlowMask, isVerbose: boolean): string {
  const isEthernet = wordAt(key, L.PACKET_TYPE) === 0;
  if (isVerbose && !isEthernet) return '';
  const text = formatAttribute('eth', key, mask, isVerbose);
  return text === '' && isEthernet && mask[L.PACKET_TYPE] === 0 ? 'eth()' : text;
}

/** The tags, each around what follows it, then the rest of the key. */
function formatFromEthertype(key: Flow, mask: FlowMask, isVerbose: boolean, tag = 0): string[] {
  const word = tag > 1 ? 0 : wordAt(key, L.VLAN0 + tag);
  if (word === 0) return formatNetwork(key, mask, isVerbose);
  const inner = isTypeless(key, tag + 1)
    ? []
    : formatFromEthertype(key, mask, isVerbose, tag + 1).filter((part) => part !== '');
  const bits = wordAt(mask, L.VLAN0 + tag) & 0xffff;
  const isShown = bits !== 0 || isVerbose;
  return [
    `eth_type(0x${(word >>> 16).toString(16).padStart(4, '0')})`,
    isShown ? `vlan(${formatTci(word & 0xffff, bits, isVerbose)})` : '',
    `encap(${inner.join(',')})`,
  ];
}

/**
 * Behind the tags there is neither another one nor an Ethernet type: such a key is empty in there,
 * and nothing is printed of its mask.
 */
function isTypeless(key: Flow, tag: number): boolean {
  const hasTag = tag <= 1 && wordAt(key, L.VLAN0 + tag) !== 0;
  return !hasTag && wordAt(key, L.DL_TYPE) >>> 16 < ETH_TYPE_MIN;
}

/** `vid=…,pcp=…`; `cfi=0` where the tag is not there. Answers to `format_vlan_tci()`. */
export function formatTci(tci: number, mask: number, isVerbose: boolean): string {
  const parts: string[] = [];
  const vid = tci & L.VLAN_VID_MASK;
  const vidBits = mask & L.VLAN_VID_MASK;
  if (isVerbose || vid !== 0 || vidBits !== 0) {
    const suffix = vidBits === L.VLAN_VID_MASK ? '' : `/0x${vidBits.toString(16)}`;
    parts.push(`vid=${vid}${suffix}`);
  }
  const pcp = tci >>> 13;
  const pcpBits = mask >>> 13;
  if (isVerbose || pcp !== 0 || pcpBits !== 0) {
    parts.push(`pcp=${pcp}${pcpBits === 7 ? '' : `/0x${pcpBits.toString(16)}`}`);
  }
  if ((tci & L.VLAN_CFI) === 0) parts.push('cfi=0');
  return parts.join(',');
}

function formatNetwork(key: Flow, mask: FlowMask, isVerbose: boolean): string[] {
  const ethType = wordAt(key, L.DL_TYPE) >>> 16;
  const bits = wordAt(mask, L.DL_TYPE) >>> 16;
  // A frame without an Ethernet type has no such attribute in its key, only in its mask.
  if (ethType < ETH_TYPE_MIN) return bits === 0 ? [] : [`eth_type(0/0x${hex4(bits)})`];
  const isShown = bits !== 0 || isVerbose;
  const suffix = bits === 0xffff ? '' : `/0x${hex4(bits)}`;
  const texts = [isShown ? `eth_type(0x${hex4(ethType)}${suffix})` : ''];
  if (isMplsType(ethType)) texts.push(formatMpls(key, mask, countMplsEntries(key), isVerbose));
  for (const name of attributesAboveEthernet(key)) {
    texts.push(formatAttribute(name, key, mask, isVerbose));
    if (name === 'tcp') texts.push(formatTcpFlags(key, mask, isVerbose));
  }
  return texts;
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, '0');
}

function countMplsEntries(key: Flow): number {
  for (let i = 0; i < 2; i++) if ((wordAt(key, L.MPLS0 + i) & 0x100) !== 0) return i + 1;
  return 3;
}

/** Without a mask where the whole stack is exact. */
function formatMplsEntry(entry: number, mask: number | undefined): string {
  const part = (name: string, shift: number, width: number, prefix: string) => {
    const full = EXACT >>> (32 - width);
    const value = `${name}=${(entry >>> shift) & full}`;
    return mask === undefined
      ? value
      : `${value}/${prefix}${((mask >>> shift) & full).toString(16)}`;
  };
  const parts = [part('label', 12, 20, '0x'), part('tc', 9, 3, '')];
  return [...parts, part('ttl', 0, 8, '0x'), part('bos', 8, 1, '')].join(',');
}

function formatTcpFlags(key: Flow, mask: FlowMask, isVerbose: boolean): string {
  const bits = (wordAt(mask, L.TCP_FLAGS) >>> 16) & TCP_FLAGS_MASK;
  const flags = (wordAt(key, L.TCP_FLAGS) >>> 16) & TCP_FLAGS_MASK;
  // A key has the attribute only where there is something to be said of it.
  if (bits === 0 && (!isVerbose || flags === 0)) return '';
  return `tcp_flags(${formatFlagsMasked(TCP_FLAG_NAMES, flags, bits, TCP_FLAGS_MASK)})`;
}
