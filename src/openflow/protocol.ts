/**
 * The numbers of the OpenFlow protocol: its versions, and the types of its messages in each.
 *
 * A message has one name here whatever the version; a type that a version lacks is -1. Source: the
 * OpenFlow Switch Specifications 1.0 to 1.5, clause "Message Types" (5.1 in 1.0, 7.1 since).
 */

export const OF10 = 1;
export const OF11 = 2;
export const OF12 = 3;
export const OF13 = 4;
export const OF14 = 5;
export const OF15 = 6;

/** The first byte of a message. */
export type OfpVersion = 1 | 2 | 3 | 4 | 5 | 6;

export const OFP_VERSIONS: readonly OfpVersion[] = [OF10, OF11, OF12, OF13, OF14, OF15];

/** "OpenFlow 1.3" of 4. */
export function versionText(version: number): string {
  return `OpenFlow 1.${version - 1}`;
}

export function isOfpVersion(version: number): version is OfpVersion {
  return version >= OF10 && version <= OF15;
}

/** Bytes of `ofp_header`: version, type, length, xid. */
export const HEADER_SIZE = 8;
/** The length of a message is a 16-bit number. */
export const MESSAGE_SIZE_MAX = 0xffff;
/** Nicira's vendor id, and the ONF's for its extensions. */
export const NX_VENDOR_ID = 0x2320;
export const ONF_VENDOR_ID = 0x4f4e4600;

/** Types in OpenFlow 1.0, 1.1, 1.2, 1.3, 1.4, 1.5. */
const TYPES = {
  hello: [0, 0, 0, 0, 0, 0],
  error: [1, 1, 1, 1, 1, 1],
  echo_request: [2, 2, 2, 2, 2, 2],
  echo_reply: [3, 3, 3, 3, 3, 3],
  vendor: [4, 4, 4, 4, 4, 4],
  features_request: [5, 5, 5, 5, 5, 5],
  features_reply: [6, 6, 6, 6, 6, 6],
  get_config_request: [7, 7, 7, 7, 7, 7],
  get_config_reply: [8, 8, 8, 8, 8, 8],
  set_config: [9, 9, 9, 9, 9, 9],
  packet_in: [10, 10, 10, 10, 10, 10],
  flow_removed: [11, 11, 11, 11, 11, 11],
  port_status: [12, 12, 12, 12, 12, 12],
  packet_out: [13, 13, 13, 13, 13, 13],
  flow_mod: [14, 14, 14, 14, 14, 14],
  group_mod: [-1, 15, 15, 15, 15, 15],
  port_mod: [15, 16, 16, 16, 16, 16],
  table_mod: [-1, 17, 17, 17, 17, 17],
  stats_request: [16, 18, 18, 18, 18, 18],
  stats_reply: [17, 19, 19, 19, 19, 19],
  barrier_request: [18, 20, 20, 20, 20, 20],
  barrier_reply: [19, 21, 21, 21, 21, 21],
  queue_get_config_request: [20, 22, 22, 22, -1, -1],
  queue_get_config_reply: [21, 23, 23, 23, -1, -1],
  role_request: [-1, -1, 24, 24, 24, 24],
  role_reply: [-1, -1, 25, 25, 25, 25],
  get_async_request: [-1, -1, -1, 26, 26, 26],
  get_async_reply: [-1, -1, -1, 27, 27, 27],
  set_async: [-1, -1, -1, 28, 28, 28],
  meter_mod: [-1, -1, -1, 29, 29, 29],
  role_status: [-1, -1, -1, -1, 30, 30],
  table_status: [-1, -1, -1, -1, 31, 31],
  requestforward: [-1, -1, -1, -1, 32, 32],
  bundle_control: [-1, -1, -1, -1, 33, 33],
  bundle_add_message: [-1, -1, -1, -1, 34, 34],
} as const satisfies Readonly<Record<string, readonly number[]>>;

export type MessageType = keyof typeof TYPES;

const names = new Map<number, MessageType>();
for (const [name, numbers] of Object.entries(TYPES)) {
  numbers.forEach((number, index) => {
    if (number >= 0) names.set(((index + 1) << 8) | number, name as MessageType);
  });
}

/** The number of a type; -1 where the version does not have it. */
export function messageNumber(version: OfpVersion, type: MessageType): number {
  return TYPES[type][version - 1] ?? -1;
}

/** The type of a number; undefined where the version does not have it. */
export function messageType(version: OfpVersion, number: number): MessageType | undefined {
  return names.get((version << 8) | number);
}
