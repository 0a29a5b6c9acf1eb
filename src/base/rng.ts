/**
 * Seeded random numbers: the only source of chance.
 *
 * xoshiro128** over a splitmix-expanded seed: small, fast, and the same on every machine.
 *
 * Owner: each generator owns its four words of state.
 */

export interface Rng {
  /** An integer in [0, 2^32). */
  uint32(): number;
  /** An integer in [0, bound). */
  below(bound: number): number;
  /** A number in [0, 1). */
  fraction(): number;
}

/** A generator whose whole future is decided by `seed` (any integer). */
export function createRng(seed: number): Rng {
  const state = expandSeed(seed >>> 0);
  const uint32 = (): number => nextWord(state);
  return {
    uint32,
    below: (bound) => Math.floor((uint32() / 2 ** 32) * bound),
    fraction: () => uint32() / 2 ** 32,
  };
}

function expandSeed(seed: number): Uint32Array {
  const state = new Uint32Array(4);
  let word = seed;
  for (let i = 0; i < 4; i++) {
    word = (word + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    state[i] = mixed ^ (mixed >>> 15);
  }
  return state;
}

function nextWord(s: Uint32Array): number {
  const [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = s;
  const product = Math.imul(s1, 5);
  const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
  const t2 = s2 ^ s0;
  const t3 = s3 ^ s1;
  s[1] = s1 ^ t2;
  s[0] = s0 ^ t3;
  s[2] = t2 ^ (s1 << 9);
  s[3] = (t3 << 11) | (t3 >>> 21);
  return result;
}
