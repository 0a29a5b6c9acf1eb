/**
 * What an action is called in a version that does not have it: OpenFlow 1.2 and later set fields
 * where 1.0 and 1.1 had an action for each.
 *
 * Answers to the `encode_SET_*` functions of OVS's `lib/ofp-actions.c`.
 */

import type { Ofpact } from '../ofproto/ofpact.js';
import { bigToBytes } from '../packet/field-access.js';
import { fieldOf } from '../packet/fields.js';
import { OF12, type OfpVersion } from './protocol.js';

const VLAN_CFI = 0x1000n;

/** The actions that say the same in `version`; usually the action itself. */
export function legacyActions(action: Ofpact, version: OfpVersion): readonly Ofpact[] {
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
