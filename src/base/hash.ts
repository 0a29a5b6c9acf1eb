/**
 * Hashing of 32-bit words: murmur3's mixing, as OVS's `hash_add`/`hash_finish` use it.
 *
 * Hot path. Bench: `bench/hit-path.ts`.
 */

/** Mixes one word into a running hash. */
export function hashAdd(hash: number, word: number): number {
  let mixed = Math.imul(word, 0xcc9e2d51);
  mixed = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
  const sum = hash ^ mixed;
  return (Math.imul((sum << 13) | (sum >>> 19), 5) + 0xe6546b64) | 0;
}

/** Ends a running hash over `size` bytes; the result is unsigned. */
export function hashFinish(hash: number, size: number): number {
  let mixed = hash ^ size;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A word as a machine reads it from memory that holds it in network order; unsigned. */
export function swapBytes(word: number): number {
  const outer = (word << 24) | (word >>> 24);
  return (outer | ((word << 8) & 0x00ff_0000) | ((word >>> 8) & 0x0000_ff00)) >>> 0;
}
