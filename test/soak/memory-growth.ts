/**
 * Whether memory has stopped growing: the rule, apart from what it is applied to.
 *
 * Memory is sampled all the time; the first third of a run is for warming up. The median of the
 * last third may exceed that of the middle third by `GROWTH_MAX`. Medians do not mind when garbage
 * is collected, and a leak has a third of the run to show.
 */

/** MB. Twice what was seen of runs that do not leak, on a machine that others kept busy. */
export const GROWTH_MAX = 16;

export interface MemorySample {
  /** Since the run began. */
  readonly ms: number;
  /** Resident, in MB. */
  readonly memory: number;
}

export interface MemoryGrowth {
  /** Medians of the middle and of the last third, in MB. */
  readonly middle: number;
  readonly last: number;
  readonly isBounded: boolean;
}

/** Of a run of `totalMs`; the thirds are those of time, however often was sampled. */
export function growthOf(samples: readonly MemorySample[], totalMs: number): MemoryGrowth {
  const third = totalMs / 3;
  const middle = median(samples.filter(({ ms }) => ms >= third && ms < 2 * third));
  const last = median(samples.filter(({ ms }) => ms >= 2 * third));
  return { middle, last, isBounded: last - middle <= GROWTH_MAX };
}

/** Not a number where there are no samples, which then bound nothing. */
function median(samples: readonly MemorySample[]): number {
  const sorted = samples.map(({ memory }) => memory).toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
