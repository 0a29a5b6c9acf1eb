import { describe, expect, it } from 'vitest';
import { GROWTH_MAX, growthOf, type MemorySample } from './memory-growth.js';

const TOTAL_MS = 30_000;
const SAMPLE_MS = 50;

function samplesOf(memoryAt: (ms: number) => number): MemorySample[] {
  return Array.from({ length: TOTAL_MS / SAMPLE_MS }, (_, i) => {
    const ms = i * SAMPLE_MS;
    return { ms, memory: memoryAt(ms) };
  });
}

/** Grows until it has warmed up, then goes up and down as garbage is collected. */
function healthy(ms: number): number {
  return 140 + Math.min(ms / 150, 70) + (ms % 3_000) / 150;
}

describe('growthOf()', () => {
  it('finds memory bounded that grows only while it warms up', () => {
    const { middle, last, isBounded } = growthOf(samplesOf(healthy), TOTAL_MS);
    expect(last - middle).toBeLessThan(GROWTH_MAX / 4);
    expect(isBounded).toBe(true);
  });

  it('does not mind one peak, wherever it is', () => {
    for (const at of [5_000, 15_000, 29_000]) {
      const samples = samplesOf((ms) => healthy(ms) + (Math.abs(ms - at) < 1_000 ? 300 : 0));
      expect(growthOf(samples, TOTAL_MS).isBounded).toBe(true);
    }
  });

  it('finds a leak of 2 kB a frame, at 1,000 frames a second', () => {
    const leaking = samplesOf((ms) => healthy(ms) + (2 * ms) / 1024);
    expect(growthOf(leaking, TOTAL_MS).isBounded).toBe(false);
  });

  it('takes thirds of time, not of samples', () => {
    const samples = samplesOf((ms) => ms / 1_000).filter(
      ({ ms }) => ms > 20_000 || ms % 1_000 === 0,
    );
    expect(growthOf(samples, TOTAL_MS)).toMatchObject({ middle: 15, last: 25 });
  });

  it('finds nothing bounded that was not sampled', () => {
    expect(growthOf([], TOTAL_MS).isBounded).toBe(false);
  });
});
