/**
 * Why mutants survive: every survivor of `npm run mutate`, under the reason that it has.
 *
 * A survivor is written as in `docs/mutation.md`, "what was there → what stands in its place", and
 * not by its line, which moves.
 */

export interface Reason {
  readonly title: string;
  readonly why: string;
  /** By file below `src/`; "…" at the end stands for any rest. */
  readonly survivors: Readonly<Record<string, readonly string[]>>;
}

export const reasons: readonly Reason[] = [];
