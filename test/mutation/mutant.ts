/**
 * A mutant: one small change of the source, and what the tests made of it.
 *
 * Stryker makes and tries them; this is what is kept of its results.
 */

/** How a mutant ended. */
export type MutantStatus =
  /** A test failed. */
  | 'killed'
  /** It ran without end: a counter of its steps said so, or the time ran out twice. */
  | 'endless'
  /** All tests passed. */
  | 'survived'
  /** No test reaches it. */
  | 'uncovered';

export interface Mutant {
  /** From the root of the repository. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The kind of change, as Stryker names it. */
  readonly mutator: string;
  /** The text that was replaced, and by what; both without line breaks. */
  readonly original: string;
  readonly replacement: string;
  /** For Stryker, as it wants to be told what to try: lines from 1, columns from 0. */
  readonly range: string;
  readonly status: MutantStatus;
}

export interface Score {
  readonly total: number;
  readonly killed: number;
  readonly endless: number;
  readonly survived: number;
  readonly uncovered: number;
  /** Killed and endless among all, in percent. */
  readonly percent: number;
}

export const isNoticed = ({ status }: { readonly status: string }): boolean =>
  status === 'killed' || status === 'endless';

/** Where and what: the same for the same mutant of another run. */
export const identityOf = ({ range, mutator, replacement }: Omit<Mutant, 'status'>): string =>
  `${range} ${mutator} ${replacement}`;

export function scoreOf(mutants: readonly Mutant[]): Score {
  const count = (status: MutantStatus) => mutants.filter((one) => one.status === status).length;
  const killed = count('killed');
  const endless = count('endless');
  const total = mutants.length;
  return {
    total,
    killed,
    endless,
    survived: count('survived'),
    uncovered: count('uncovered'),
    percent: total === 0 ? 100 : (100 * (killed + endless)) / total,
  };
}

/** `mutants` by file, files in order. */
export function byFile(mutants: readonly Mutant[]): ReadonlyMap<string, readonly Mutant[]> {
  const files = new Map<string, Mutant[]>();
  for (const one of mutants) files.set(one.file, [...(files.get(one.file) ?? []), one]);
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}
