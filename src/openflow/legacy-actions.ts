/**
 * What an action is called in a version that does not have it: OpenFlow 1.2 and later set fields
 * where 1.0 and 1.1 had an action for each, and only 1.5 sets a part of one.
 *
 * Answers to the `encode_SET_*` functions of OVS's `lib/ofp-actions.c`.
 */

import type { Ofpact } from '../ofproto/ofpact.js';
import { bigToBytes, bytesToBig } from '../packet/field-access.js';
import { type Field, fieldOf } from '../packet/fields.js';
import { wireBits } from './oxm-codec.js';
import { OF11, OF12, OF15, type OfpVersion } from './protocol.js';

const VLAN_CFI = 0x1000n;

/** The actions that say the same in `version`; usually the action itself. */
export function legacyActions(action: Ofpact, version: OfpVersion): readonly Ofpact[] {
  if (action.type === 'set_field') return setField(action, version);
  if (action.type === 'load' && version === OF15) return [masked(action)];
  if (version < OF12) return [action];
  switch (action.type) {
    case 'mod_vlan_vid':
      return [set('vlan_vid', BigInt(action.vid) | VLAN_CFI)];
    case 'mod_vlan_pcp':
      return [set('vlan_pcp', BigInt(action.pcp))];
    case 'mod_dl_src':
      return [setBytes('eth_src', action.address)];
    case 'mod_dl_dst':
      return [setBytes('eth_dst', action.address)];
    case 'mod_nw_src':
      return [set('ip_src', BigInt(action.address))];
    case 'mod_nw_dst':
      return [set('ip_dst', BigInt(action.address))];
    case 'mod_nw_tos':
      return [set('ip_dscp', BigInt(action.value >>> 2))];
    case 'mod_nw_ecn':
      return [set('nw_ecn', BigInt(action.value))];
    case 'mod_tp_src':
      return [set('tcp_src', BigInt(action.port))];
    case 'mod_tp_dst':
      return [set('tcp_dst', BigInt(action.port))];
    default:
      return [action];
  }
}

function set(name: string, value: bigint): Ofpact {
  const field = fieldOf(name);
  return { type: 'set_field', field, value: bigToBytes(value, field.size), mask: undefined };
}

function setBytes(name: string, value: Uint8Array): Ofpact {
  return { type: 'set_field', field: fieldOf(name), value, mask: undefined };
}

type SetField = Extract<Ofpact, { readonly type: 'set_field' }>;

/** 1.0 and 1.1 have actions of their own; `load` does what masks cannot before 1.5. */
function setField(action: SetField, version: OfpVersion): readonly Ofpact[] {
  if (version === OF15 || (version >= OF12 && action.mask === undefined)) return [action];
  const { field, value, mask } = action;
  const isOld = version < OF12 && mask === undefined;
  const old = isOld ? oldActions(field.name, bytesToBig(value), value, version) : undefined;
  if (old !== undefined) return old;
  return isExperimenter(field) ? [action] : loads(action);
}

function oldActions(
  name: string,
  number: bigint,
  bytes: Uint8Array,
  version: OfpVersion,
): readonly Ofpact[] | undefined {
  switch (name) {
    case 'vlan_tci':
      return tagActions(Number(number));
    case 'nw_ecn':
      return version === OF11 ? [{ type: 'mod_nw_ecn', value: Number(number) }] : undefined;
    default: {
      const old = oldAction(name, number, bytes);
      return old === undefined ? undefined : [old];
    }
  }
}

/** A tag is its VLAN and its priority, or none. */
function tagActions(tci: number): readonly Ofpact[] {
  if ((tci & Number(VLAN_CFI)) === 0) return [{ type: 'strip_vlan', isPop: false }];
  return [
    { type: 'mod_vlan_vid', vid: tci & 0xfff },
    { type: 'mod_vlan_pcp', pcp: tci >>> 13 },
  ];
}

function oldAction(name: string, number: bigint, bytes: Uint8Array): Ofpact | undefined {
  switch (name) {
    case 'vlan_vid':
      return { type: 'mod_vlan_vid', vid: Number(number & 0xfffn) };
    case 'vlan_pcp':
      return { type: 'mod_vlan_pcp', pcp: Number(number) };
    case 'eth_src':
      return { type: 'mod_dl_src', address: bytes };
    case 'eth_dst':
      return { type: 'mod_dl_dst', address: bytes };
    case 'ip_src':
      return { type: 'mod_nw_src', address: Number(number) };
    case 'ip_dst':
      return { type: 'mod_nw_dst', address: Number(number) };
    case 'ip_dscp':
      return { type: 'mod_nw_tos', value: Number(number) << 2 };
    case 'tcp_src':
    case 'udp_src':
      return { type: 'mod_tp_src', port: Number(number) };
    case 'tcp_dst':
    case 'udp_dst':
      return { type: 'mod_tp_dst', port: Number(number) };
    default:
      return undefined;
  }
}

/** 1.5 has no `load`: a part of a field is set by a mask. */
function masked({ destination, value }: Extract<Ofpact, { readonly type: 'load' }>): Ofpact {
  const { field, start, width } = destination;
  const shift = BigInt(start);
  const bits = ((1n << BigInt(width)) - 1n) << shift;
  // A field that does not fill its bytes has a mask, for that is how 3.1 has it.
  const isWhole = width === field.width && wireBits(field) === 8 * field.size;
  return {
    type: 'set_field',
    field,
    value: bigToBytes(value << shift, field.size),
    mask: isWhole ? undefined : bigToBytes(bits, field.size),
  };
}

function isExperimenter({ nxm, oxm }: Field): boolean {
  return (nxm ?? oxm)?.experimenter !== undefined;
}

const LOAD_BITS = 64;

/** A `load` for each run of bits that are set, from the lowest on, of at most 64. */
function loads({ field, value, mask }: SetField): readonly Ofpact[] {
  const bits = mask === undefined ? (1n << BigInt(field.width)) - 1n : bytesToBig(mask);
  const number = bytesToBig(value);
  const found: Ofpact[] = [];
  for (let start = 0; start < field.width; ) {
    const width = runLength(bits, start, field.width);
    if (width > 0) {
      const part = (number >> BigInt(start)) & ((1n << BigInt(width)) - 1n);
      found.push({ type: 'load', destination: { field, start, width }, value: part });
    }
    start += Math.max(width, 1);
  }
  return found;
}

function runLength(bits: bigint, start: number, end: number): number {
  let width = 0;
  while (width < LOAD_BITS && start + width < end) {
    if (((bits >> BigInt(start + width)) & 1n) === 0n) break;
    width++;
  }
  return width;
}
