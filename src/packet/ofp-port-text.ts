/**
 * OpenFlow ports as people write them: a number, or the name of a reserved port.
 *
 * Answers to `ofputil_format_port()` and `ofputil_port_from_string()`.
 */

import { type OfpPort, ofpPort } from '../base/brands.js';

/** The first port number that is not a switch port. Answers to `OFPP_MAX`. */
export const OFPP_MAX = 0xff00;

export const OFPP_UNSET = ofpPort(0xfff7);
export const OFPP_IN_PORT = ofpPort(0xfff8);
export const OFPP_TABLE = ofpPort(0xfff9);
export const OFPP_NORMAL = ofpPort(0xfffa);
export const OFPP_FLOOD = ofpPort(0xfffb);
export const OFPP_ALL = ofpPort(0xfffc);
export const OFPP_CONTROLLER = ofpPort(0xfffd);
export const OFPP_LOCAL = ofpPort(0xfffe);
export const OFPP_NONE = ofpPort(0xffff);

const NAMES: ReadonlyMap<number, string> = new Map([
  [OFPP_UNSET, 'UNSET'],
  [OFPP_IN_PORT, 'IN_PORT'],
  [OFPP_TABLE, 'TABLE'],
  [OFPP_NORMAL, 'NORMAL'],
  [OFPP_FLOOD, 'FLOOD'],
  [OFPP_ALL, 'ALL'],
  [OFPP_CONTROLLER, 'CONTROLLER'],
  [OFPP_LOCAL, 'LOCAL'],
  [OFPP_NONE, 'ANY'],
]);

const NUMBERS: ReadonlyMap<string, number> = new Map([
  ...[...NAMES].map(([number, name]) => [name, number] as const),
  ['NONE', OFPP_NONE],
]);

/** The reserved ports have 32 bits in OpenFlow 1.1 and later: the same, with the high bits set. */
const OXM_HIGH = 0xffff_0000;

export function formatOfpPort(port: number): string {
  return NAMES.get(port) ?? String(port);
}

/** A port number (16 bits, or its 32-bit form) or the name of a reserved port, in any case. */
export function parseOfpPort(text: string): OfpPort | undefined {
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text)) {
    const number = NUMBERS.get(text.toUpperCase());
    return number === undefined ? undefined : ofpPort(number);
  }
  const number = Number(text);
  if (number <= 0xffff) return ofpPort(number);
  const isReserved = number >= OXM_HIGH + OFPP_MAX && number <= 0xffff_ffff;
  return isReserved ? ofpPort(number - OXM_HIGH) : undefined;
}
