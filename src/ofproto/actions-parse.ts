/**
 * Actions from text, in `ovs-ofctl`'s syntax: `mod_vlan_vid:5,output:2`.
 *
 * One table says for each action how its argument reads. What OVS has and this switch does not yet
 * is told apart from what nobody has. Whether actions make sense for a match is for
 * `action-checker.ts`. Answers to `ofpacts_parse_actions` of OVS's `lib/ofp-actions.c`.
 */

import type { OfpPort } from '../base/brands.js';
import { parseEthernet, parseIpv4 } from '../packet/address-parse.js';
import { type PlacedText, parseNumber } from '../packet/key-value-scanner.js';
import { parseOfpPort } from '../packet/ofp-port-text.js';
import { ETH_TYPE_MPLS, ETH_TYPE_MPLS_MULTICAST } from '../packet/protocol.js';
import type { ActionChecker } from './action-checker.js';
import { parseLoad, parseMove, parseSetField } from './field-actions-parse.js';
import {
  CONTROLLER_MAX_LENGTH,
  OFPP_CONTROLLER,
  OFPP_IN_PORT,
  OFPP_MAX,
  OFPP_NONE,
  OFPP_UNSET,
  type Ofpact,
  type Ofpacts,
  PACKET_IN_REASONS,
  type PortNumber,
  TABLE_CURRENT,
  TABLE_MAX,
} from './ofpact.js';

/** What an action is given: its argument, empty where there is none, and how ports are found. */
interface Argument {
  readonly argument: PlacedText;
  readonly ports: PortNumber | undefined;
}

type ActionParser = (given: Argument) => Ofpact;

const REASONS: readonly string[] = PACKET_IN_REASONS;
const REASON_ACTION = REASONS.indexOf('action');

/** OVS's actions that a later version of this switch will have. */
const LATER = new Set(
  (
    'bundle bundle_load check_pkt_larger clear_actions clone conjunction ct ct_clear ' +
    'debug_recirc debug_slow dec_mpls_ttl dec_nsh_ttl decap delete_field delete_learned encap ' +
    'enqueue exit fin_timeout group learn meter multipath note pop pop_queue push sample ' +
    'set_mpls_label set_mpls_tc set_mpls_ttl set_queue set_tunnel set_tunnel64 stack_pop ' +
    'stack_push write_actions write_metadata'
  ).split(' '),
);

const PARSERS: ReadonlyMap<string, ActionParser> = new Map<string, ActionParser>([
  ['output', parseOutput],
  ['controller', parseController],
  ['resubmit', parseResubmit],
  ['goto_table', ({ argument }) => ({ type: 'goto_table', table: table(argument) })],
  ['set_field', ({ argument, ports }) => parseSetField(argument, ports)],
  ['load', ({ argument }) => parseLoad(argument)],
  ['move', ({ argument }) => parseMove(argument)],
  ['mod_vlan_vid', ({ argument }) => ({ type: 'mod_vlan_vid', vid: number(argument, 0xfff) })],
  ['mod_vlan_pcp', ({ argument }) => ({ type: 'mod_vlan_pcp', pcp: number(argument, 7) })],
  ['mod_dl_src', ({ argument }) => ({ type: 'mod_dl_src', address: ethernet(argument) })],
  ['mod_dl_dst', ({ argument }) => ({ type: 'mod_dl_dst', address: ethernet(argument) })],
  ['mod_nw_src', ({ argument }) => ({ type: 'mod_nw_src', address: ipv4(argument) })],
  ['mod_nw_dst', ({ argument }) => ({ type: 'mod_nw_dst', address: ipv4(argument) })],
  ['mod_nw_tos', ({ argument }) => ({ type: 'mod_nw_tos', value: tos(argument) })],
  ['mod_nw_ecn', ({ argument }) => ({ type: 'mod_nw_ecn', value: number(argument, 3) })],
  ['mod_nw_ttl', ({ argument }) => ({ type: 'mod_nw_ttl', value: number(argument, 0xff) })],
  ['mod_tp_src', ({ argument }) => ({ type: 'mod_tp_src', port: number(argument, 0xffff) })],
  ['mod_tp_dst', ({ argument }) => ({ type: 'mod_tp_dst', port: number(argument, 0xffff) })],
  ['push_vlan', ({ argument }) => ({ type: 'push_vlan', ethType: vlanType(argument) })],
  ['pop_vlan', ({ argument }) => ({ ...none(argument), type: 'strip_vlan', isPop: true })],
  ['strip_vlan', ({ argument }) => ({ ...none(argument), type: 'strip_vlan', isPop: false })],
  ['push_mpls', ({ argument }) => ({ type: 'push_mpls', ethType: mplsType(argument) })],
  ['pop_mpls', ({ argument }) => ({ type: 'pop_mpls', ethType: number(argument, 0xffff) })],
  ['dec_ttl', ({ argument }) => ({ ...none(argument), type: 'dec_ttl' })],
]);

/**
 * Parses what stands behind `actions=`; nothing at all means drop, as `drop` does. `checker` is
 * asked of each action whether it makes sense. Throws a `ParseError`.
 */
export function parseActions(
  text: PlacedText,
  checker: ActionChecker,
  ports: PortNumber | undefined,
): Ofpacts {
  const actions: Ofpact[] = [];
  let dropAt: number | undefined;
  let count = 0;
  for (const { name, value = '', at, valueAt } of text.items()) {
    count++;
    if (name === 'drop') {
      dropAt = at;
      continue;
    }
    const action = parseAction(text.part(name, at), text.part(value, valueAt), ports);
    const problem = checker.check(action);
    if (problem !== undefined) text.fail(problem, at);
    actions.push(action);
  }
  if (dropAt !== undefined && count > 1) text.fail('expected no other action beside drop', dropAt);
  return actions;
}

function parseAction(name: PlacedText, argument: PlacedText, ports: PortNumber | undefined) {
  const key = name.text.toLowerCase();
  const parser = PARSERS.get(key);
  if (parser !== undefined) return parser({ argument, ports });
  const port = findPort(name.text, ports);
  if (port !== undefined) return output(name, port, argument);
  if (LATER.has(key)) {
    return name.fail(`expected another action; "${key}" comes in a later version of upcall`);
  }
  return name.fail(`expected an action or a port; "${name.text}" is neither`);
}

function findPort(text: string, ports: PortNumber | undefined): OfpPort | undefined {
  return parseOfpPort(text) ?? ports?.(text);
}

function parsePort(text: PlacedText, ports: PortNumber | undefined): OfpPort {
  const port = findPort(text.text, ports);
  if (port !== undefined) return port;
  return text.fail(`expected a port from 0 to ${OFPP_MAX - 1}, or the name of one`);
}

function parseOutput({ argument, ports }: Argument): Ofpact {
  const text = argument.text;
  if (/^\w+\[/.test(text) || text.startsWith('port=')) {
    argument.fail('expected a port; output to a field or cut short comes in a later version');
  }
  return output(argument, parsePort(argument, ports));
}

/** An output to `port`, which stands at `place`; only the controller's takes a length. */
function output(place: PlacedText, port: OfpPort, argument?: PlacedText): Ofpact {
  if (port === OFPP_CONTROLLER) {
    const length = argument?.text ?? '';
    const maxLength =
      argument === undefined || length === '' ? CONTROLLER_MAX_LENGTH : number(argument, 0xffff);
    return { type: 'controller', maxLength, reason: REASON_ACTION, controllerId: 0 };
  }
  if (port === OFPP_NONE || (port >= OFPP_MAX && port <= OFPP_UNSET)) {
    place.fail(`expected a port from 0 to ${OFPP_MAX - 1}, or a reserved one that takes packets`);
  }
  if (argument !== undefined) none(argument);
  return { type: 'output', port, maxLength: 0 };
}

/** `controller`, `controller:128` or `controller(max_len=128,reason=action,id=0)`. */
function parseController({ argument }: Argument): Ofpact {
  if (!argument.text.includes('=')) return output(argument, OFPP_CONTROLLER, argument);
  const options = { maxLength: CONTROLLER_MAX_LENGTH, reason: REASON_ACTION, controllerId: 0 };
  for (const { name, value = '', at, valueAt } of argument.items()) {
    const text = argument.part(value, valueAt);
    if (name === 'max_len') options.maxLength = number(text, 0xffff);
    else if (name === 'id') options.controllerId = number(text, 0xffff);
    else if (name === 'reason') options.reason = reason(text);
    else argument.fail('expected max_len, reason or id; other options come later', at);
  }
  return { type: 'controller', ...options };
}

function reason(text: PlacedText): number {
  const found = REASONS.indexOf(text.text);
  return found >= 0 ? found : text.fail(`expected one of ${REASONS.join(', ')}`);
}

/** `resubmit:PORT`, `resubmit(PORT)` or `resubmit(PORT,TABLE)`, either of which may be missing. */
function parseResubmit({ argument, ports }: Argument): Ofpact {
  const [portText = '', tableText = '', ...rest] = argument.text.split(',');
  if (rest.length > 0) argument.fail('expected a port and a table only');
  const inPort = portText === '' ? OFPP_IN_PORT : parsePort(argument.part(portText, 0), ports);
  const tableAt = portText.length + 1;
  const tableNumber = tableText === '' ? TABLE_CURRENT : table(argument.part(tableText, tableAt));
  if (inPort === OFPP_IN_PORT && tableNumber === TABLE_CURRENT) {
    argument.fail('expected a port or a table to resubmit to');
  }
  return { type: 'resubmit', inPort, table: tableNumber };
}

function table(text: PlacedText): number {
  return parseNumber(text.text, TABLE_MAX) ?? text.fail(`expected a table from 0 to ${TABLE_MAX}`);
}

function number(text: PlacedText, max: number): number {
  return parseNumber(text.text, max) ?? text.fail(`expected a number from 0 to ${max}`);
}

function tos(text: PlacedText): number {
  const value = number(text, 0xff);
  if ((value & 3) !== 0) text.fail('expected a TOS whose two lowest bits (ECN) are 0');
  return value;
}

function vlanType(text: PlacedText): number {
  const value = number(text, 0xffff);
  if (value !== 0x8100 && value !== 0x88a8) text.fail('expected Ethernet type 0x8100 or 0x88a8');
  return value;
}

function mplsType(text: PlacedText): number {
  const value = number(text, 0xffff);
  if (value !== ETH_TYPE_MPLS && value !== ETH_TYPE_MPLS_MULTICAST) {
    text.fail('expected Ethernet type 0x8847 or 0x8848');
  }
  return value;
}

function ethernet(text: PlacedText): Uint8Array {
  return parseEthernet(text.text) ?? text.fail('expected an Ethernet address');
}

function ipv4(text: PlacedText): number {
  return parseIpv4(text.text) ?? text.fail('expected an IPv4 address');
}

function none(text: PlacedText): object {
  return text.text === '' ? {} : text.fail('expected no argument');
}
