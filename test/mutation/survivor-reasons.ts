/** Why mutants survive: every survivor of `npm run mutate`, under the reason that it has. */

export interface Survivor {
  /** Below `src/`. */
  readonly file: string;
  /** The text that is replaced, without line breaks; a prefix of it, if that ends with "…". */
  readonly original: string;
  /** By what; undefined: by whatever. */
  readonly replacement?: string;
}

export interface Reason {
  readonly title: string;
  readonly why: string;
  readonly survivors: readonly Survivor[];
}

export const reasons: readonly Reason[] = [];
