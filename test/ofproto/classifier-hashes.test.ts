import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HashCounts, RuleSlots } from '../../src/ofproto/classifier-hashes.js';
import type { Rule } from '../../src/ofproto/rule.js';
import { matchArbitrary, rule } from './rule-arbitrary.js';

/** Few hashes, some of which want the same slot. */
const hashArbitrary = fc.constantFrom(0, 1, 8, 16, 1024, -1, -8, 0x7fff_ffff, 12345, 1 << 15);

describe('HashCounts', () => {
  it('has what was added more often than removed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(hashArbitrary, fc.boolean())), (steps) => {
        const counts = new HashCounts();
        const twin = new Map<number, number>();
        for (const [hash, isAdded] of steps) {
          const count = twin.get(hash) ?? 0;
          if (isAdded) counts.add(hash);
          else counts.remove(hash);
          twin.set(hash, Math.max(0, count + (isAdded ? 1 : -1)));
          for (const [each, wanted] of twin) expect(counts.has(each)).toBe(wanted > 0);
        }
      }),
    );
  });

  it('grows without losing anything', () => {
    const counts = new HashCounts();
    for (let i = 0; i < 1000; i++) counts.add(i * 7919);
    for (let i = 0; i < 1000; i++) expect(counts.has(i * 7919)).toBe(true);
    expect(counts.has(1)).toBe(false);
  });
});

describe('RuleSlots', () => {
  /** Where `wanted` is, or the empty slot that ends the search. */
  function slotOf(slots: RuleSlots, hash: number, wanted: Rule): number {
    let slot = slots.first(hash);
    while (slots.at(slot) !== undefined && slots.at(slot) !== wanted) slot = slots.after(slot);
    return slot;
  }

  it('finds each rule by its hash, whatever was cleared around it', () => {
    const rulesArbitrary = fc.array(fc.tuple(matchArbitrary, hashArbitrary, fc.boolean()));
    fc.assert(
      fc.property(rulesArbitrary, (specs) => {
        const slots = new RuleSlots();
        const added = specs.map(([match, hash, isKept]) => {
          const each = rule(match, 1);
          slots.put(slotOf(slots, hash, each), hash, each);
          return { each, hash, isKept };
        });
        for (const { each, hash, isKept } of added) {
          if (!isKept) slots.clear(slotOf(slots, hash, each));
        }
        for (const { each, hash, isKept } of added) {
          expect(slots.at(slotOf(slots, hash, each)) === each).toBe(isKept);
        }
        expect(slots.size).toBe(added.filter(({ isKept }) => isKept).length);
      }),
    );
  });
});
