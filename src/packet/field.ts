/**
 * What the table of fields says of one field, and how its rows are written.
 *
 * Answers to `struct mf_field` of OVS's `meta-flow.h`. The rows are in `fields-metadata.ts` and
 * `fields-packet.ts`; `fields.ts` is the whole table.
 */

/** How a field's value is written. Answers to `enum mf_string`. */
export type FieldFormat =
  | 'decimal'
  | 'hexadecimal'
  | 'ethernet'
  | 'ipv4'
  | 'ipv6'
  | 'port'
  | 'frag'
  | 'tunnel_flags'
  | 'tcp_flags'
  | 'ct_state'
  | 'packet_type';

/** Which masks a match may use on a field. */
export type FieldMaskable = 'none' | 'fully';

/** What must be matched before this field means anything. Answers to `enum mf_prereqs`. */
export type FieldPrerequisite =
  | 'none'
  | 'ethernet'
  | 'arp'
  | 'vlan'
  | 'ipv4'
  | 'ipv6'
  | 'ip_any'
  | 'ct'
  | 'mpls'
  | 'tcp'
  | 'udp'
  | 'sctp'
  | 'icmpv4'
  | 'icmpv6'
  | 'nd'
  | 'nd_solicit'
  | 'nd_advert'
  | 'nsh';

/** What OpenFlow 1.0's fixed match structure can say of a field. */
export type FieldOf10 = 'none' | 'exact' | 'cidr';

/** How a field is called in NXM and OXM. */
export interface FieldHeader {
  readonly class: number;
  readonly field: number;
  readonly name: string;
  /** Of class 0xffff only. */
  readonly experimenter?: number;
}

export interface Field {
  readonly name: string;
  /** OVS's other name for it (`mf_field.extra_name`). */
  readonly alias?: string;
  /** First bit, counted from the highest bit of word 0. */
  readonly bit: number;
  /** Bits. */
  readonly width: number;
  /** Bytes that hold a value in NXM and OXM. */
  readonly size: number;
  readonly format: FieldFormat;
  readonly maskable: FieldMaskable;
  readonly prerequisite: FieldPrerequisite;
  /** Whether actions may write it. */
  readonly writable: boolean;
  readonly of10: FieldOf10;
  readonly oxm?: FieldHeader;
  readonly nxm?: FieldHeader;
  /** Its code in the ONF's extensions to OpenFlow 1.3, where that differs. */
  readonly onf?: FieldHeader;
  /** The attribute of a datapath key that carries it. Answers to `OVS_KEY_ATTR_*`. */
  readonly key?: string;
}

type FieldOptions = Partial<Omit<Field, 'name' | 'bit' | 'width'>>;

/** A row: where the field stands (word, and bits to its left within it) and how it is written. */
export function row(
  name: string,
  word: number,
  skip: number,
  width: number,
  options: FieldOptions = {},
): Field {
  return {
    name,
    bit: word * 32 + skip,
    width,
    size: (width + 7) >>> 3,
    format: 'decimal',
    maskable: 'fully',
    prerequisite: 'none',
    writable: true,
    of10: 'none',
    ...options,
  };
}

const header = (prefix: string, code: number) => (name: string, field: number) => ({
  class: code,
  field,
  name: prefix + name,
});

const experimenter = (prefix: string, id: number) => (name: string, field: number) => ({
  class: 0xffff,
  field,
  name: prefix + name,
  experimenter: id,
});

export const nxmOf = header('NXM_OF_', 0x0000);
export const nxmNx = header('NXM_NX_', 0x0001);
export const oxmOf = header('OXM_OF_', 0x8000);
export const oxmPacketRegister = header('OXM_OF_PKT_', 0x8001);
export const onfOxm = experimenter('ONFOXM_ET_', 0x4f4e4600);
export const nxOxm = experimenter('NXOXM_ET_', 0x00002320);
export const nxOxmNsh = experimenter('NXOXM_NSH_', 0x005ad650);
export const ericsson = header('ERICOXM_OF_', 0x1000);

export const HEX = { format: 'hexadecimal' } as const;
export const READ_ONLY = { writable: false } as const;
export const NO_MASK = { maskable: 'none' } as const;
