/**
 * Bytes of a frame to words and back, in network order.
 *
 * Plain indexing, no `DataView`: V8 inlines these. Who calls checks the bounds.
 *
 * Hot path. Bench: `bench/extract.ts`.
 */

/** The unsigned 32 bits at `at`. */
export function readWord(data: Uint8Array, at: number): number {
  return ((data[at]! << 24) | (data[at + 1]! << 16) | (data[at + 2]! << 8) | data[at + 3]!) >>> 0;
}

/** The 16 bits at `at`. */
export function readHalf(data: Uint8Array, at: number): number {
  return (data[at]! << 8) | data[at + 1]!;
}

/** Reads `count` words from `at` on into `words`, from index `to` on. */
export function readWords(
  data: Uint8Array,
  at: number,
  words: Uint32Array,
  to: number,
  count: number,
): void {
  for (let i = 0, p = at; i < count; i++, p += 4) {
    words[to + i] = (data[p]! << 24) | (data[p + 1]! << 16) | (data[p + 2]! << 8) | data[p + 3]!;
  }
}

export function writeWord(data: Uint8Array, at: number, word: number): void {
  data[at] = word >>> 24;
  data[at + 1] = word >>> 16;
  data[at + 2] = word >>> 8;
  data[at + 3] = word;
}

export function writeHalf(data: Uint8Array, at: number, half: number): void {
  data[at] = half >>> 8;
  data[at + 1] = half;
}

/** Writes `count` words, from index `from` on, to `at` and behind. */
export function writeWords(
  data: Uint8Array,
  at: number,
  words: Uint32Array,
  from: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) writeWord(data, at + 4 * i, words[from + i]!);
}
