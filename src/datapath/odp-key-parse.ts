/**
 * Reads the text of a datapath key: `in_port(1),eth(src=…),eth_type(0x0800),ipv4(src=10.0.0.0/…)`.
 *
 * A part without a mask is exact; what is not named is zero and ignored. What follows the key on a
 * line of `dpctl/dump-flows` (`, packets:…`) is left alone, as is a `ufid:…` before it.
 *
 * Answers to `odp_flow_from_string()`; `odp-key-text.ts` writes this text.
 */

import { type OdpPort, odpPort } from '../base/brands.js';
import { parseInteger } from '../packet/address-parse.js';
import {
  CT_STATE_NAMES,
  type FlagNames,
  parseFlags,
  TCP_FLAG_NAMES,
} from '../packet/flags-text.js';
import {
  addBits,
  createFlow,
  createFlowMask,
  type Flow,
  type FlowMask,
  wordAt,
} from '../packet/flow.js';
import * as L from '../packet/flow-layout.js';
import {
  KEY_ATTRIBUTES,
  type KeyAttributeName,
  type KeyPart,
  SCALAR_ATTRIBUTES,
} from './odp-key-attributes.js';
import { parsePart } from './odp-key-part-text.js';
import {
  expectedError,
  type OdpTerm,
  type OdpTextPlace,
  scanArguments,
  scanTerms,
} from './odp-text-scanner.js';

export interface ParsedKey {
  readonly key: Flow;
  readonly mask: FlowMask;
}

export interface OdpParseOptions {
  /** The number of a port by its name, where names are allowed. */
  readonly portNumber?: (name: string) => OdpPort | undefined;
}

/** Throws a `ParseError` that names the column. */
export function parseOdpKey(text: string, options: OdpParseOptions = {}): ParsedKey {
  const place = { source: text, column: 1 };
  const state: KeyState = { key: createFlow(), mask: createFlowMask(), tag: 0, place, options };
  const body = text.replace(/, packets:.*$/s, '');
  readTerms(state, scanTerms(body, place));
  return { key: state.key, mask: state.mask };
}

/** Reads `name(parts)` of an attribute that is made of parts. */
export function parseAttribute(
  name: KeyAttributeName,
  term: OdpTerm,
  into: ParsedKey,
  place: OdpTextPlace,
): void {
  const parts = KEY_ATTRIBUTES[name];
  for (const argument of scanArguments(term, place)) {
    const part = parts.find((candidate) => candidate.name === argument.name);
    if (part === undefined) {
      const names = parts.map((candidate) => candidate.name).join(', ');
      throw expectedError(place, argument.column, `expected one of ${names} in ${name}()`);
    }
    if (!parsePart(into, part, argument.value, argument.mask)) {
      const example = `a ${part.format} value`;
      throw expectedError(place, argument.column, `expected ${example} for ${part.name}`);
    }
  }
}

/** Reads `label=…,tc=…,ttl=…,bos=…`, once for each entry of the stack. */
export function parseMpls(term: OdpTerm, into: ParsedKey, place: OdpTextPlace): void {
  const counts = new Map<string, number>();
  for (const argument of scanArguments(term, place)) {
    const entry = counts.get(argument.name) ?? 0;
    counts.set(argument.name, entry + 1);
    const part = MPLS_PARTS[entry]?.find((candidate) => candidate.name === argument.name);
    if (part === undefined || !parsePart(into, part, argument.value, argument.mask)) {
      throw expectedError(
        place,
        argument.column,
        'expected label, tc, ttl or bos, each once for each of at most 3 labels',
      );
    }
  }
}

/** Reads `value` or `value/mask` of one number. */
export function parseScalar(
  term: OdpTerm,
  part: KeyPart,
  into: ParsedKey,
  place: OdpTextPlace,
): void {
  const [value = '', mask] = (term.args ?? '').split('/');
  if (!parsePart(into, part, value, mask)) {
    throw expectedError(place, term.argsColumn, `expected a number in ${term.name}()`);
  }
}

/** The tag that `vid=…,pcp=…` stands for, and the bits of it that matter. */
export function parseTci(term: OdpTerm, place: OdpTextPlace): { tci: number; mask: number } {
  const into = { key: createFlow(), mask: createFlowMask() };
  for (const argument of scanArguments(term, place)) {
    const part = TCI_PARTS.find((candidate) => candidate.name === argument.name);
    if (part === undefined || !parsePart(into, part, argument.value, argument.mask)) {
      throw expectedError(place, argument.column, 'expected vid, pcp or cfi');
    }
  }
  const mask = wordAt(into.mask, L.VLAN0);
  const isAbsent = (mask & L.VLAN_CFI) !== 0 && (wordAt(into.key, L.VLAN0) & L.VLAN_CFI) === 0;
  const tci = wordAt(into.key, L.VLAN0) | (isAbsent ? 0 : L.VLAN_CFI);
  return { tci, mask: mask === 0 ? 0 : mask | L.VLAN_CFI };
}

interface KeyState extends ParsedKey {
  /** How many tags have been read. */
  tag: number;
  readonly place: OdpTextPlace;
  readonly options: OdpParseOptions;
}

const bits = (name: string, word: number, shift: number, width: number): KeyPart => ({
  name,
  format: 'decimal',
  word,
  shift,
  width,
});

/** Of each entry of the stack. */
const MPLS_PARTS: readonly (readonly KeyPart[])[] = [L.MPLS0, L.MPLS1, L.MPLS2].map((word) => [
  bits('label', word, 12, 20),
  bits('tc', word, 9, 3),
  bits('bos', word, 8, 1),
  bits('ttl', word, 0, 8),
]);

const TCI_PARTS: readonly KeyPart[] = [
  bits('vid', L.VLAN0, 0, 12),
  bits('pcp', L.VLAN0, 13, 3),
  bits('cfi', L.VLAN0, 12, 1),
];

const PACKET_TYPE_PARTS: readonly KeyPart[] = [
  bits('ns', L.PACKET_TYPE, 16, 16),
  bits('id', L.PACKET_TYPE, 0, 16),
];

function readTerms(state: KeyState, terms: readonly OdpTerm[]): void {
  for (const term of terms) readTerm(state, term);
}

function readTerm(state: KeyState, term: OdpTerm): void {
  const { place } = state;
  if (term.name in KEY_ATTRIBUTES) {
    parseAttribute(term.name as KeyAttributeName, term, state, place);
    return;
  }
  const scalar = SCALAR_ATTRIBUTES.find((part) => part.name === term.name);
  if (scalar !== undefined) {
    parseScalar(term, scalar, state, place);
    return;
  }
  if (term.name.startsWith('ufid:')) return;
  const read = READERS[term.name];
  if (read === undefined) throw expectedError(place, term.column, 'expected a key attribute');
  read(state, term);
}

const READERS: Readonly<Record<string, (state: KeyState, term: OdpTerm) => void>> = {
  in_port: readInPort,
  packet_type: (state, term) => {
    for (const argument of scanArguments(term, state.place)) {
      const part = PACKET_TYPE_PARTS.find(({ name }) => name === argument.name);
      if (part === undefined || !parsePart(state, part, argument.value, argument.mask)) {
        throw expectedError(state.place, argument.column, 'expected ns or id');
      }
    }
  },
  eth_type: readEthType,
  vlan: (state, term) => {
    const { tci, mask } = parseTci(term, state.place);
    const word = L.VLAN0 + state.tag;
    addBits(state.key, word, tci);
    addBits(state.mask, word, mask);
  },
  encap: readEncap,
  mpls: (state, term) => parseMpls(term, state, state.place),
  tcp_flags: (state, term) => readFlags(state, term, TCP_FLAG_NAMES, L.TCP_FLAGS, 0x0fff),
  ct_state: (state, term) => readFlags(state, term, CT_STATE_NAMES, L.CT_STATE, 0xff),
  ct_label: readCtLabel,
};

function readInPort(state: KeyState, term: OdpTerm): void {
  const [value = '', mask] = (term.args ?? '').split('/');
  const number = state.options.portNumber?.(value) ?? toPort(value);
  if (number === undefined) {
    throw expectedError(state.place, term.argsColumn, 'expected a datapath port in in_port()');
  }
  state.key[L.IN_PORT] = number;
  state.mask[L.IN_PORT] = mask === undefined ? 0xffff_ffff : Number(mask);
}

function toPort(text: string): OdpPort | undefined {
  const number = parseInteger(text);
  return number === undefined || number > 0xffff_ffffn ? undefined : odpPort(Number(number));
}

function readEthType(state: KeyState, term: OdpTerm): void {
  const part: KeyPart = bits('eth_type', L.DL_TYPE, 16, 16);
  const into = { key: createFlow(), mask: createFlowMask() };
  parseScalar(term, part, into, state.place);
  // `eth_type(0/0xffff)`: a frame that has none.
  const hasType = into.key[L.DL_TYPE] !== 0;
  state.key[L.DL_TYPE] = hasType ? wordAt(into.key, L.DL_TYPE) : L.DL_TYPE_NONE << 16;
  state.mask[L.DL_TYPE] = wordAt(into.mask, L.DL_TYPE);
}

/** What was taken for the Ethernet type is the tag's TPID; the type comes inside. */
function readEncap(state: KeyState, term: OdpTerm): void {
  if (state.tag > 1) throw expectedError(state.place, term.column, 'expected at most two tags');
  const word = L.VLAN0 + state.tag;
  addBits(state.key, word, (wordAt(state.key, L.DL_TYPE) & 0xffff_0000) | L.VLAN_CFI);
  addBits(state.mask, word, wordAt(state.mask, L.DL_TYPE) & 0xffff_0000);
  state.key[L.DL_TYPE] = 0;
  state.mask[L.DL_TYPE] = 0;
  state.tag++;
  const place = { source: state.place.source, column: term.argsColumn };
  readTerms(state, scanTerms(term.args ?? '', place));
}

function readFlags(
  state: KeyState,
  term: OdpTerm,
  names: FlagNames,
  word: number,
  allowed: number,
): void {
  const flags = parseFlags(names, term.args ?? '', allowed);
  if (flags === undefined) {
    throw expectedError(state.place, term.argsColumn, `expected flags in ${term.name}()`);
  }
  addBits(state.key, word, flags.flags << 16);
  addBits(state.mask, word, flags.mask << 16);
}

function readCtLabel(state: KeyState, term: OdpTerm): void {
  const [value, mask] = (term.args ?? '').split('/').map(parseInteger);
  if (value === undefined) {
    throw expectedError(state.place, term.argsColumn, 'expected a number in ct_label()');
  }
  const full = (1n << 128n) - 1n;
  for (let i = 0; i < 4; i++) {
    const shift = BigInt(96 - 32 * i);
    state.key[L.CT_LABEL + i] = Number((value >> shift) & 0xffff_ffffn);
    state.mask[L.CT_LABEL + i] = Number(((mask ?? full) >> shift) & 0xffff_ffffn);
  }
}
