/**
 * Actions as text, as `ovs-ofctl dump-flows` prints them.
 *
 * Each action keeps the form in which it was given (`mod_nw_src`, `load` and `set_field` are not
 * turned into one another, as OpenFlow versions do on the wire). Answers to `ofpacts_format` of
 * OVS's `lib/ofp-actions.c`. Parsing is in `actions-parse.ts`.
 */

import { formatEthernet, formatIpv4 } from '../packet/address-text.js';
import { formatFieldValue } from '../packet/field-text.js';
import { formatOfpPort } from '../packet/ofp-port-text.js';
import {
  CONTROLLER_MAX_LENGTH,
  OFPP_IN_PORT,
  OFPP_MAX,
  type Ofpact,
  type Ofpacts,
  PACKET_IN_REASONS,
  type PortText,
  TABLE_CURRENT,
} from './ofpact.js';
import { formatSubfield } from './subfield-text.js';

type Action<Type extends Ofpact['type']> = Extract<Ofpact, { type: Type }>;

/** The actions, joined by commas; `drop` where there are none. */
export function formatActions(actions: Ofpacts, portText: PortText = formatOfpPort): string {
  if (actions.length === 0) return 'drop';
  return actions.map((action) => formatAction(action, portText)).join(',');
}

/** One action. */
export function formatAction(action: Ofpact, portText: PortText = formatOfpPort): string {
  switch (action.type) {
    case 'output':
      return action.port < OFPP_MAX ? `output:${portText(action.port)}` : portText(action.port);
    case 'controller':
      return formatController(action);
    case 'resubmit':
      return formatResubmit(action, portText);
    case 'goto_table':
      return `goto_table:${action.table}`;
    case 'set_field':
      return formatSetField(action);
    case 'load':
      return formatLoad(action);
    case 'move':
      return `move:${formatSubfield(action.source)}->${formatSubfield(action.destination)}`;
    case 'dec_ttl':
      return 'dec_ttl';
    default:
      return formatPacketAction(action);
  }
}

/** The older actions, each for one part of the packet. */
function formatPacketAction(
  action: Exclude<
    Ofpact,
    Action<
      | 'output'
      | 'controller'
      | 'resubmit'
      | 'goto_table'
      | 'set_field'
      | 'load'
      | 'move'
      | 'dec_ttl'
    >
  >,
): string {
  switch (action.type) {
    case 'mod_vlan_vid':
      return `mod_vlan_vid:${action.vid}`;
    case 'mod_vlan_pcp':
      return `mod_vlan_pcp:${action.pcp}`;
    case 'mod_dl_src':
    case 'mod_dl_dst':
      return `${action.type}:${formatAddress(action.address)}`;
    case 'mod_nw_src':
    case 'mod_nw_dst':
      return `${action.type}:${formatIpv4(action.address)}`;
    case 'mod_nw_tos':
    case 'mod_nw_ecn':
    case 'mod_nw_ttl':
      return `${action.type}:${action.value}`;
    case 'mod_tp_src':
    case 'mod_tp_dst':
      return `${action.type}:${action.port}`;
    case 'push_vlan':
    case 'push_mpls':
    case 'pop_mpls':
      return `${action.type}:0x${action.ethType.toString(16).padStart(4, '0')}`;
    case 'strip_vlan':
      return action.isPop ? 'pop_vlan' : 'strip_vlan';
  }
}

function formatSetField({ field, value, mask }: Action<'set_field'>): string {
  return `set_field:${formatFieldValue(field, value, mask)}->${field.name}`;
}

/** Zero is written without its base, as C's `%#x` has it. */
function formatLoad({ value, destination }: Action<'load'>): string {
  const number = value === 0n ? '0' : `0x${value.toString(16)}`;
  return `load:${number}->${formatSubfield(destination)}`;
}

function formatController({ maxLength, reason, controllerId }: Action<'controller'>): string {
  const reasonName = PACKET_IN_REASONS[reason] ?? String(reason);
  if (reasonName === 'action' && controllerId === 0) return `CONTROLLER:${maxLength}`;
  const options: string[] = [];
  if (reasonName !== 'action') options.push(`reason=${reasonName}`);
  if (maxLength !== CONTROLLER_MAX_LENGTH) options.push(`max_len=${maxLength}`);
  if (controllerId !== 0) options.push(`id=${controllerId}`);
  return `controller(${options.join(',')})`;
}

function formatResubmit({ inPort, table }: Action<'resubmit'>, portText: PortText): string {
  const port = inPort === OFPP_IN_PORT ? '' : portText(inPort);
  if (table === TABLE_CURRENT) return `resubmit:${port === '' ? portText(inPort) : port}`;
  return `resubmit(${port},${table})`;
}

function formatAddress(address: Uint8Array): string {
  const view = new DataView(address.buffer, address.byteOffset, address.byteLength);
  return formatEthernet(view.getUint16(0), view.getUint32(2));
}
