/**
 * Flow-mods that are refused: for their matches, their actions, their instructions, or what they
 * ask of the tables.
 *
 * A case may be several messages, of which the last is refused. `test/openflow/` has them refused
 * by ours, `test/interop/` by a real `ovs-vswitchd`.
 */

import { encodeMessage } from '../../src/openflow/message.js';
import type { OfpErrorName } from '../../src/openflow/ofp-error.js';
import { OF10, OF12, OF13, OF14, OF15, type OfpVersion } from '../../src/openflow/protocol.js';
import { type RefusedCase, XID } from './refused-case.js';

const ANY = 0xffff_ffff;
const IP = '80000a02 0800';
const UDP = `${IP} 80001401 11`;
/** To output to port 1. */
const OUTPUT = '0000 0010 00000001 0000 000000000000';
const NICIRA = '00002320';

interface FlowMod {
  /** Entries of the match, in hex. */
  readonly match?: string;
  readonly matchType?: number;
  /** In hex. */
  readonly instructions?: string;
  readonly table?: number;
  readonly command?: number;
  readonly priority?: number;
  readonly buffer?: number;
  readonly flags?: number;
}

/** A flow-mod of 1.2 and later. */
export function flowMod(version: OfpVersion, mod: FlowMod): Uint8Array {
  const { match = '', matchType = 1, instructions = '', table = 0, command = 0 } = mod;
  const { priority = 7, buffer = ANY, flags = 0 } = mod;
  return encodeMessage(version, 'flow_mod', XID, (body) => {
    body.u64(0n).u64(0n).u8(table).u8(command).u16(0).u16(0).u16(priority);
    body.u32(buffer).u32(ANY).u32(ANY).u16(flags).zeros(2);
    const start = body.size;
    const entries = bytesOf(match);
    body
      .u16(matchType)
      .u16(4 + entries.length)
      .bytes(entries)
      .align(start);
    body.bytes(bytesOf(instructions));
  });
}

/** An instruction with actions: to apply them (4) or to write them (3). */
function list(actions: string, type = 4): string {
  const size = 8 + bytesOf(actions).length;
  return `${hex16(type)} ${hex16(size)} 00000000 ${actions}`;
}

/** An action of Nicira's. */
function nicira(subtype: number, rest: string): string {
  const size = 10 + bytesOf(rest).length;
  const padding = (8 - (size % 8)) % 8;
  const head = `ffff ${hex16(size + padding)} ${NICIRA} ${hex16(subtype)}`;
  return `${head} ${rest} ${'00'.repeat(padding)}`;
}

/** A clone in a clone, `depth` deep. */
function clones(depth: number): string {
  let inner = '';
  for (let i = 0; i < depth; i++) inner = nicira(42, `000000000000 ${inner}`);
  return inner;
}

function hex16(number: number): string {
  return number.toString(16).padStart(4, '0');
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

function bad(
  name: string,
  version: OfpVersion,
  error: OfpErrorName,
  ...mods: readonly FlowMod[]
): RefusedCase {
  const bytes = Uint8Array.from(Buffer.concat(mods.map((mod) => flowMod(version, mod))));
  return { name: `${name} in 1.${version - 1}`, version, bytes, error };
}

function withActions(
  name: string,
  version: OfpVersion,
  error: OfpErrorName,
  actions: string,
  match = '',
): RefusedCase {
  return bad(name, version, error, { match, instructions: list(actions) });
}

/** A flow-mod of 1.0 for any packet. */
function oldFlowMod(name: string, error: OfpErrorName, actions: string, command = 0): RefusedCase {
  const bytes = encodeMessage(OF10, 'flow_mod', XID, (body) => {
    body.u32(0x3f_ffff).zeros(36).u64(0n).u16(command).u16(0).u16(0).u16(7);
    body.u32(ANY).u16(0xffff).u16(0).bytes(bytesOf(actions));
  });
  return { name: `${name} in 1.0`, version: OF10, bytes, error };
}

const MATCH_CASES: readonly RefusedCase[] = [
  bad('a match of a type that there is not', OF13, 'OFPBMC_BAD_TYPE', { matchType: 9 }),
  bad('a field that is cut off', OF13, 'OFPBMC_BAD_LEN', { match: '80000a02 08' }),
  bad('a field of wrong length', OF13, 'OFPBMC_BAD_FIELD', { match: '80000a03 080000' }),
  bad('a field that nobody knows', OF13, 'OFPBMC_BAD_FIELD', { match: '8000fe02 0800' }),
  bad('a VLAN id that is too large', OF13, 'OFPBMC_BAD_VALUE', { match: '80000c02 ffff' }),
  bad('a port that cannot be', OF13, 'OFPBMC_BAD_VALUE', { match: '80000004 00012345' }),
  bad('a mask where there can be none', OF13, 'OFPBMC_BAD_MASK', { match: '80000b04 0800 ff00' }),
  bad('a field without what it needs', OF13, 'OFPBMC_BAD_PREREQ', { match: '80001a02 0050' }),
  bad('bits outside of the mask', OF13, 'OFPBMC_BAD_WILDCARDS', {
    match: `${IP} 80001908 0a000001 ff000000`,
  }),
  bad('a field that comes twice', OF13, 'OFPBMC_DUP_FIELD', { match: `${IP} ${IP}` }),
];

const ACTION_CASES: readonly RefusedCase[] = [
  withActions('an action that there is not', OF13, 'OFPBAC_BAD_TYPE', '0063 0008 00000000'),
  oldFlowMod('an action that there is not', 'OFPBAC_BAD_TYPE', '0063 0008 00000000'),
  withActions('an action of wrong length', OF13, 'OFPBAC_BAD_LEN', '0000 0008 00000001'),
  withActions('an action of no length', OF13, 'OFPBAC_BAD_LEN', '0000 0000 00000001'),
  oldFlowMod('an action that is longer than its message', 'OFPBAC_BAD_LEN', '0000 0010 0001 0000'),
  withActions(
    'an action of an unknown vendor',
    OF13,
    'OFPBAC_BAD_VENDOR',
    'ffff 0010 00001234 0000000000000000',
  ),
  withActions(
    'an action that a vendor does not have',
    OF13,
    'OFPBAC_BAD_VENDOR_TYPE',
    `ffff 0010 ${NICIRA} 03e7 000000000000`,
  ),
  withActions(
    'a port that cannot be',
    OF13,
    'OFPBAC_BAD_OUT_PORT',
    '0000 0010 fffffff0 0000 000000000000',
  ),
  oldFlowMod('a port that cannot be', 'OFPBAC_BAD_OUT_PORT', '0000 0008 ff10 0000'),
  withActions('a group that there is not', OF13, 'OFPBAC_BAD_OUT_GROUP', '0016 0008 0000004d'),
  withActions('a group number that cannot be', OF13, 'OFPBAC_BAD_OUT_GROUP', '0016 0008 ffffff01'),
  withActions('a tag that is none', OF13, 'OFPBAC_BAD_ARGUMENT', '0011 0008 1234 0000'),
  withActions('a label that is none', OF13, 'OFPBAC_BAD_ARGUMENT', '0013 0008 1234 0000'),
  oldFlowMod('a VLAN id that is too large', 'OFPBAC_BAD_ARGUMENT', '0001 0008 ffff 0000'),
  withActions(
    'a field to be set that the packets lack',
    OF13,
    'OFPBAC_MATCH_INCONSISTENT',
    '0019 0010 80001a02 0050 000000000000',
  ),
  withActions(
    'labels of packets that have none',
    OF13,
    'OFPBAC_MATCH_INCONSISTENT',
    '0014 0008 0800 0000',
  ),
  withActions(
    'a field to be set that nobody knows',
    OF13,
    'OFPBAC_BAD_SET_LEN',
    '0019 0010 8000fe02 0050 000000000000',
  ),
  withActions(
    'a field to be set of wrong length',
    OF13,
    'OFPBAC_BAD_SET_LEN',
    '0019 0010 80001a04 00000050 00000000',
    UDP,
  ),
  withActions(
    'a field that cannot be set',
    OF13,
    'OFPBAC_BAD_SET_ARGUMENT',
    '0019 0010 80000a02 0800 000000000000',
  ),
  withActions(
    'a value that is too large',
    OF13,
    'OFPBAC_BAD_SET_ARGUMENT',
    '0019 0010 80000c02 ffff 000000000000',
    '80000c02 1005',
  ),
  withActions(
    'a mask where the version has none',
    OF14,
    'OFPBAC_BAD_SET_MASK',
    '0019 0018 8000070c ffffffffffff ffffffffffff 00000000',
  ),
  withActions(
    'a mask without bits of the value',
    OF15,
    'OFPBMC_BAD_WILDCARDS',
    '0019 0018 8000070c ffffffffffff 000000000000 00000000',
  ),
  withActions(
    'a third VLAN tag',
    OF13,
    'OFPBAC_BAD_TAG',
    '0011 0008 8100 0000 0011 0008 8100 0000 0011 0008 8100 0000',
  ),
  withActions(
    'a conjunction with something else',
    OF13,
    'NXBAC_BAD_CONJUNCTION',
    `${nicira(34, '00 02 00000005')} ${OUTPUT}`,
  ),
  withActions(
    'a conjunction of one clause',
    OF13,
    'NXBAC_BAD_CONJUNCTION',
    nicira(34, '00 01 00000005'),
  ),
  withActions(
    'a header that cannot be put on',
    OF13,
    'NXBAC_BAD_HEADER_TYPE',
    nicira(46, '0000 00001234 00000000'),
  ),
  withActions(
    'a subfield that is too wide',
    OF13,
    'OFPBAC_BAD_SET_LEN',
    nicira(7, '07df 00010004 0000000000000000'),
  ),
  withActions(
    'a register that there is not',
    OF13,
    'OFPBAC_BAD_SET_TYPE',
    nicira(7, '001f 0001fe04 0000000000000000'),
  ),
  withActions(
    'a flow learned with what it cannot have',
    OF13,
    'OFPBAC_BAD_ARGUMENT',
    nicira(16, '0000 0000 0007 0000000000000000 0080 00 00 0000 0000'),
  ),
  withActions(
    'a field of tunnels that stands for nothing',
    OF13,
    'NXFMFC_INVALID_TLV_FIELD',
    nicira(7, '001f 00015a04 0000000000000000'),
  ),
  withActions(
    'a property of a header that nobody knows',
    OF13,
    'NXBAC_UNKNOWN_ED_PROP',
    nicira(46, '0000 0001894f 0009 01 05 01 000000'),
  ),
  withActions(
    'an action behind metadata',
    OF13,
    'OFPBAC_UNSUPPORTED_ORDER',
    `${nicira(22, '000000000000 0000000000000001 ffffffffffffffff')} ${OUTPUT}`,
  ),
];

const INSTRUCTION_CASES: readonly RefusedCase[] = [
  bad('an instruction that there is not', OF13, 'OFPBIC_UNKNOWN_INST', {
    instructions: '0063 0008 00000000',
  }),
  bad("a vendor's instruction", OF13, 'OFPBIC_BAD_EXPERIMENTER', {
    instructions: 'ffff 0008 00001234',
  }),
  bad('an instruction of wrong length', OF13, 'OFPBIC_BAD_LEN', {
    instructions: '0001 0010 01000000 0000000000000000',
  }),
  bad('an instruction of no length', OF13, 'OFPBIC_BAD_LEN', {
    instructions: '0001 0000 01000000',
  }),
  bad('an instruction that comes twice', OF14, 'OFPBIC_DUP_INST', {
    instructions: `${list(OUTPUT)} ${list(OUTPUT)}`,
  }),
  bad('a way back to a table before', OF13, 'OFPBIC_BAD_TABLE_ID', {
    table: 5,
    instructions: '0001 0008 03000000',
  }),
];

const FLOW_CASES: readonly RefusedCase[] = [
  bad('a command that there is not', OF13, 'OFPFMFC_BAD_COMMAND', { command: 9 }),
  oldFlowMod('a command that there is not', 'OFPFMFC_BAD_COMMAND', '', 9),
  bad('flags that there are not', OF13, 'OFPFMFC_BAD_FLAGS', { flags: 0x80 }),
  bad('a flow for all tables', OF13, 'OFPFMFC_BAD_TABLE_ID', { table: 255 }),
  bad('a flow for a table that there is not', OF13, 'OFPBRC_EPERM', { table: 254 }),
  bad(
    'a flow that overlaps another',
    OF13,
    'OFPFMFC_OVERLAP',
    { match: IP },
    { match: UDP, flags: 2 },
  ),
  bad('a meter that there is not', OF13, 'OFPMMFC_INVALID_METER', {
    instructions: '0006 0008 0000004d',
  }),
  bad('a buffer that there is not', OF15, 'OFPBRC_BUFFER_UNKNOWN', { buffer: 9 }),
];

/**
 * A real switch has meters before there are any, and then cannot say that there is none; and it
 * takes lists in lists as deep as a message holds, and any type of NSH metadata.
 */
export const OWN_FLOW_CASES: readonly RefusedCase[] = [
  bad('a meter before there are meters', OF12, 'OFPBIC_UNSUP_INST', {
    instructions: '0006 0008 00000001',
  }),
  withActions('actions in actions in actions', OF13, 'OFPBAC_TOO_MANY', clones(80)),
  withActions(
    'a property of a header that cannot be',
    OF13,
    'NXBAC_BAD_ED_PROP',
    nicira(46, '0000 0001894f 0004 01 05 09 000000'),
  ),
];

export const FLOW_ERROR_CASES: readonly RefusedCase[] = [
  ...MATCH_CASES,
  ...ACTION_CASES,
  ...INSTRUCTION_CASES,
  ...FLOW_CASES,
];
