/**
 * Bob Jenkins's hash of bytes ("lookup3"), for what must choose as Open vSwitch chooses.
 *
 * Words are read in little-endian order, as on the machines that run it. Answers to
 * `jhash_bytes()` of OVS's `lib/jhash.c`. Source: burtleburtle.net/bob/c/lookup3.c.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

const START = 0xdead_beef;
const BLOCK_WORDS = 3;

/**
 * The hash of `size` bytes in words, unsigned. Up to a whole number of blocks of three words, what
 * is behind them must be zero.
 */
export function jhashWords(words: Uint32Array, size: number, basis: number): number {
  let a = (START + size + basis) | 0;
  let b = a;
  let c = a;
  let at = 0;
  let left = size;
  for (; left >= 4 * BLOCK_WORDS; left -= 4 * BLOCK_WORDS, at += BLOCK_WORDS) {
    a = (a + words[at]!) | 0;
    b = (b + words[at + 1]!) | 0;
    c = (c + words[at + 2]!) | 0;
    a = (a - c) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = (a - c) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 4);
    b = (b + a) | 0;
  }
  if (left === 0) return c >>> 0;
  a = (a + (words[at] ?? 0)) | 0;
  b = (b + (words[at + 1] ?? 0)) | 0;
  c = (c + (words[at + 2] ?? 0)) | 0;
  return finish(a, b, c);
}

function finish(first: number, second: number, third: number): number {
  let [a, b, c] = [first, second, third];
  c = (c ^ b) - rotate(b, 14);
  a = (a ^ c) - rotate(c, 11);
  b = (b ^ a) - rotate(a, 25);
  c = (c ^ b) - rotate(b, 16);
  a = (a ^ c) - rotate(c, 4);
  b = (b ^ a) - rotate(a, 14);
  c = (c ^ b) - rotate(b, 24);
  return c >>> 0;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
