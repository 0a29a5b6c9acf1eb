/**
 * What happened in a run that is known to break an invariant under some profile, and the label of
 * the defect of the seed that it then was (behaviours.md 2.16).
 *
 * A label says what a violation is an example of. It never excuses one.
 */

/** Circumstances of a run, noted when they occur. */
export const circumstances = [
  /** The datapath refused a deletion, or the flow was gone. */
  'failed deletion',
  /** A handler had a miss and an action of one flow in its hands at the same time. */
  'mixed batch',
  /** A flush destroyed a flow of ours with counters that had not been pushed. */
  'flushed counters',
  /** A revalidator could not find out what a key stands for. */
  'untranslatable key',
  /** A flow was removed by others, and may have come again under the same ukey. */
  'stolen flow',
] as const;

export type Circumstance = (typeof circumstances)[number];

interface KnownDefect {
  readonly label: string;
  /** Invariants that it breaks. */
  readonly breaks: readonly string[];
  /** Without which it does not show. */
  readonly needs?: Circumstance;
}

/** The first that fits is meant: the more particular ones come first. */
const KNOWN: readonly KnownDefect[] = [
  { label: 'B-02', breaks: ['S1', 'S3', 'P2'], needs: 'failed deletion' },
  { label: 'B-01, by flush', breaks: ['S1'], needs: 'flushed counters' },
  { label: 'B-04', breaks: ['S1'], needs: 'mixed batch' },
  { label: 'B-27', breaks: ['S1'], needs: 'untranslatable key' },
  { label: 'B-12, U-111', breaks: ['S1', 'S3'], needs: 'stolen flow' },
  { label: 'B-01', breaks: ['S10'] },
  { label: 'B-12', breaks: ['L6'] },
  { label: 'B-02', breaks: ['L1'], needs: 'failed deletion' },
  { label: 'B-10', breaks: ['L1'] },
  { label: 'B-05', breaks: ['S17'] },
  { label: 'B-03', breaks: ['L7'] },
  { label: 'B-06', breaks: ['L8'] },
  { label: 'B-07', breaks: ['L2'] },
  { label: 'B-14', breaks: ['S22'] },
];

/** The defect of the seed that a violation of `id` shows; undefined: none that is known. */
export function labelOf(id: string, noted: ReadonlySet<Circumstance>): string | undefined {
  const fits = ({ breaks, needs }: KnownDefect): boolean =>
    breaks.includes(id) && (needs === undefined || noted.has(needs));
  return KNOWN.find(fits)?.label;
}
