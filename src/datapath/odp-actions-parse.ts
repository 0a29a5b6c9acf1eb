/**
 * Reads the text of datapath actions: `set(eth(dst=…)),push_vlan(vid=4,pcp=0),2`.
 *
 * Answers to `odp_actions_from_string()`; `odp-actions-text.ts` writes this text. Actions that the
 * datapath does not know yet are refused by name.
 */

import { type OdpPort, odpPort, ofpPort } from '../base/brands.js';
import { parseInteger } from '../packet/address-parse.js';
import { createFlow, createFlowMask } from '../packet/flow.js';
import * as L from '../packet/flow-layout.js';
import { ETH_TYPE_VLAN } from '../packet/protocol.js';
import { SlowReason, type UserspaceCookie } from './cookie.js';
import { type OdpAction, type SettableAttribute, setAction } from './odp-actions.js';
import { SET_NAMES } from './odp-actions-text.js';
import { readPushEth, readPushNsh } from './odp-header-text.js';
import {
  KEY_ATTRIBUTES,
  type KeyAttributeName,
  type KeyPart,
  SCALAR_ATTRIBUTES,
} from './odp-key-attributes.js';
import {
  type OdpParseOptions,
  parseAttribute,
  parseMpls,
  parseScalar,
  parseTci,
} from './odp-key-parse.js';
import {
  expectedError,
  type OdpTerm,
  type OdpTextPlace,
  scanArguments,
  scanTerms,
} from './odp-text-scanner.js';

/** Throws a `ParseError` that names the column. `drop` is the empty list. */
export function parseOdpActions(text: string, options: OdpParseOptions = {}): OdpAction[] {
  const place = { source: text, column: 1 };
  const terms = scanTerms(text, place);
  if (terms.length === 0) throw expectedError(place, 1, 'expected an action, or "drop"');
  if (terms.length === 1 && terms[0]?.name === 'drop') return [];
  return terms.map((term) => readAction(term, place, options));
}

const ACTIONS =
  'drop, set, meter, userspace, push_vlan, pop_vlan, push_mpls, pop_mpls, trunc, clone, sample, ' +
  'check_pkt_len, push_eth, pop_eth, push_nsh, pop_nsh, hash, recirc';

function readAction(term: OdpTerm, place: OdpTextPlace, options: OdpParseOptions): OdpAction {
  const port = term.args === undefined ? toPort(term.name, options) : undefined;
  if (port !== undefined) return { type: 'output', port };
  switch (term.name) {
    case 'pop_vlan':
      return { type: 'pop_vlan' };
    case 'drop':
      return { type: 'drop', reason: 0 };
    case 'push_vlan':
      return readPushVlan(term, place);
    case 'push_mpls':
      return readPushMpls(term, place);
    case 'pop_mpls':
      return { type: 'pop_mpls', ethType: numberOf(term, 'eth_type', place) };
    case 'meter':
      return { type: 'meter', meter: readNumber(term, place, 'the number of a meter') };
    case 'recirc':
      return { type: 'recirc', id: readNumber(term, place, 'a recirculation id') };
    case 'set':
      return readSet(term, place);
    case 'userspace':
      return readUserspace(term, place, options);
    case 'trunc':
      return { type: 'trunc', size: readNumber(term, place, 'a number of bytes') };
    case 'clone':
      return { type: 'clone', actions: readNested(term, place, options) };
    case 'sample':
      return readSample(term, place, options);
    case 'check_pkt_len':
      return readCheckPktLen(term, place, options);
    case 'hash':
      return readHash(term, place);
    case 'push_eth':
      return readPushEth(term, place);
    case 'push_nsh':
      return readPushNsh(term, place);
    case 'pop_eth':
    case 'pop_nsh':
      return { type: term.name };
    default:
      throw expectedError(place, term.column, `expected a port, or one of ${ACTIONS}`);
  }
}

/** The actions between the brackets of a term: none where there is nothing, or `drop`. */
function readNested(term: OdpTerm, place: OdpTextPlace, options: OdpParseOptions): OdpAction[] {
  const terms = scanTerms(term.args ?? '', { ...place, column: term.argsColumn });
  if (terms.length === 1 && terms[0]?.name === 'drop') return [];
  return terms.map((inner) => readAction(inner, place, options));
}

/** The one number between the brackets of a term. */
function readNumber(term: OdpTerm, place: OdpTextPlace, what: string): number {
  const number = parseInteger(term.args ?? '');
  if (number !== undefined && number <= 0xffff_ffffn) return Number(number);
  throw expectedError(place, term.argsColumn, `expected ${what}`);
}

/** `hash(sym_l4(0))` */
function readHash(term: OdpTerm, place: OdpTextPlace): OdpAction {
  const [inner, more] = scanTerms(term.args ?? '', { ...place, column: term.argsColumn });
  const algorithm = inner?.name;
  const isKnown = algorithm === 'l4' || algorithm === 'sym_l4';
  if (inner === undefined || !isKnown || more !== undefined) {
    throw expectedError(place, term.argsColumn, 'expected l4(basis) or sym_l4(basis)');
  }
  return { type: 'hash', algorithm, basis: readNumber(inner, place, 'a basis') };
}

/** The terms between the brackets of a term, by name. */
function innerTerms(term: OdpTerm, place: OdpTextPlace): ReadonlyMap<string, OdpTerm> {
  const terms = scanTerms(term.args ?? '', { ...place, column: term.argsColumn });
  return new Map(terms.map((inner) => [inner.name.replace(/=.*/, ''), inner]));
}

/** `sample(sample=50.0%,actions(…))` */
function readSample(term: OdpTerm, place: OdpTextPlace, options: OdpParseOptions): OdpAction {
  const inner = innerTerms(term, place);
  const percentage = Number(/^sample=([\d.]+)%$/.exec(inner.get('sample')?.name ?? '')?.[1]);
  const actions = inner.get('actions');
  if (!(percentage >= 0 && percentage <= 100) || actions === undefined) {
    throw expectedError(place, term.argsColumn, 'expected sample=percentage%,actions(…)');
  }
  const probability = Math.floor((percentage / 100) * 0xffff_ffff);
  return { type: 'sample', probability, actions: readNested(actions, place, options) };
}

/** `check_pkt_len(size=100,gt(…),le(…))` */
function readCheckPktLen(term: OdpTerm, place: OdpTextPlace, options: OdpParseOptions): OdpAction {
  const inner = innerTerms(term, place);
  const size = Number(/^size=(\d+)$/.exec(inner.get('size')?.name ?? '')?.[1]);
  const [greater, rest] = [inner.get('gt'), inner.get('le')];
  if (!(size <= 0xffff) || greater === undefined || rest === undefined) {
    throw expectedError(place, term.argsColumn, 'expected size=number,gt(…),le(…)');
  }
  return {
    type: 'check_pkt_len',
    size,
    ifGreater: readNested(greater, place, options),
    ifLessEqual: readNested(rest, place, options),
  };
}

function toPort(text: string, options: OdpParseOptions): OdpPort | undefined {
  const named = options.portNumber?.(text);
  if (named !== undefined) return named;
  const number = parseInteger(text);
  return number === undefined || number > 0xffff_ffffn ? undefined : odpPort(Number(number));
}

/** The number given for `name`; an error where there is none. */
function numberOf(term: OdpTerm, name: string, place: OdpTextPlace, otherwise?: number): number {
  const argument = scanArguments(term, place).find((candidate) => candidate.name === name);
  const value = argument === undefined ? undefined : parseInteger(argument.value);
  if (value !== undefined) return Number(value);
  if (argument === undefined && otherwise !== undefined) return otherwise;
  throw expectedError(place, argument?.column ?? term.argsColumn, `expected ${name}=number`);
}

/** The term without one of its arguments. */
function without(term: OdpTerm, name: string): OdpTerm {
  const rest = (term.args ?? '').split(',').filter((part) => !part.trim().startsWith(`${name}=`));
  return { ...term, args: rest.join(',') };
}

function readPushVlan(term: OdpTerm, place: OdpTextPlace): OdpAction {
  const tpid = numberOf(term, 'tpid', place, ETH_TYPE_VLAN);
  return { type: 'push_vlan', tpid, tci: parseTci(without(term, 'tpid'), place).tci };
}

function readPushMpls(term: OdpTerm, place: OdpTextPlace): OdpAction {
  const ethType = numberOf(term, 'eth_type', place);
  const into = { key: createFlow(), mask: createFlowMask() };
  parseMpls(without(term, 'eth_type'), into, place);
  return { type: 'push_mpls', ethType, lse: into.key[L.MPLS0] ?? 0 };
}

function readSet(term: OdpTerm, place: OdpTextPlace): OdpAction {
  const [inner, more] = scanTerms(term.args ?? '', { ...place, column: term.argsColumn });
  if (inner === undefined || more !== undefined) {
    throw expectedError(place, term.argsColumn, 'expected one key attribute in set()');
  }
  const attribute = toSettable(inner.name);
  if (attribute === undefined) {
    throw expectedError(place, inner.column, 'expected a key attribute that can be set');
  }
  const into = { key: createFlow(), mask: createFlowMask() };
  const scalar = scalarOf(attribute);
  if (scalar !== undefined) parseScalar(inner, scalar, into, place);
  else if (attribute === 'mpls') parseMpls(inner, into, place);
  else parseAttribute(inner.name as KeyAttributeName, inner, into, place);
  return setAction(attribute, into.key, into.mask);
}

function scalarOf(attribute: SettableAttribute): KeyPart | undefined {
  return SCALAR_ATTRIBUTES.find((part) => part.name === attribute);
}

function toSettable(name: string): SettableAttribute | undefined {
  const renamed = Object.entries(SET_NAMES).find(([, text]) => text === name);
  if (renamed !== undefined) return renamed[0] as SettableAttribute;
  const isKnown = name in KEY_ATTRIBUTES || ['skb_priority', 'skb_mark', 'mpls'].includes(name);
  return isKnown ? (name as SettableAttribute) : undefined;
}

function readUserspace(term: OdpTerm, place: OdpTextPlace, options: OdpParseOptions): OdpAction {
  const terms = scanTerms(term.args ?? '', { ...place, column: term.argsColumn });
  const pid = /^pid=(\d+)$/.exec(terms[0]?.name ?? '')?.[1];
  if (pid === undefined) throw expectedError(place, term.argsColumn, 'expected pid=number');
  const cookieTerm = terms.find((candidate) => candidate.args !== undefined);
  if (cookieTerm === undefined) {
    throw expectedError(place, term.argsColumn, 'expected slow_path(), sFlow() or the like');
  }
  const cookie = readCookie(cookieTerm, place, options);
  const hasActions = terms.some((candidate) => candidate.name === 'actions');
  return { type: 'userspace', pid: Number(pid), cookie, ...(hasActions ? { actions: true } : {}) };
}

/** The text says nothing of the bridge and the in-port that a cookie names: they are left open. */
const UNSTATED = { ofprotoUuid: '', inPort: ofpPort(0) };

function readCookie(full: OdpTerm, place: OdpTextPlace, options: OdpParseOptions): UserspaceCookie {
  const term = { ...full, args: full.args?.replace(DIRECTION, '') };
  const number = (name: string) => numberOf(term, name, place);
  switch (term.name) {
    case 'slow_path':
      return { type: 'slow_path', reason: readSlowReasons(term, place), ...UNSTATED };
    case 'sFlow': {
      const vlanTci = number('vid') | (number('pcp') << 13);
      return { type: 'sflow', vlanTci, output: number('output') };
    }
    case 'flow_sample':
      return {
        type: 'flow_sample',
        probability: number('probability'),
        collectorSetId: number('collector_set_id'),
        obsDomainId: number('obs_domain_id'),
        obsPointId: number('obs_point_id'),
        ...readSampledPort(term, place, options),
        ...readDirection(full),
      };
    case 'ipfix':
      return { type: 'ipfix', ...readSampledPort(term, place, options) };
    case 'controller':
      return {
        type: 'controller',
        reason: number('reason'),
        dontSend: number('dont_send') !== 0,
        ...(numberOf(term, 'continuation', place, 0) === 0 ? {} : { isPaused: true }),
        recircId: number('recirc_id'),
        ruleCookie: BigInt(number('rule_cookie')),
        controllerId: number('controller_id'),
        maxLength: number('max_len'),
        ...UNSTATED,
      };
    case 'userdata':
      return { type: 'malformed', size: number('size'), cookieType: number('type') };
    default:
      throw expectedError(place, term.column, 'expected slow_path(), sFlow() or the like');
  }
}

function readSampledPort(term: OdpTerm, place: OdpTextPlace, options: OdpParseOptions) {
  const argument = scanArguments(term, place).find(({ name }) => name === 'output_port');
  const port = argument === undefined ? undefined : toPort(argument.value, options);
  return port === undefined || port === 0xffff_ffff ? {} : { outputOdpPort: port };
}

/** The one thing in a cookie that has no value. */
const DIRECTION = /,(ingress|egress)$/;

function readDirection(term: OdpTerm): { readonly direction?: 'ingress' | 'egress' } {
  const found = DIRECTION.exec(term.args ?? '')?.[1];
  return found === 'ingress' || found === 'egress' ? { direction: found } : {};
}

function readSlowReasons(term: OdpTerm, place: OdpTextPlace): number {
  const names = Object.entries(SlowReason);
  let reasons = 0;
  for (const name of (term.args ?? '').split(',').filter((part) => part !== '' && part !== '0')) {
    const found = names.find(([candidate]) => candidate.toLowerCase() === name.trim());
    if (found === undefined) {
      const all = names.map(([candidate]) => candidate.toLowerCase()).join(', ');
      throw expectedError(place, term.argsColumn, `expected reasons among ${all}`);
    }
    reasons |= found[1];
  }
  return reasons;
}
