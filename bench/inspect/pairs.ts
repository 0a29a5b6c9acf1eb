/**
 * Alternating pairs: the same work with something and without it, in turns, so that what else a
 * shared machine does meanwhile hits both alike. What is compared are medians.
 */

/** What one run took, ms. */
export interface Cost {
  readonly cpuMs: number;
  readonly wallMs: number;
}

export interface Pair {
  readonly without: Cost;
  readonly with: Cost;
}

export interface Ratios {
  /** Of the pairs' own ratios, with by without. */
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** CPU time of this process so far, system calls included, ms. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Runs both sides `count` times, who comes first changing each time. */
export async function alternate(
  count: number,
  sides: { readonly without: () => Promise<Cost>; readonly with: () => Promise<Cost> },
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let i = 0; i < count; i++) {
    const isWithFirst = i % 2 === 1;
    const first = await (isWithFirst ? sides.with() : sides.without());
    const second = await (isWithFirst ? sides.without() : sides.with());
    pairs.push(isWithFirst ? { with: first, without: second } : { without: first, with: second });
  }
  return pairs;
}

export function ratiosOf(pairs: readonly Pair[], of: keyof Cost): Ratios {
  const ratios = pairs.map((pair) => pair.with[of] / pair.without[of]).sort(ascending);
  return {
    median: medianOf(ratios),
    lowest: ratios[0] ?? Number.NaN,
    highest: ratios.at(-1) ?? Number.NaN,
  };
}

/** The middle one, or between the two. */
export function medianOf(numbers: readonly number[]): number {
  const sorted = [...numbers].sort(ascending);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

function ascending(a: number, b: number): number {
  return a - b;
}
