/**
 * Actions from text, in `ovs-ofctl`'s syntax: `mod_vlan_vid:5,output:2`.
 *
 * One table says for each action how its argument reads. What OVS has and this switch does not yet
 * is told apart from what nobody has. Whether actions make sense for a match and in their order is
 * for `action-checker.ts`. Answers to `ofpacts_parse_actions` of OVS's `lib/ofp-actions.c`.
 */

import type { PlacedText } from '../packet/key-value-scanner.js';
import * as A from './action-argument.js';
import type { ActionChecker } from './action-checker.js';
import { parseDecap, parseEncap } from './encap-text.js';
import {
  parseCheckPktLarger,
  parseDeleteField,
  parseLoad,
  parseMove,
  parseSetField,
  parseWriteMetadata,
} from './field-actions-parse.js';
import { parseLearn } from './learn-text.js';
import { parseBundle, parseMultipath } from './link-choice-text.js';
import type { Ofpact, Ofpacts, PortNumber } from './ofpact.js';
import {
  outputTo,
  parseController,
  parseEnqueue,
  parseOutput,
  parseResubmit,
  parseSample,
} from './output-actions-parse.js';
import { parseSubfield } from './subfield-text.js';

type ActionParser = (given: A.Argument) => Ofpact;

/** OVS's actions that a later version of this switch will have. */
const LATER = new Set(['ct', 'ct_clear', 'debug_recirc']);
/** What stands before the bytes of a note on the wire; together they fill words of 8 bytes. */
const NOTE_HEADER_SIZE = 10;

/** An action without an argument. */
function alone(action: Ofpact): ActionParser {
  return ({ argument }) => ({ ...A.none(argument), ...action });
}

/** An action whose argument is a number from 0 to `max`. */
function numbered(max: number, make: (value: number) => Ofpact): ActionParser {
  return ({ argument }) => make(A.numberOf(argument, max));
}

const PARSERS: ReadonlyMap<string, ActionParser> = new Map<string, ActionParser>([
  ['output', parseOutput],
  ['controller', parseController],
  ['enqueue', parseEnqueue],
  ['set_queue', numbered(A.U32_MAX, (queue) => ({ type: 'set_queue', queue }))],
  ['pop_queue', alone({ type: 'pop_queue' })],
  ['bundle', ({ argument, ports }) => parseBundle(argument, false, ports)],
  ['bundle_load', ({ argument, ports }) => parseBundle(argument, true, ports)],
  ['resubmit', parseResubmit],
  ['goto_table', ({ argument }) => ({ type: 'goto_table', table: A.tableOf(argument) })],
  ['set_field', ({ argument, ports }) => parseSetField(argument, ports)],
  ['load', ({ argument }) => parseLoad(argument)],
  ['move', ({ argument }) => parseMove(argument)],
  ['mod_vlan_vid', numbered(0xfff, (vid) => ({ type: 'mod_vlan_vid', vid }))],
  ['mod_vlan_pcp', numbered(7, (pcp) => ({ type: 'mod_vlan_pcp', pcp }))],
  ['mod_dl_src', ({ argument }) => ({ type: 'mod_dl_src', address: A.ethernetOf(argument) })],
  ['mod_dl_dst', ({ argument }) => ({ type: 'mod_dl_dst', address: A.ethernetOf(argument) })],
  ['mod_nw_src', ({ argument }) => ({ type: 'mod_nw_src', address: A.ipv4Of(argument) })],
  ['mod_nw_dst', ({ argument }) => ({ type: 'mod_nw_dst', address: A.ipv4Of(argument) })],
  ['mod_nw_tos', ({ argument }) => ({ type: 'mod_nw_tos', value: A.tosOf(argument) })],
  ['mod_nw_ecn', numbered(3, (value) => ({ type: 'mod_nw_ecn', value }))],
  ['mod_nw_ttl', numbered(0xff, (value) => ({ type: 'mod_nw_ttl', value }))],
  ['mod_tp_src', numbered(A.U16_MAX, (port) => ({ type: 'mod_tp_src', port }))],
  ['mod_tp_dst', numbered(A.U16_MAX, (port) => ({ type: 'mod_tp_dst', port }))],
  ['push_vlan', ({ argument }) => ({ type: 'push_vlan', ethType: A.vlanTypeOf(argument) })],
  ['pop_vlan', alone({ type: 'strip_vlan', isPop: true })],
  ['strip_vlan', alone({ type: 'strip_vlan', isPop: false })],
  ['push_mpls', ({ argument }) => ({ type: 'push_mpls', ethType: A.mplsTypeOf(argument) })],
  ['pop_mpls', numbered(A.U16_MAX, (ethType) => ({ type: 'pop_mpls', ethType }))],
  ['dec_ttl', ({ argument }) => parseDecTtl(argument)],
  ['set_mpls_label', numbered(0xf_ffff, (label) => ({ type: 'set_mpls_label', label }))],
  ['set_mpls_tc', numbered(7, (trafficClass) => ({ type: 'set_mpls_tc', trafficClass }))],
  ['set_mpls_ttl', numbered(0xff, (ttl) => ({ type: 'set_mpls_ttl', ttl }))],
  ['dec_mpls_ttl', alone({ type: 'dec_mpls_ttl' })],
  ['dec_nsh_ttl', alone({ type: 'dec_nsh_ttl' })],
  ['set_tunnel', ({ argument }) => parseSetTunnel(argument, false)],
  ['set_tunnel64', ({ argument }) => parseSetTunnel(argument, true)],
  ['push', ({ argument }) => ({ type: 'push', subfield: parseSubfield(argument) })],
  ['pop', ({ argument }) => ({ type: 'pop', subfield: parseSubfield(argument) })],
  ['delete_field', ({ argument }) => parseDeleteField(argument)],
  ['clear_actions', alone({ type: 'clear_actions' })],
  ['write_actions', (given) => ({ type: 'write_actions', actions: parseNested(given) })],
  ['clone', (given) => ({ type: 'clone', actions: parseNested(given) })],
  ['write_metadata', ({ argument }) => parseWriteMetadata(argument)],
  ['learn', ({ argument, ports }) => parseLearn(argument, ports)],
  ['group', numbered(A.U32_MAX, (group) => ({ type: 'group', group }))],
  ['meter', numbered(A.U32_MAX, (meter) => ({ type: 'meter', meter }))],
  ['multipath', ({ argument }) => parseMultipath(argument)],
  ['sample', parseSample],
  ['note', ({ argument }) => ({ type: 'note', bytes: parseNote(argument) })],
  ['exit', alone({ type: 'exit' })],
  ['debug_slow', alone({ type: 'debug_slow' })],
  ['conjunction', ({ argument }) => parseConjunction(argument)],
  ['fin_timeout', ({ argument }) => parseFinTimeout(argument)],
  ['check_pkt_larger', ({ argument }) => parseCheckPktLarger(argument)],
  ['encap', ({ argument }) => parseEncap(argument)],
  ['decap', ({ argument }) => parseDecap(argument)],
]);

/**
 * Parses what stands behind `actions=`; nothing at all means drop, as `drop` does. `checker` is
 * asked of each action whether it makes sense. Throws a `ParseError`.
 */
export function parseActions(
  text: PlacedText,
  checker: Pick<ActionChecker, 'check'>,
  ports: PortNumber | undefined,
): Ofpacts {
  return parseList(text, ports, checker);
}

/** Those of another action, which is checked as a whole. */
function parseNested({ argument, ports }: A.Argument): Ofpacts {
  return parseList(argument, ports, undefined);
}

function parseList(
  text: PlacedText,
  ports: PortNumber | undefined,
  checker: Pick<ActionChecker, 'check'> | undefined,
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
    const problem = checker?.check(action);
    if (problem !== undefined) text.fail(problem.text, at);
    actions.push(action);
  }
  if (dropAt !== undefined && count > 1) text.fail('expected no other action beside drop', dropAt);
  return actions;
}

function parseAction(name: PlacedText, argument: PlacedText, ports: PortNumber | undefined) {
  const key = name.text.toLowerCase();
  const parser = PARSERS.get(key);
  if (parser !== undefined) return parser({ argument, ports });
  const port = A.findPort(name.text, ports);
  if (port !== undefined) return outputTo(name, port, argument);
  if (LATER.has(key)) {
    return name.fail(`expected another action; "${key}" comes in a later version of upcall`);
  }
  return name.fail(`expected an action or a port; "${name.text}" is neither`);
}

/** `dec_ttl` or `dec_ttl(ID,…)`: which controllers hear of it. */
function parseDecTtl(argument: PlacedText): Ofpact {
  const ids = argument.text.split(',').filter((text) => text.trim() !== '');
  if (ids.length === 0) return { type: 'dec_ttl' };
  const controllerIds = ids.map((text) => A.numberOf(argument.part(text.trim(), 0), A.U16_MAX));
  return { type: 'dec_ttl', controllerIds };
}

function parseSetTunnel(argument: PlacedText, isLong: boolean): Ofpact {
  const id = A.wideNumberOf(argument);
  return { type: 'set_tunnel', id, isWide: isLong || id > BigInt(A.U32_MAX) };
}

/** A note is as long as OpenFlow's padding makes it. */
function parseNote(argument: PlacedText): Uint8Array {
  const bytes = A.bytesOf(argument);
  const size = Math.ceil((NOTE_HEADER_SIZE + Math.max(1, bytes.length)) / 8) * 8 - NOTE_HEADER_SIZE;
  return Uint8Array.from({ length: size }, (_, i) => bytes[i] ?? 0);
}

/** `conjunction(ID, K/N)`: the rule is of clause K, from 1. */
function parseConjunction(argument: PlacedText): Ofpact {
  const [, idText = '', clauseText = '', countText = ''] =
    /^\s*(\w+)\s*,\s*(\w+)\s*\/\s*(\w+)\s*$/.exec(argument.text) ?? [];
  if (countText === '') argument.fail('expected an id, a clause and their number, as in 5,1/2');
  const id = A.numberOf(argument.part(idText, 0), A.U32_MAX);
  const clause = A.numberOf(argument.part(clauseText, 0), A.U32_MAX);
  const clauseCount = A.numberOf(argument.part(countText, 0), A.U32_MAX);
  if (clauseCount < 2 || clauseCount > 64) argument.fail('expected 2 to 64 clauses');
  if (clause < 1 || clause > clauseCount)
    argument.fail(`expected a clause from 1 to ${clauseCount}`);
  return { type: 'conjunction', id, clause: clause - 1, clauseCount };
}

function parseFinTimeout(argument: PlacedText): Ofpact {
  const timeouts = { idleTimeout: 0, hardTimeout: 0 };
  for (const { name, value = '', at, valueAt } of argument.items()) {
    const text = argument.part(value, valueAt);
    if (name === 'idle_timeout') timeouts.idleTimeout = A.numberOf(text, A.U16_MAX);
    else if (name === 'hard_timeout') timeouts.hardTimeout = A.numberOf(text, A.U16_MAX);
    else argument.fail('expected idle_timeout or hard_timeout', at);
  }
  return { type: 'fin_timeout', ...timeouts };
}
