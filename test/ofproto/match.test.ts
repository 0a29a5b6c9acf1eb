import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATCH_ALL, Match } from '../../src/ofproto/match.js';
import { flowMatches } from '../../src/packet/flow.js';
import { IN_PORT } from '../../src/packet/flow-layout.js';
import { matchArbitrary, packetArbitrary } from './rule-arbitrary.js';

describe('Match', () => {
  it('gives back its mask and its masked value', () => {
    fc.assert(
      fc.property(matchArbitrary, (match) => {
        expect(new Match(match.flow, match.mask).equals(match)).toBe(true);
        expect(match.flow.every((word, i) => (word & ~(match.mask[i] ?? 0)) === 0)).toBe(true);
      }),
    );
  });

  it('ignores values that its mask ignores', () => {
    const { flow, mask } = CATCH_ALL;
    flow[IN_PORT] = 5;
    expect(new Match(flow, mask).equals(CATCH_ALL)).toBe(true);
    expect(CATCH_ALL.isCatchAll).toBe(true);
  });
});

describe('Match.matches()', () => {
  it('agrees with the comparison of whole flows', () => {
    fc.assert(
      fc.property(matchArbitrary, packetArbitrary, (match, packet) => {
        expect(match.matches(packet)).toBe(flowMatches(packet, match.flow, match.mask));
      }),
    );
  });
});

describe('Match.isWithin()', () => {
  it('holds only where every packet of the one meets the other', () => {
    fc.assert(
      fc.property(matchArbitrary, matchArbitrary, packetArbitrary, (match, wider, packet) => {
        if (match.isWithin(wider) && match.matches(packet)) {
          expect(wider.matches(packet)).toBe(true);
        }
        expect(match.isWithin(CATCH_ALL)).toBe(true);
        expect(match.isWithin(match)).toBe(true);
      }),
    );
  });
});

describe('Match.overlaps()', () => {
  it('holds exactly where some packet meets both', () => {
    fc.assert(
      fc.property(matchArbitrary, matchArbitrary, (a, b) => {
        const both = a.flow.map((word, i) => word | (b.flow[i] ?? 0)) as typeof a.flow;
        expect(a.overlaps(b)).toBe(a.matches(both) && b.matches(both));
      }),
    );
  });
});
