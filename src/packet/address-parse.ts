/**
 * Addresses and numbers, read from text as OVS reads them; undefined where they are none.
 *
 * Numbers follow C: `0x10` is hexadecimal, `010` octal.
 */

/** Bits of an IPv6 address, and of one of its groups. */
const IPV6_WIDTH = 128n;
const GROUP_WIDTH = 16n;

/** A number in C's notation, without sign. */
export function parseInteger(text: string): bigint | undefined {
  if (/^0[0-7]+$/.test(text)) return BigInt(`0o${text.slice(1)}`);
  return /^(0x[0-9a-f]+|\d+)$/i.test(text) && !/^0\d/.test(text) ? BigInt(text) : undefined;
}

/** `aa:bb:cc:dd:ee:ff`, each part of one or two digits. */
export function parseEthernet(text: string): Uint8Array | undefined {
  const parts = text.split(':');
  if (parts.length !== 6 || !parts.every((part) => /^[0-9a-f]{1,2}$/i.test(part))) return undefined;
  return Uint8Array.from(parts, (part) => Number.parseInt(part, 16));
}

/** `10.0.0.1`, unsigned. */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part))) return undefined;
  if (parts.some((part) => Number(part) > 255)) return undefined;
  return parts.reduce((value, part) => value * 256 + Number(part), 0);
}

/** `2001:db8::1`, also with the last four bytes as an IPv4 address. */
export function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [before, after] = halves.map(parseGroups);
  if (before === undefined) return undefined;
  if (halves.length === 1) return before.length === 8 ? join(before) : undefined;
  if (after === undefined || before.length + after.length > 7) return undefined;
  const zeroes = new Array<bigint>(8 - before.length - after.length).fill(0n);
  return join([...before, ...zeroes, ...after]);
}

/** The mask that a prefix of `length` of `width` bits stands for. */
export function prefixMask(length: number, width: number): bigint {
  return ((1n << BigInt(length)) - 1n) << BigInt(width - length);
}

/** A mask: a prefix length, or an address by `parse`. */
export function parseMask(
  text: string,
  width: number,
  parse: (text: string) => bigint | undefined,
): bigint | undefined {
  if (!/^\d+$/.test(text)) return parse(text);
  const length = Number(text);
  return length <= width ? prefixMask(length, width) : undefined;
}

/** Groups of 16 bits between colons; an IPv4 address at the end is two of them. */
function parseGroups(text: string): bigint[] | undefined {
  if (text === '') return [];
  const groups: bigint[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    const ipv4 = i === parts.length - 1 && part.includes('.') ? parseIpv4(part) : undefined;
    if (ipv4 !== undefined) groups.push(BigInt(ipv4 >>> 16), BigInt(ipv4 & 0xffff));
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
}

function join(groups: readonly bigint[]): bigint {
  const value = groups.reduce((sum, group) => (sum << GROUP_WIDTH) | group, 0n);
  return value & ((1n << IPV6_WIDTH) - 1n);
}
