/**
 * From a number to a place on a line: evenly, or by its logarithm.
 */

export type Scale = (value: number) => number;

/** From `[from, to]` to `[start, end]`; all of it in the middle where `from` is `to`. */
export function linearScale(
  [from, to]: readonly [number, number],
  [start, end]: readonly [number, number],
): Scale {
  if (from === to) return () => (start + end) / 2;
  return (value) => start + ((value - from) / (to - from)) * (end - start);
}

/** The same by logarithm; what is smaller than `from` is at `start`. */
export function logScale(
  [from, to]: readonly [number, number],
  range: readonly [number, number],
): Scale {
  const scale = linearScale([Math.log(from), Math.log(to)], range);
  return (value) => scale(Math.log(Math.max(from, value)));
}

/** The smallest of 1, 2, 5, 10, 20, 50 … that is not below `value`. */
export function roundUp(value: number): number {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const digit = [1, 2, 5].find((candidate) => candidate * power >= value);
  return digit === undefined ? 10 * power : digit * power;
}
