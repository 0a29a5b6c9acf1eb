/**
 * Flow monitors on the wire: what a controller wants to hear of, and what it is told.
 *
 * Three forms: Nicira's for OpenFlow 1.0 to 1.2, the ONF's extension for 1.3, OpenFlow's own since
 * 1.4 (1.5, clauses 7.3.5.17 and 7.4.9). Answers to `ofputil_decode_flow_monitor_request` and
 * `ofputil_append_flow_update`.
 */

import type { Match } from '../ofproto/match.js';
import { OFPP_NONE, type Ofpacts } from '../ofproto/ofpact.js';
import { writeActions } from './action-codec.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { GROUP_ANY, TABLE_ALL } from './flow-mod-codec.js';
import { writeInstructions } from './instruction-codec.js';
import { readMatch, writeMatch } from './match-codec.js';
import type { StatsType } from './multipart.js';
import { OfpError } from './ofp-error.js';
import { readOxmMatch, writeOxmMatch } from './oxm-codec.js';
import { portFromWide, readPort } from './port-number.js';
import { OF13, type OfpVersion } from './protocol.js';

/** What a monitor asks for: Nicira's bits, which are OpenFlow's. */
export const MonitorFlag = {
  INITIAL: 1 << 0,
  ADD: 1 << 1,
  DELETE: 1 << 2,
  MODIFY: 1 << 3,
  ACTIONS: 1 << 4,
  /** The whole of one's own changes as well, instead of an abbreviation. */
  OWN: 1 << 5,
} as const;

const NICIRA_FLAGS = 0x3f;
/**
 * OpenFlow's "only own". Open vSwitch and its clients mean Nicira's "own" by it, and so it is read
 * here: `ovs-ofctl monitor` sends it always, and wants to hear of everybody's changes.
 */
const ONLY_OWN = 1 << 6;

export type MonitorCommand = 'add' | 'modify' | 'delete';
const COMMANDS: readonly MonitorCommand[] = ['add', 'modify', 'delete'];

/** The stats type is the form: requests and updates have the same. */
export type MonitorForm = Extract<
  StatsType,
  'nx_flow_monitor' | 'onf_flow_monitor' | 'flow_monitor'
>;

export interface FlowMonitorRequest {
  readonly id: number;
  readonly command: MonitorCommand;
  /** Bits of `MonitorFlag`. */
  readonly flags: number;
  /** Undefined: any. */
  readonly outPort: number | undefined;
  readonly outGroup: number | undefined;
  readonly table: number | undefined;
  readonly match: Match;
}

/** The form that a version's controllers are told in. */
export function monitorForm(version: OfpVersion): MonitorForm {
  if (version < OF13) return 'nx_flow_monitor';
  return version === OF13 ? 'onf_flow_monitor' : 'flow_monitor';
}

/** Reads one request; several may stand behind each other. */
export function readMonitorRequest(
  body: ByteReader,
  version: OfpVersion,
  form: MonitorForm,
): FlowMonitorRequest {
  if (form === 'nx_flow_monitor') return readNicira(body);
  return form === 'onf_flow_monitor' ? readOnf(body, version) : readStandard(body, version);
}

function readNicira(body: ByteReader): FlowMonitorRequest {
  const id = body.u32();
  const flags = known(body.u16(), NICIRA_FLAGS);
  const outPort = body.u16();
  const matchLength = body.u16();
  const table = body.u8();
  body.skip(5);
  const start = body.at;
  const { match } = readOxmMatch(body.part(matchLength, 'OFPBMC_BAD_LEN'));
  body.align(start, 'OFPBMC_BAD_LEN');
  return { ...ANY, id, flags, outPort: portOf(outPort), table: tableOf(table), match };
}

function readOnf(body: ByteReader, version: OfpVersion): FlowMonitorRequest {
  const id = body.u32();
  const flags = known(body.u16(), NICIRA_FLAGS);
  body.skip(2);
  const outPort = portFromWide(body.u32(), 'OFPBRC_BAD_PORT');
  const table = body.u8();
  body.skip(3);
  const match = readMatch(body, version);
  return { ...ANY, id, flags, outPort: portOf(outPort), table: tableOf(table), match };
}

function readStandard(body: ByteReader, version: OfpVersion): FlowMonitorRequest {
  const id = body.u32();
  const outPort = readPort(body, version, 'OFPBRC_BAD_PORT');
  const group = body.u32();
  const flags = standardFlags(body.u16());
  const table = body.u8();
  const command = COMMANDS[body.u8()];
  if (command === undefined) throw new OfpError('OFPMOFC_BAD_COMMAND');
  const match = readMatch(body, version);
  const outGroup = group === GROUP_ANY ? undefined : group;
  return { id, command, flags, outPort: portOf(outPort), outGroup, table: tableOf(table), match };
}

const ANY = { command: 'add', outGroup: undefined } as const;

function known(flags: number, all: number): number {
  if ((flags & ~all) !== 0) throw new OfpError('OFPMOFC_BAD_FLAGS');
  return flags;
}

function standardFlags(flags: number): number {
  const own = (flags & ONLY_OWN) === 0 ? 0 : MonitorFlag.OWN;
  return known(flags & ~ONLY_OWN, NICIRA_FLAGS) | own;
}

function portOf(port: number): number | undefined {
  return port === OFPP_NONE ? undefined : port;
}

function tableOf(table: number): number | undefined {
  return table === TABLE_ALL ? undefined : table;
}

/** A flow that came, changed or went. */
export interface FullUpdate {
  readonly event: 'initial' | 'added' | 'removed' | 'modified';
  /** Of a removal, as `OFPRR_*`; else 0. */
  readonly reason: number;
  readonly table: number;
  readonly priority: number;
  readonly idleTimeout: number;
  readonly hardTimeout: number;
  readonly cookie: bigint;
  readonly match: Match;
  /** Undefined: the monitor did not ask for them. */
  readonly actions: Ofpacts | undefined;
}

/** What is told; abbreviated: that one's own message changed something. */
export type FlowUpdate =
  | FullUpdate
  | { readonly event: 'abbreviated'; readonly xid: number }
  | { readonly event: 'paused' | 'resumed' };

const EVENTS = {
  initial: 0,
  added: 1,
  removed: 2,
  modified: 3,
  abbreviated: 4,
  paused: 5,
  resumed: 6,
} as const;
/** Nicira pauses by messages of their own, and has no word for what was there before. */
const NICIRA_EVENTS = { initial: 0, added: 0, removed: 1, modified: 2, abbreviated: 3 } as const;

/** Writes an update as an entry of a reply. */
export function writeFlowUpdate(writer: ByteWriter, update: FlowUpdate, version: OfpVersion): void {
  const start = writer.size;
  const isStandard = monitorForm(version) === 'flow_monitor';
  writer.u16(0);
  switch (update.event) {
    case 'paused':
    case 'resumed':
      writer.u16(EVENTS[update.event]).zeros(4);
      break;
    case 'abbreviated':
      writer.u16((isStandard ? EVENTS : NICIRA_EVENTS).abbreviated).u32(update.xid);
      break;
    default:
      writer.u16((isStandard ? EVENTS : NICIRA_EVENTS)[update.event]);
      if (isStandard) writeStandard(writer, update, version);
      else writeNicira(writer, update, version);
  }
  writer.patchLength(start, start);
}

function writeStandard(writer: ByteWriter, update: FullUpdate, version: OfpVersion): void {
  writer.u8(update.table).u8(update.reason).u16(update.idleTimeout).u16(update.hardTimeout);
  writer.u16(update.priority).zeros(4).u64(update.cookie);
  writeMatch(writer, update.match, version);
  if (update.actions !== undefined) writeInstructions(writer, update.actions, version);
}

function writeNicira(writer: ByteWriter, update: FullUpdate, version: OfpVersion): void {
  writer.u16(update.reason).u16(update.priority).u16(update.idleTimeout).u16(update.hardTimeout);
  const lengthAt = writer.size;
  writer.u16(0).u8(update.table).zeros(1).u64(update.cookie);
  const start = writer.size;
  if (version === OF13) {
    writer.u16(1).u16(0);
    writeOxmMatch(writer, update.match, version);
    writer.patchLength(start + 2, start);
  } else {
    writeOxmMatch(writer, update.match, 'nxm');
  }
  writer.patchLength(lengthAt, start);
  writer.align(start);
  if (update.actions === undefined) return;
  if (version === OF13) writeInstructions(writer, update.actions, version);
  else writeActions(writer, update.actions, version);
}
