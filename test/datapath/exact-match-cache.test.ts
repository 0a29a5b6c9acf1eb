import { describe, expect, it } from 'vitest';
import {
  EXACT_MATCH_ENTRIES,
  ExactMatchCache,
  exactMatchHash,
} from '../../src/datapath/exact-match-cache.js';
import { createFlow, type Flow } from '../../src/packet/flow.js';
import * as L from '../../src/packet/flow-layout.js';

function flowOf(port: number, label = 0): Flow {
  const flow = createFlow();
  flow[L.TP] = port;
  flow[L.MPLS0] = label;
  return flow;
}

describe('ExactMatchCache.lookup()', () => {
  it('finds what was inserted, and nothing else', () => {
    const cache = new ExactMatchCache();
    const generations = new Uint32Array(10);
    const flow = flowOf(1);
    const hash = exactMatchHash(flow);
    cache.insert(flow, hash, 5, generations);
    expect(cache.lookup(flow, hash, generations)).toBe(5);
    expect(cache.lookup(flowOf(1, 7), exactMatchHash(flowOf(1, 7)), generations)).toBe(-1);
  });

  it('forgets a flow when its handle begins another life', () => {
    const cache = new ExactMatchCache();
    const generations = new Uint32Array(10);
    const flow = flowOf(1);
    const hash = exactMatchHash(flow);
    cache.insert(flow, hash, 5, generations);
    generations[5] = 1;
    expect(cache.lookup(flow, hash, generations)).toBe(-1);
  });
});

describe('ExactMatchCache.insert()', () => {
  it('has two places for flows of one hash', () => {
    const cache = new ExactMatchCache();
    const generations = new Uint32Array(10);
    const hash = 0x0200_0001;
    for (const label of [1, 2]) cache.insert(flowOf(0, label), hash, label, generations);
    expect([1, 2].map((label) => cache.lookup(flowOf(0, label), hash, generations))).toEqual([
      1, 2,
    ]);
  });

  it('takes the place of a flow that is gone before one that lives', () => {
    const cache = new ExactMatchCache();
    const generations = new Uint32Array(10);
    const hash = 0x0200_0001;
    for (const label of [1, 2]) cache.insert(flowOf(0, label), hash, label, generations);
    generations[2] = 1;
    cache.insert(flowOf(0, 3), hash, 3, generations);
    expect([1, 3].map((label) => cache.lookup(flowOf(0, label), hash, generations))).toEqual([
      1, 3,
    ]);
  });

  it('keeps most of the flows when there are as many as places', () => {
    const cache = new ExactMatchCache();
    const generations = new Uint32Array(EXACT_MATCH_ENTRIES);
    const flows = Array.from({ length: EXACT_MATCH_ENTRIES }, (_, i) => flowOf(i));
    flows.forEach((flow, i) => {
      cache.insert(flow, exactMatchHash(flow), i, generations);
    });
    const kept = flows.filter(
      (flow, i) => cache.lookup(flow, exactMatchHash(flow), generations) === i,
    );
    expect(kept.length).toBeGreaterThan(EXACT_MATCH_ENTRIES / 2);
  });
});
