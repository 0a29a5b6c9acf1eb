/**
 * What a bench is, and how it is timed.
 *
 * A bench asks one question. It prepares a case of some size, with a fixed seed, and the runner
 * times rounds of it: some to warm up, then the ones that count. A round returns a checksum of what
 * it computed; if two rounds differ, the figures mean nothing and the bench fails.
 */

import type { Switch } from '../src/switch.js';

/** How thorough: `full` for figures, `smoke` to see in tests that everything works. */
export interface Effort {
  readonly warmUpRounds: number;
  readonly rounds: number;
}

export const FULL: Effort = { warmUpRounds: 2, rounds: 7 };
export const SMOKE: Effort = { warmUpRounds: 0, rounds: 2 };

export interface BenchCase {
  /** Operations in a round; figures are per operation. */
  readonly operationCount: number;
  /** The timed part; returns a checksum that is the same for every round. */
  round(): number;
  /** Before each round, untimed. */
  reset?(): void;
}

export interface Bench {
  /** What is asked, as the report prints it: "flow set-up". */
  readonly name: string;
  /** What one operation is: "packet", "flow". */
  readonly operation: string;
  /** Sizes of a full run, e.g. numbers of flows. */
  readonly sizes: readonly number[];
  /** Microseconds an operation of ovs-vswitchd 3.1 takes on a machine like CI's, where measured. */
  readonly ovsUs?: number;
  /** `visit` sees each switch of the case; what it returns is called before anything is timed. */
  prepare(size: number, visit?: Visit): BenchCase;
}

/** Something that comes to a switch and goes again. */
export type Visit = (sw: Switch) => () => void;

export interface Figure {
  readonly size: number;
  /** Microseconds an operation: the fastest round and the one in the middle. */
  readonly minimumUs: number;
  readonly medianUs: number;
  readonly checksum: number;
}

export function measure(bench: Bench, size: number, effort: Effort): Figure {
  const prepared = bench.prepare(size);
  const checksum = timeRound(prepared).checksum;
  for (let i = 1; i < effort.warmUpRounds; i++) timeRound(prepared);
  const times: number[] = [];
  for (let i = 0; i < effort.rounds; i++) {
    const round = timeRound(prepared);
    if (round.checksum !== checksum) throw new Error(differs(bench, checksum, round.checksum));
    times.push((round.ms * 1000) / prepared.operationCount);
  }
  times.sort((a, b) => a - b);
  const medianUs = times[times.length >> 1] ?? 0;
  return { size, minimumUs: times[0] ?? 0, medianUs, checksum };
}

function timeRound(prepared: BenchCase): { ms: number; checksum: number } {
  prepared.reset?.();
  const start = performance.now();
  const checksum = prepared.round();
  return { ms: performance.now() - start, checksum };
}

function differs(bench: Bench, first: number, other: number): string {
  return `Cannot measure ${bench.name}: two rounds disagree (checksums ${first} and ${other})`;
}
