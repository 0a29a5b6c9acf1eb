import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PrefixTrie, prefixLength, prefixMask } from '../../src/ofproto/prefix-trie.js';

interface Prefix {
  readonly value: number;
  readonly length: number;
}

const valueArbitrary = fc.oneof(
  fc.integer({ min: 0, max: 0xffff_ffff }),
  fc.constantFrom(0, 0x0a00_0000, 0x0a00_0001, 0x0a01_0000, 0xffff_ffff),
);
const prefixArbitrary: fc.Arbitrary<Prefix> = fc.record({
  value: valueArbitrary,
  length: fc.integer({ min: 1, max: 32 }),
});

function isIn(value: number, { value: prefix, length }: Prefix): boolean {
  return ((value ^ prefix) & prefixMask(length)) === 0;
}

function trieOf(prefixes: readonly Prefix[]): PrefixTrie {
  const trie = new PrefixTrie();
  for (const { value, length } of prefixes) trie.insert(value, length);
  return trie;
}

function lengthsOf(prefixes: readonly Prefix[], value: number): number {
  let lengths = 0;
  for (const each of prefixes) if (isIn(value, each)) lengths |= 1 << (32 - each.length);
  return lengths | 0;
}

describe('PrefixTrie.lookup()', () => {
  it('finds the lengths of the prefixes that a value is in, after removals too', () => {
    fc.assert(
      fc.property(
        fc.array(prefixArbitrary),
        fc.array(prefixArbitrary),
        valueArbitrary,
        (kept, gone, value) => {
          const trie = trieOf([...kept, ...gone]);
          for (const { value: prefix, length } of gone) trie.remove(prefix, length);
          trie.lookup(value);
          expect(trie.lengths | 0).toBe(lengthsOf(kept, value));
          if (kept.length === 0) expect(trie.isEmpty).toBe(true);
        },
      ),
    );
  });

  it('returns bits that fix the answer', () => {
    fc.assert(
      fc.property(
        fc.array(prefixArbitrary),
        valueArbitrary,
        valueArbitrary,
        (prefixes, value, other) => {
          const trie = trieOf(prefixes);
          const mask = prefixMask(trie.lookup(value));
          const { lengths } = trie;
          trie.lookup((value & mask) | (other & ~mask));
          expect(trie.lengths).toBe(lengths);
        },
      ),
    );
  });

  it('needs no bit of an empty trie, and one to leave a trie with one branch', () => {
    expect(new PrefixTrie().lookup(0x0a00_0001)).toBe(0);
    expect(trieOf([{ value: 0x8000_0000, length: 8 }]).lookup(0)).toBe(1);
  });

  it('needs no bit below a leaf, and one below a node with a single branch', () => {
    const short = { value: 0x0a00_0000, length: 8 };
    const long = { value: 0x0a80_0000, length: 16 };
    expect(trieOf([short]).lookup(0x0a00_0001)).toBe(8);
    expect(trieOf([short, long]).lookup(0x0a00_0001)).toBe(9);
  });
});

describe('prefixLength()', () => {
  it('is the inverse of prefixMask() and refuses masks with holes', () => {
    for (let length = 0; length <= 32; length++) {
      expect(prefixLength(prefixMask(length))).toBe(length);
    }
    expect(prefixLength(0xff00_ff00)).toBeUndefined();
    expect(prefixLength(1)).toBeUndefined();
  });
});
