/**
 * The text of datapath actions that put a header in front: `push_eth(…)`, `push_nsh(…)`.
 *
 * Answers to `format_odp_push_nsh_action()` and its neighbours in OVS's `lib/odp-util.c`.
 */

import { parseEthernet, parseInteger } from '../packet/address-parse.js';
import { formatEthernet } from '../packet/address-text.js';
import { wordAt } from '../packet/flow.js';
import { NSH_MD_TYPE1, NSH_MD_TYPE2 } from '../packet/protocol.js';
import type { OdpAction } from './odp-actions.js';
import {
  expectedError,
  type OdpTerm,
  type OdpTextPlace,
  scanArguments,
} from './odp-text-scanner.js';

type PushEth = Extract<OdpAction, { type: 'push_eth' }>;
type PushNsh = Extract<OdpAction, { type: 'push_nsh' }>;

/** Bytes of metadata of type 2 at most. */
const METADATA_SIZE_MAX = 248;
const CONTEXTS = ['c1', 'c2', 'c3', 'c4'] as const;

export function formatPushEth({ addresses }: PushEth): string {
  const [first, second, third] = [0, 1, 2].map((i) => wordAt(addresses, i));
  const [high = 0, middle = 0, low = 0] = [first, second, third];
  const destination = formatEthernet(high >>> 16, ((high << 16) | (middle >>> 16)) >>> 0);
  return `push_eth(src=${formatEthernet(middle & 0xffff, low)},dst=${destination})`;
}

export function readPushEth(term: OdpTerm, place: OdpTextPlace): PushEth {
  const source = addressOf(term, 'src', place);
  const destination = addressOf(term, 'dst', place);
  const bytes = new DataView(Uint8Array.from([...destination, ...source]).buffer);
  return { type: 'push_eth', addresses: Uint32Array.from([0, 4, 8], (at) => bytes.getUint32(at)) };
}

function addressOf(term: OdpTerm, name: string, place: OdpTextPlace): Uint8Array {
  const argument = scanArguments(term, place).find((candidate) => candidate.name === name);
  const address = argument === undefined ? undefined : parseEthernet(argument.value);
  if (address !== undefined) return address;
  throw expectedError(place, argument?.column ?? term.argsColumn, `expected ${name}=address`);
}

export function formatPushNsh({ header, metadata }: PushNsh): string {
  const base = wordAt(header, 0);
  const path = wordAt(header, 1);
  const mdType = (base >>> 8) & 0xff;
  const contexts = CONTEXTS.map((name, i) => `${name}=0x${wordAt(header, 2 + i).toString(16)}`);
  const hex = Array.from(metadata, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const rest = mdType === NSH_MD_TYPE1 ? [contexts.join()] : hex === '' ? [] : [`md2=0x${hex}`];
  const parts = [
    `flags=${base >>> 24}`,
    `ttl=${(base >>> 16) & 0xff}`,
    `mdtype=${mdType}`,
    `np=${base & 0xff}`,
    `spi=0x${(path >>> 8).toString(16)}`,
    `si=${path & 0xff}`,
    ...rest,
  ];
  return `push_nsh(${parts.join()})`;
}

export function readPushNsh(term: OdpTerm, place: OdpTextPlace): PushNsh {
  const number = (name: string, max: number): number => {
    const argument = scanArguments(term, place).find((candidate) => candidate.name === name);
    if (argument === undefined) return 0;
    const value = parseInteger(argument.value);
    if (value !== undefined && value <= max) return Number(value);
    throw expectedError(place, argument.column, `expected ${name}, a number from 0 to ${max}`);
  };
  const header = new Uint32Array(6);
  const mdType = number('mdtype', NSH_MD_TYPE2);
  header[0] =
    (number('flags', 3) << 24) | (number('ttl', 63) << 16) | (mdType << 8) | number('np', 0xff);
  header[1] = (number('spi', 0xff_ffff) << 8) | number('si', 0xff);
  if (mdType === NSH_MD_TYPE1) {
    for (const [i, name] of CONTEXTS.entries()) header[2 + i] = number(name, 0xffff_ffff);
  }
  return { type: 'push_nsh', header, metadata: metadataOf(term, place) };
}

function metadataOf(term: OdpTerm, place: OdpTextPlace): Uint8Array {
  const argument = scanArguments(term, place).find(({ name }) => name === 'md2');
  if (argument === undefined) return new Uint8Array(0);
  const digits = /^0x((?:[0-9a-f]{8})*)$/i.exec(argument.value)?.[1];
  if (digits === undefined || digits.length > 2 * METADATA_SIZE_MAX) {
    throw expectedError(place, argument.column, 'expected md2, whole words in hexadecimal');
  }
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
