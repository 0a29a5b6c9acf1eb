/**
 * OpenFlow actions, as a rule holds them. Answers to OVS's `struct ofpact`.
 *
 * `actions-parse.ts` and `actions-text.ts` read and print them in ovs-ofctl's syntax, `xlate.ts`
 * carries them out. Lists are immutable: a rule's actions are replaced, never edited. Since
 * OpenFlow 1.1 some of them are instructions on the wire (`clear_actions`, `write_actions`,
 * `write_metadata`, `meter`, `goto_table`); here they are actions like others.
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
      /** Goes with the packet-in, and tells the controller what it wants to be told. */
      readonly userdata?: Uint8Array;
      /** The packet waits for the controller to resume it. */
      readonly pauses?: boolean;
      /** Limits the packet-ins. */
      readonly meterId?: number;
    }
  | {
      /** `output:NXM_NX_REG0[0..15]`: the port whose number the field holds. */
      readonly type: 'output_reg';
      readonly source: Subfield;
      /** Of a packet for the controller. */
      readonly maxLength: number;
    }
  | {
      /** `output(port=1,max_len=100)`: the packet's first bytes. */
      readonly type: 'output_trunc';
      readonly port: OfpPort;
      readonly maxLength: number;
    }
  | { readonly type: 'enqueue'; readonly port: OfpPort; readonly queue: number }
  | { readonly type: 'set_queue'; readonly queue: number }
  | { readonly type: 'pop_queue' }
  | BundleAction
  | {
      readonly type: 'resubmit';
      /** `OFPP_IN_PORT`: the packet's own. */
      readonly inPort: OfpPort;
      /** `TABLE_CURRENT`: the table that the rule is in. */
      readonly table: number;
      /** Looked up by the connection's original addresses and ports. */
      readonly isOriginalTuple?: boolean;
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
  | { readonly type: 'mod_dl_src'; readonly address: Uint8Array }
  | { readonly type: 'mod_dl_dst'; readonly address: Uint8Array }
  | { readonly type: 'mod_nw_src'; readonly address: number }
  | { readonly type: 'mod_nw_dst'; readonly address: number }
  | { readonly type: 'mod_nw_tos'; readonly value: number }
  | { readonly type: 'mod_nw_ecn'; readonly value: number }
  | { readonly type: 'mod_nw_ttl'; readonly value: number }
  | { readonly type: 'mod_tp_src'; readonly port: number }
  | { readonly type: 'mod_tp_dst'; readonly port: number }
  | { readonly type: 'push_vlan'; readonly ethType: number }
  | { readonly type: 'strip_vlan' /** Written `pop_vlan`. */; readonly isPop: boolean }
  | { readonly type: 'push_mpls'; readonly ethType: number }
  | { readonly type: 'pop_mpls'; readonly ethType: number }
  | {
      readonly type: 'dec_ttl';
      /** Controllers that hear of packets whose TTL has run out; absent: 0. */
      readonly controllerIds?: readonly number[];
    }
  | { readonly type: 'set_mpls_label'; readonly label: number }
  | { readonly type: 'set_mpls_tc'; readonly trafficClass: number }
  | { readonly type: 'set_mpls_ttl'; readonly ttl: number }
  | { readonly type: 'dec_mpls_ttl' }
  | { readonly type: 'dec_nsh_ttl' }
  | {
      readonly type: 'set_tunnel';
      readonly id: bigint;
      /** Written `set_tunnel64`, or wider than 32 bits. */
      readonly isWide: boolean;
    }
  | { readonly type: 'push' /** What goes onto the stack. */; readonly subfield: Subfield }
  | { readonly type: 'pop' /** Where it goes from the stack. */; readonly subfield: Subfield }
  | { readonly type: 'delete_field'; readonly field: Field }
  | { readonly type: 'clear_actions' }
  | { readonly type: 'write_actions'; readonly actions: Ofpacts }
  | { readonly type: 'clone'; readonly actions: Ofpacts }
  | { readonly type: 'write_metadata'; readonly value: bigint; readonly mask: bigint }
  | LearnAction
  | { readonly type: 'group'; readonly group: number }
  | { readonly type: 'meter'; readonly meter: number }
  | MultipathAction
  | SampleAction
  | { readonly type: 'note'; readonly bytes: Uint8Array }
  | { readonly type: 'exit' }
  | { readonly type: 'debug_slow' }
  | {
      /** The rule is one of those of clause `clause` (from 0) of `clauseCount`. */
      readonly type: 'conjunction';
      readonly id: number;
      readonly clause: number;
      readonly clauseCount: number;
    }
  | {
      /** What the rule's timeouts become when a connection ends; seconds, 0: as they are. */
      readonly type: 'fin_timeout';
      readonly idleTimeout: number;
      readonly hardTimeout: number;
    }
  | {
      /** Whether the packet has more than `size` bytes, into a field of one bit. */
      readonly type: 'check_pkt_larger';
      readonly size: number;
      readonly destination: Subfield;
    }
  | EncapAction
  | {
      readonly type: 'decap';
      /** What the packet should be afterwards; absent: whatever it then is. */
      readonly packetType?: number;
    };

/** Which parts of a packet are hashed. Answers to `enum nx_hash_fields`, by number. */
export const HASH_FIELDS = [
  'eth_src',
  'symmetric_l4',
  'symmetric_l3l4',
  'symmetric_l3l4+udp',
  'nw_src',
  'nw_dst',
  'symmetric_l3',
] as const;
export type HashFields = (typeof HASH_FIELDS)[number];

/** How a hash becomes a link. Answers to `enum nx_mp_algorithm`, by number. */
export const MULTIPATH_ALGORITHMS = ['modulo_n', 'hash_threshold', 'hrw', 'iter_hash'] as const;
/** How a member is chosen. Answers to `enum nx_bd_algorithm`, by number. */
export const BUNDLE_ALGORITHMS = ['active_backup', 'hrw'] as const;

/** Writes which of several links a packet hashes to. */
export interface MultipathAction {
  readonly type: 'multipath';
  readonly fields: HashFields;
  readonly basis: number;
  readonly algorithm: (typeof MULTIPATH_ALGORITHMS)[number];
  readonly linksCount: number;
  readonly argument: number;
  readonly destination: Subfield;
}

/** Outputs to one of several ports, or writes its number. */
export interface BundleAction {
  readonly type: 'bundle';
  readonly fields: HashFields;
  readonly basis: number;
  readonly algorithm: (typeof BUNDLE_ALGORITHMS)[number];
  readonly members: readonly OfpPort[];
  /** Absent: output; else where the number goes (`bundle_load`). */
  readonly destination?: Subfield;
}

/** Tells IPFIX collectors of some packets. */
export interface SampleAction {
  readonly type: 'sample';
  /** Of 65,536; at least 1. */
  readonly probability: number;
  readonly collectorSetId: number;
  readonly obsDomainId: number;
  readonly obsPointId: number;
  /** `OFPP_NONE`: not said. */
  readonly samplingPort: OfpPort;
  readonly direction: 'default' | 'ingress' | 'egress';
}

/** Bits of `LearnAction.flags`. Answers to `NX_LEARN_F_*`. */
export const LearnFlag = { SEND_FLOW_REM: 1, DELETE_LEARNED: 2, WRITE_RESULT: 4 } as const;

/** One thing that a learned rule matches on or does. Answers to `struct ofpact_learn_spec`. */
export interface LearnSpec {
  readonly kind: 'match' | 'load' | 'output';
  /** A part of the packet, or a constant. */
  readonly source: Subfield | bigint;
  /** Not of an output. */
  readonly destination?: Subfield;
  /** Bits. */
  readonly width: number;
}

/** Adds a rule that is made of the packet. */
export interface LearnAction {
  readonly type: 'learn';
  /** Seconds; 0: none. */
  readonly idleTimeout: number;
  readonly hardTimeout: number;
  readonly finIdleTimeout: number;
  readonly finHardTimeout: number;
  readonly priority: number;
  readonly cookie: bigint;
  readonly table: number;
  /** Bits of `LearnFlag`. */
  readonly flags: number;
  /** Rules of this cookie in the table, at most; 0: any number. */
  readonly limit: number;
  /** One bit: whether the rule is there now. */
  readonly resultDestination?: Subfield;
  readonly specs: readonly LearnSpec[];
}

/** A property of an NSH header to be: which metadata it has, or one of type 2. */
export type EncapProperty =
  | { readonly type: 'md_type'; readonly mdType: number }
  | {
      readonly type: 'tlv';
      readonly tlvClass: number;
      readonly tlvType: number;
      readonly bytes: Uint8Array;
    };

/** Puts a header in front. */
export interface EncapAction {
  readonly type: 'encap';
  /** Namespace (16 bits) and type (16 bits). */
  readonly packetType: number;
  readonly properties: readonly EncapProperty[];
}

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
