/**
 * Words of flags as people write them: `syn|ack` for all of them, `+syn-ack` for some.
 *
 * Answers to `format_flags()` and `parse_flags()` of OVS's `lib/flow.c`.
 */

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

/** The set bits of a word, lowest first. */
function bitsOf(flags: number): number[] {
  const bits: number[] = [];
  for (let rest = flags; rest !== 0; rest &= rest - 1) bits.push(rest & -rest);
  return bits;
}
