/**
 * OpenFlow actions, as a rule holds them. Answers to OVS's `struct ofpact`.
 *
 * `actions-text.ts` parses and prints them in ovs-ofctl's syntax, `xlate.ts` carries them out.
 * Lists are immutable: a rule's actions are replaced, never edited.
 */

import type { OfpPort } from '../base/brands.js';
import type { Field } from '../packet/fields.js';

export {
  OFPP_ALL,
  OFPP_CONTROLLER,
  OFPP_FLOOD,
  OFPP_IN_PORT,
  OFPP_LOCAL,
  OFPP_MAX,
  OFPP_NONE,
  OFPP_NORMAL,
  OFPP_TABLE,
  OFPP_UNSET,
} from '../packet/ofp-port-text.js';

/** A run of bits of a field: `reg0[4..7]`. */
export interface Subfield {
  readonly field: Field;
  /** First bit, counted from the field's lowest. */
  readonly start: number;
  /** Bits. */
  readonly width: number;
}

export type Ofpact =
  | { readonly type: 'output'; readonly port: OfpPort; readonly maxLength: number }
  | {
      readonly type: 'controller';
      readonly maxLength: number;
      readonly reason: number;
      readonly controllerId: number;
    }
  | {
      readonly type: 'resubmit';
      /** `OFPP_IN_PORT`: the packet's own. */
      readonly inPort: OfpPort;
      /** `TABLE_CURRENT`: the table that the rule is in. */
      readonly table: number;
    }
  | { readonly type: 'goto_table'; readonly table: number }
  | {
      /** `set_field:value[/mask]->field`; value and mask are big-endian, as wide as the field. */
      readonly type: 'set_field';
      readonly field: Field;
      readonly value: Uint8Array;
      readonly mask: Uint8Array | undefined;
    }
  | {
      /** `load:value->field[start..end]`; value is big-endian, right-aligned. */
      readonly type: 'load';
      readonly destination: Subfield;
      readonly value: bigint;
    }
  | { readonly type: 'move'; readonly source: Subfield; readonly destination: Subfield }
  | { readonly type: 'mod_vlan_vid'; readonly vid: number }
  | { readonly type: 'mod_vlan_pcp'; readonly pcp: number }
  | { readonly type: 'mod_dl_src' | 'mod_dl_dst'; readonly address: Uint8Array }
  | { readonly type: 'mod_nw_src' | 'mod_nw_dst'; readonly address: number }
  | { readonly type: 'mod_nw_tos' | 'mod_nw_ecn' | 'mod_nw_ttl'; readonly value: number }
  | { readonly type: 'mod_tp_src' | 'mod_tp_dst'; readonly port: number }
  | { readonly type: 'push_vlan'; readonly ethType: number }
  | { readonly type: 'strip_vlan' /** Written `pop_vlan`. */; readonly isPop: boolean }
  | { readonly type: 'push_mpls'; readonly ethType: number }
  | { readonly type: 'pop_mpls'; readonly ethType: number }
  | { readonly type: 'dec_ttl' };

/** Empty: drop. */
export type Ofpacts = readonly Ofpact[];

/** The number of the port with this name, where ports have names. */
export type PortNumber = (name: string) => OfpPort | undefined;
/** How a port is written. */
export type PortText = (port: number) => string;

/** The last table that rules may be in; 254 is the switch's own. */
export const TABLE_MAX = 253;
/** In `resubmit`: the rule's own table. */
export const TABLE_CURRENT = 255;
/** Why a packet goes to the controller, by number. Answers to `enum ofp_packet_in_reason`. */
export const PACKET_IN_REASONS = [
  'no_match',
  'action',
  'invalid_ttl',
  'action_set',
  'group',
  'packet_out',
] as const;
/** `max_len` that asks for whole packets. */
export const CONTROLLER_MAX_LENGTH = 0xffff;
