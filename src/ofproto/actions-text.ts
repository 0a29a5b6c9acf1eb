/**
 * Actions as text, as `ovs-ofctl dump-flows` prints them.
 *
 * Each action keeps the form in which it was given (`mod_nw_src`, `load` and `set_field` are not
 * turned into one another, as OpenFlow versions do on the wire). One table says how each is
 * written. Answers to `ofpacts_format` of OVS's `lib/ofp-actions.c`. Parsing is in
 * `actions-parse.ts`; actions with a syntax of their own have both in one file.
 */

import { formatEthernet, formatIpv4 } from '../packet/address-text.js';
import { formatFieldValue } from '../packet/field-text.js';
import { formatOfpPort } from '../packet/ofp-port-text.js';
import { formatEncap, formatPacketType } from './encap-text.js';
import { formatLearn } from './learn-text.js';
import { formatBundle, formatMultipath } from './link-choice-text.js';
import {
  CONTROLLER_MAX_LENGTH,
  OFPP_CONTROLLER,
  OFPP_IN_PORT,
  OFPP_MAX,
  OFPP_NONE,
  type Ofpact,
  type Ofpacts,
  PACKET_IN_REASONS,
  type PortText,
  type SampleAction,
  TABLE_CURRENT,
} from './ofpact.js';
import { PacketInReason } from './packet-ins.js';
import { formatSubfield } from './subfield-text.js';

type Action<Type extends Ofpact['type']> = Extract<Ofpact, { type: Type }>;
type Formatter<Type extends Ofpact['type']> = (action: Action<Type>, portText: PortText) => string;

/** How each action is written. */
const FORMATTERS: { readonly [Type in Ofpact['type']]: Formatter<Type> } = {
  output: ({ port, maxLength }, portText) => formatOutput(port, maxLength, portText),
  output_reg: ({ source }) => `output:${formatSubfield(source)}`,
  output_trunc: ({ port, maxLength }, portText) =>
    `output(port=${portText(port)},max_len=${maxLength})`,
  controller: formatController,
  enqueue: ({ port, queue }, portText) => `enqueue:${portText(port)}:${queue}`,
  set_queue: ({ queue }) => `set_queue:${queue}`,
  pop_queue: () => 'pop_queue',
  bundle: formatBundle,
  resubmit: formatResubmit,
  goto_table: ({ table }) => `goto_table:${table}`,
  set_field: ({ field, value, mask }) =>
    `set_field:${formatFieldValue(field, value, mask)}->${field.name}`,
  load: ({ value, destination }) => `load:${formatHex(value)}->${formatSubfield(destination)}`,
  move: ({ source, destination }) =>
    `move:${formatSubfield(source)}->${formatSubfield(destination)}`,
  mod_vlan_vid: ({ vid }) => `mod_vlan_vid:${vid}`,
  mod_vlan_pcp: ({ pcp }) => `mod_vlan_pcp:${pcp}`,
  mod_dl_src: ({ address }) => `mod_dl_src:${formatAddress(address)}`,
  mod_dl_dst: ({ address }) => `mod_dl_dst:${formatAddress(address)}`,
  mod_nw_src: ({ address }) => `mod_nw_src:${formatIpv4(address)}`,
  mod_nw_dst: ({ address }) => `mod_nw_dst:${formatIpv4(address)}`,
  mod_nw_tos: ({ value }) => `mod_nw_tos:${value}`,
  mod_nw_ecn: ({ value }) => `mod_nw_ecn:${value}`,
  mod_nw_ttl: ({ value }) => `mod_nw_ttl:${value}`,
  mod_tp_src: ({ port }) => `mod_tp_src:${port}`,
  mod_tp_dst: ({ port }) => `mod_tp_dst:${port}`,
  push_vlan: ({ ethType }) => `push_vlan:${formatEthType(ethType)}`,
  strip_vlan: ({ isPop }) => (isPop ? 'pop_vlan' : 'strip_vlan'),
  push_mpls: ({ ethType }) => `push_mpls:${formatEthType(ethType)}`,
  pop_mpls: ({ ethType }) => `pop_mpls:${formatEthType(ethType)}`,
  dec_ttl: ({ controllerIds }) =>
    controllerIds === undefined ? 'dec_ttl' : `dec_ttl(${controllerIds.join()})`,
  set_mpls_label: ({ label }) => `set_mpls_label(${label})`,
  set_mpls_tc: ({ trafficClass }) => `set_mpls_tc(${trafficClass})`,
  set_mpls_ttl: ({ ttl }) => `set_mpls_ttl(${ttl})`,
  dec_mpls_ttl: () => 'dec_mpls_ttl',
  dec_nsh_ttl: () => 'dec_nsh_ttl',
  set_tunnel: ({ id, isWide }) => `set_tunnel${isWide ? '64' : ''}:${formatHex(id)}`,
  push: ({ subfield }) => `push:${formatSubfield(subfield)}`,
  pop: ({ subfield }) => `pop:${formatSubfield(subfield)}`,
  delete_field: ({ field }) => `delete_field:${field.name}`,
  clear_actions: () => 'clear_actions',
  write_actions: ({ actions }, portText) => `write_actions(${formatActions(actions, portText)})`,
  clone: ({ actions }, portText) => `clone(${formatActions(actions, portText)})`,
  write_metadata: formatWriteMetadata,
  learn: formatLearn,
  group: ({ group }) => `group:${group}`,
  meter: ({ meter }) => `meter:${meter}`,
  multipath: formatMultipath,
  sample: formatSample,
  note: ({ bytes }) => `note:${formatDotted(bytes)}`,
  exit: () => 'exit',
  debug_slow: () => 'debug_slow',
  conjunction: ({ id, clause, clauseCount }) => `conjunction(${id},${clause + 1}/${clauseCount})`,
  fin_timeout: formatFinTimeout,
  check_pkt_larger: ({ size, destination }) =>
    `check_pkt_larger(${size})->${formatSubfield(destination)}`,
  encap: formatEncap,
  decap: ({ packetType }) =>
    packetType === undefined ? 'decap()' : `decap(packet_type(${formatPacketType(packetType)}))`,
};

/** The actions, joined by commas; `drop` where there are none. */
export function formatActions(actions: Ofpacts, portText: PortText = formatOfpPort): string {
  if (actions.length === 0) return 'drop';
  return actions.map((action) => formatAction(action, portText)).join(',');
}

/** One action. */
export function formatAction<Type extends Ofpact['type']>(
  action: Action<Type> & { readonly type: Type },
  portText: PortText = formatOfpPort,
): string {
  const format: Formatter<Type> = FORMATTERS[action.type];
  return format(action, portText);
}

/** A controller is sent so many bytes, or `no_buffer` where that is all of them. */
function formatOutput(port: number, maxLength: number, portText: PortText): string {
  if (port < OFPP_MAX) return `output:${portText(port)}`;
  return port === OFPP_CONTROLLER ? `${portText(port)}:${maxLength}` : portText(port);
}

/** Zero is written without its base, as C's `%#x` has it. */
function formatHex(value: bigint): string {
  return value === 0n ? '0' : `0x${value.toString(16)}`;
}

function formatEthType(ethType: number): string {
  return `0x${ethType.toString(16).padStart(4, '0')}`;
}

/** That no rule matched is no reason that a rule can give: Open vSwitch has no word for it. */
const UNNAMED_REASONS: ReadonlySet<number> = new Set([
  PacketInReason.EXPLICIT_MISS,
  PacketInReason.IMPLICIT_MISS,
]);

function formatController(action: Action<'controller'>): string {
  const { maxLength, reason, controllerId, userdata, pauses = false, meterId } = action;
  const reasonName = UNNAMED_REASONS.has(reason) ? '' : (PACKET_IN_REASONS[reason] ?? `${reason}`);
  const options: string[] = [];
  if (reasonName !== 'action') options.push(`reason=${reasonName}`);
  if (controllerId !== 0) options.push(`id=${controllerId}`);
  if (userdata !== undefined) options.push(`userdata=${formatDotted(userdata)}`);
  if (pauses) options.push('pause');
  if (meterId !== undefined) options.push(`meter_id=${meterId}`);
  if (options.length === 0) return `CONTROLLER:${maxLength}`;
  const lengthAt = reasonName === 'action' ? 0 : 1;
  if (maxLength !== CONTROLLER_MAX_LENGTH) options.splice(lengthAt, 0, `max_len=${maxLength}`);
  return `controller(${options.join()})`;
}

function formatResubmit(action: Action<'resubmit'>, portText: PortText): string {
  const { inPort, table, isOriginalTuple = false } = action;
  const port = inPort === OFPP_IN_PORT ? '' : portText(inPort);
  if (table !== TABLE_CURRENT) return `resubmit(${port},${table}${isOriginalTuple ? ',ct' : ''})`;
  return `resubmit:${port === '' ? portText(inPort) : port}`;
}

function formatWriteMetadata({ value, mask }: Action<'write_metadata'>): string {
  const isExact = mask === 0xffff_ffff_ffff_ffffn;
  return `write_metadata:${formatHex(value)}${isExact ? '' : `/${formatHex(mask)}`}`;
}

function formatSample(action: SampleAction, portText: PortText): string {
  const { probability, collectorSetId, obsDomainId, obsPointId, samplingPort, direction } = action;
  const port = samplingPort === OFPP_NONE ? '' : `,sampling_port=${portText(samplingPort)}`;
  return (
    `sample(probability=${probability},collector_set_id=${collectorSetId},` +
    `obs_domain_id=${obsDomainId},obs_point_id=${obsPointId}${port}` +
    `${direction === 'default' ? '' : `,${direction}`})`
  );
}

function formatFinTimeout({ idleTimeout, hardTimeout }: Action<'fin_timeout'>): string {
  const parts: string[] = [];
  if (idleTimeout !== 0) parts.push(`idle_timeout=${idleTimeout}`);
  if (hardTimeout !== 0) parts.push(`hard_timeout=${hardTimeout}`);
  return `fin_timeout(${parts.join()})`;
}

/** Bytes in hexadecimal, with points between. */
function formatDotted(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('.');
}

function formatAddress(address: Uint8Array): string {
  const view = new DataView(address.buffer, address.byteOffset, address.byteLength);
  return formatEthernet(view.getUint16(0), view.getUint32(2));
}
