/**
 * Words of flags as people write them: `syn|ack` for all of them, `+syn-ack` for some.
 *
 * Answers to `format_flags()` and `parse_flags()` of OVS's `lib/flow.c`.
 */

import { parseInteger } from './address-parse.js';

/** The names of the bits of a word of flags. */
export type FlagNames = ReadonlyMap<number, string>;

export const TCP_FLAG_NAMES: FlagNames = new Map([
  [0x001, 'fin'],
  [0x002, 'syn'],
  [0x004, 'rst'],
  [0x008, 'psh'],
  [0x010, 'ack'],
  [0x020, 'urg'],
  [0x040, 'ece'],
  [0x080, 'cwr'],
  [0x100, 'ns'],
  [0x200, '[200]'],
  [0x400, '[400]'],
  [0x800, '[800]'],
]);

export const CT_STATE_NAMES: FlagNames = new Map([
  [0x01, 'new'],
  [0x02, 'est'],
  [0x04, 'rel'],
  [0x08, 'rpl'],
  [0x10, 'inv'],
  [0x20, 'trk'],
  [0x40, 'snat'],
  [0x80, 'dnat'],
]);

export const TUNNEL_FLAG_NAMES: FlagNames = new Map([
  [0x01, 'oam'],
  [0x02, 'df'],
  [0x04, 'csum'],
  [0x08, 'key'],
]);

/** `syn|ack`; flags without a name come last, as one number; `0` where there are none. */
export function formatFlags(names: FlagNames, flags: number, separator = '|'): string {
  if (flags === 0) return '0';
  const parts: string[] = [];
  let unnamed = 0;
  for (const bit of bitsOf(flags)) {
    const name = names.get(bit);
    if (name === undefined) unnamed |= bit;
    else parts.push(name);
  }
  if (unnamed !== 0) parts.push(`0x${unnamed.toString(16)}`);
  return parts.join(separator);
}

/** As `formatFlags()` where all of `maskMax` matters, else `+syn-ack`. */
export function formatFlagsMasked(
  names: FlagNames,
  flags: number,
  mask: number,
  maskMax: number,
): string {
  if (mask === maskMax) return formatFlags(names, flags);
  if (mask === 0) return '0/0';
  let text = '';
  for (const bit of bitsOf(mask)) {
    text += ((flags & bit) !== 0 ? '+' : '-') + (names.get(bit) ?? '[Unknown]');
  }
  return text;
}

/**
 * Reads `+syn-ack`, `syn|ack`, `0x12` or `0x12/0x3f`; undefined for flags that are unknown or
 * given twice. `allowed` are the bits that may be named.
 */
export function parseFlags(
  names: FlagNames,
  text: string,
  allowed: number,
): { flags: number; mask: number } | undefined {
  const isMasked = text.startsWith('+') || text.startsWith('-');
  const parsed = isMasked ? parseSigned(names, text) : parseUnsigned(names, text, allowed);
  if (parsed === undefined || ((parsed.flags | parsed.mask) & ~allowed) !== 0) return undefined;
  return parsed;
}

/** `+syn-ack`: the named bits matter. */
function parseSigned(names: FlagNames, text: string) {
  let flags = 0;
  let mask = 0;
  for (const part of text.match(/[+-][^+-]*/g) ?? []) {
    const bit = bitNamed(names, part.slice(1));
    if (bit === undefined || (mask & bit) !== 0) return undefined;
    mask |= bit;
    if (part.startsWith('+')) flags |= bit;
  }
  return { flags, mask };
}

/** `syn|ack` or a number: every bit matters; `number/mask`: those of the mask. */
function parseUnsigned(names: FlagNames, text: string, allowed: number) {
  const slash = text.indexOf('/');
  if (slash >= 0) {
    const flags = toNumber(text.slice(0, slash));
    const mask = toNumber(text.slice(slash + 1));
    return flags === undefined || mask === undefined ? undefined : { flags: flags & mask, mask };
  }
  let flags = 0;
  for (const part of text.split('|')) {
    const bits = bitNamed(names, part) ?? toNumber(part);
    if (bits === undefined) return undefined;
    flags |= bits;
  }
  return { flags, mask: allowed };
}

function bitNamed(names: FlagNames, name: string): number | undefined {
  for (const [bit, known] of names) if (known === name) return bit;
  return undefined;
}

function toNumber(text: string): number | undefined {
  const number = parseInteger(text);
  return number === undefined || number > 0x7fff_ffffn ? undefined : Number(number);
}

/** The set bits of a word, lowest first. */
function bitsOf(flags: number): number[] {
  const bits: number[] = [];
  for (let rest = flags; rest !== 0; rest &= rest - 1) bits.push(rest & -rest);
  return bits;
}
