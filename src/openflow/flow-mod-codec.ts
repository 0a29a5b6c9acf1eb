/**
 * Flow-mods: add, modify or delete flows.
 *
 * OpenFlow 1.0 clause 5.3.3, 1.5 clause 7.3.4.2; Nicira's form for 1.0 carries an NXM match.
 * Answers to `ofputil_decode_flow_mod`.
 */

import type { Match } from '../ofproto/match.js';
import { OFPP_NONE, type Ofpacts, TABLE_MAX } from '../ofproto/ofpact.js';
import { RuleFlag } from '../ofproto/rule.js';
import { readActions } from './action-codec.js';
import type { ByteReader } from './byte-reader.js';
import { readInstructions } from './instruction-codec.js';
import { readMatch } from './match-codec.js';
import { OfpError } from './ofp-error.js';
import { readOxmMatch } from './oxm-codec.js';
import { readPort } from './port-number.js';
import { OF10, OF11, OF12, OF13, OF14, type OfpVersion } from './protocol.js';

export type FlowModCommand = 'add' | 'modify' | 'modify_strict' | 'delete' | 'delete_strict';

const COMMANDS: readonly FlowModCommand[] = [
  'add',
  'modify',
  'modify_strict',
  'delete',
  'delete_strict',
];

export interface FlowMod {
  readonly command: FlowModCommand;
  /** Undefined: all tables, or, for a flow that is added, the switch's choice, which is 0. */
  readonly table: number | undefined;
  readonly priority: number;
  readonly match: Match;
  readonly actions: Ofpacts;
  /** Of a flow that is added, and of those modified where `modifiesCookie`. */
  readonly cookie: bigint;
  readonly modifiesCookie: boolean;
  /** A modification that finds nothing adds, as it did in 1.0 and 1.1. */
  readonly addsMissing: boolean;
  /** What a modification or deletion selects by. */
  readonly cookieMask: bigint;
  readonly selectCookie: bigint;
  /** Seconds. */
  readonly idleTimeout: number;
  readonly hardTimeout: number;
  readonly importance: number;
  /** Undefined: any. */
  readonly outPort: number | undefined;
  readonly outGroup: number | undefined;
  /** Bits of `RuleFlag`. */
  readonly flags: number;
  /** Names a buffer, which this switch never has. */
  readonly hasBuffer: boolean;
}

export interface FlowModOptions {
  /** 1.0: the command's high byte is a table (`NXT_FLOW_MOD_TABLE_ID`). */
  readonly hasTableId: boolean;
}

export const NO_BUFFER = 0xffff_ffff;
export const TABLE_ALL = 0xff;
export const GROUP_ANY = 0xffff_ffff;
const COOKIE_ALL = 0xffff_ffff_ffff_ffffn;
const FLAG_EMERGENCY_10 = 1 << 2;

/** Reads a flow-mod's body. */
export function readFlowMod(
  body: ByteReader,
  version: OfpVersion,
  options: FlowModOptions,
): FlowMod {
  return version === OF10 ? readOld(body, options) : readNew(body, version);
}

function readOld(body: ByteReader, options: FlowModOptions): FlowMod {
  const match = readMatch(body, OF10);
  const cookie = body.u64();
  const { command, table } = splitCommand(body.u16(), options);
  const [idleTimeout, hardTimeout, priority] = [body.u16(), body.u16(), body.u16()];
  const bufferId = body.u32();
  const outPort = body.u16();
  const flags = flagsOf10(body.u16());
  return {
    command,
    table,
    // An exact match beats all others in 1.0, whatever it says.
    priority,
    match,
    actions: readActions(body, OF10),
    ...newCookie(cookie, 0n),
    cookieMask: 0n,
    selectCookie: 0n,
    idleTimeout,
    hardTimeout,
    importance: 0,
    outPort: outPort === OFPP_NONE ? undefined : outPort,
    outGroup: undefined,
    flags: flags | resetOf(command),
    hasBuffer: bufferId !== NO_BUFFER && isPut(command),
  };
}

/** `NXT_FLOW_MOD`. */
export function readNiciraFlowMod(body: ByteReader, options: FlowModOptions): FlowMod {
  const cookie = body.u64();
  const { command, table } = splitCommand(body.u16(), options);
  const [idleTimeout, hardTimeout, priority] = [body.u16(), body.u16(), body.u16()];
  const bufferId = body.u32();
  const outPort = body.u16();
  const flags = flagsOf10(body.u16());
  const matchLength = body.u16();
  body.skip(6);
  const start = body.at;
  const nxm = readOxmMatch(body.part(matchLength, 'OFPBMC_BAD_LEN'));
  body.align(start, 'OFPBMC_BAD_LEN');
  if (command === 'add' && nxm.cookieMask !== 0n) throw new OfpError('NXBRC_NXM_INVALID');
  return {
    command,
    table,
    priority,
    match: nxm.match,
    actions: readActions(body, OF10),
    ...newCookie(cookie, nxm.cookieMask),
    cookieMask: nxm.cookieMask,
    selectCookie: nxm.cookie,
    idleTimeout,
    hardTimeout,
    importance: 0,
    outPort: outPort === OFPP_NONE ? undefined : outPort,
    outGroup: undefined,
    flags: flags | resetOf(command),
    hasBuffer: bufferId !== NO_BUFFER && isPut(command),
  };
}

function readNew(body: ByteReader, version: OfpVersion): FlowMod {
  const cookie = body.u64();
  const cookieMask = body.u64();
  const tableId = body.u8();
  const command = commandOf(body.u8());
  const [idleTimeout, hardTimeout, priority] = [body.u16(), body.u16(), body.u16()];
  const bufferId = body.u32();
  const outPort = readPort(body, version, 'OFPBRC_BAD_PORT');
  const outGroup = body.u32();
  const flags = body.u16();
  const importance = body.u16();
  const match = readMatch(body, version);
  const isDelete = !isPut(command);
  return {
    command,
    table: tableOf(tableId, isDelete),
    priority,
    match,
    actions: readInstructions(body, version),
    cookie,
    modifiesCookie: false,
    addsMissing: version === OF11 && cookieMask === 0n,
    cookieMask: command === 'add' ? 0n : cookieMask,
    selectCookie: cookie,
    idleTimeout,
    hardTimeout,
    importance: version >= OF14 ? importance : 0,
    outPort: isDelete && outPort !== OFPP_NONE ? outPort : undefined,
    outGroup: isDelete && outGroup !== GROUP_ANY ? outGroup : undefined,
    flags: flagsOf(flags, version) | (version >= OF12 ? 0 : resetOf(command)),
    hasBuffer: bufferId !== NO_BUFFER && isPut(command),
  };
}

/** "All tables" is for deletions; elsewhere it is nobody's table. */
function tableOf(table: number, isDelete: boolean): number | undefined {
  if (table === TABLE_ALL && isDelete) return undefined;
  if (table === TABLE_ALL) throw new OfpError('OFPFMFC_BAD_TABLE_ID');
  return userTable(table);
}

function splitCommand(word: number, { hasTableId }: FlowModOptions) {
  const command = commandOf(hasTableId ? word & 0xff : word);
  const table = hasTableId ? word >>> 8 : TABLE_ALL;
  return { command, table: table === TABLE_ALL ? undefined : userTable(table) };
}

/** The table behind the user's is the switch's own. */
function userTable(table: number): number {
  if (table > TABLE_MAX) throw new OfpError('OFPBRC_EPERM');
  return table;
}

function commandOf(number: number): FlowModCommand {
  const command = COMMANDS[number];
  if (command === undefined) throw new OfpError('OFPFMFC_BAD_COMMAND');
  return command;
}

/** Whether the command gives flows actions. */
function isPut(command: FlowModCommand): boolean {
  return !command.startsWith('delete');
}

/** All ones as a new cookie: the flows keep theirs, and none is added. */
function newCookie(cookie: bigint, selectMask: bigint) {
  const isNew = cookie !== COOKIE_ALL;
  return { cookie, modifiesCookie: isNew, addsMissing: isNew && selectMask === 0n };
}

/** Before 1.2, a flow that is added in the place of another one counts from 0. */
function resetOf(command: FlowMod['command']): number {
  return command === 'add' ? RuleFlag.RESET_COUNTS : 0;
}

function flagsOf10(wire: number): number {
  if ((wire & FLAG_EMERGENCY_10) !== 0) throw new OfpError('OFPFMFC_TABLE_FULL');
  return wire & (RuleFlag.SEND_FLOW_REM | RuleFlag.CHECK_OVERLAP);
}

/** Flags have the same bits on the wire as in a rule; each version knows more of them. */
function flagsOf(wire: number, version: OfpVersion): number {
  const known =
    RuleFlag.SEND_FLOW_REM |
    RuleFlag.CHECK_OVERLAP |
    (version >= OF12 ? RuleFlag.RESET_COUNTS : 0) |
    (version >= OF13 ? RuleFlag.NO_PACKET_COUNTS | RuleFlag.NO_BYTE_COUNTS : 0);
  if ((wire & ~known) !== 0) throw new OfpError('OFPFMFC_BAD_FLAGS');
  return wire;
}
