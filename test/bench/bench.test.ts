import { describe, expect, it } from 'vitest';
import { measure, SMOKE } from '../../bench/bench.js';
import { benches, SMOKE_SIZE } from '../../bench/benches.js';
import { repeatedSetUpBench } from '../../bench/inspect/repeated-set-up.js';
import { measureMemory } from '../../bench/memory.js';

describe('The benches', () => {
  it.each([...benches, repeatedSetUpBench])('$name computes the same in every round', (bench) => {
    const figures = [1, 2].map(() => measure(bench, SMOKE_SIZE, SMOKE));
    expect(figures[0]?.checksum).toBe(figures[1]?.checksum);
    expect(figures[0]?.medianUs).toBeGreaterThan(0);
  });

  it('refuse figures of rounds that disagree', () => {
    let rounds = 0;
    const prepare = () => ({ operationCount: 1, round: () => rounds++ });
    const bench = { name: 'counting', operation: 'round', sizes: [1], prepare };
    expect(() => measure(bench, 1, SMOKE)).toThrow('Cannot measure counting: two rounds disagree');
  });

  it('measure memory only where the collector can be called', () => {
    expect(measureMemory(1) === undefined).toBe(globalThis.gc === undefined);
  });
});
