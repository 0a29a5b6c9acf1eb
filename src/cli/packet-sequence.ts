/**
 * The packets of all captures in the order in which the switch gets them: merged by timestamp, ties
 * by the order of the arguments, each file's own order kept even where its timestamps go backward.
 */

import type { LoadedCapture } from './loaded-capture.js';

/** Columns of equal length, one row a packet. */
export interface PacketSequence {
  readonly data: readonly Uint8Array[];
  /** Whole milliseconds since the first packet of the sequence; may go backward. */
  readonly elapsedMs: readonly number[];
  /** Which capture it came from. */
  readonly captures: readonly number[];
  /** Which interface of that capture. */
  readonly interfaces: readonly number[];
  /** When the first packet was captured. */
  readonly startSeconds: number;
  readonly startNanoseconds: number;
}

export function mergeCaptures(captures: readonly LoadedCapture[]): PacketSequence {
  const cursors: number[] = captures.map(() => 0);
  const first = captures[earliest(captures, cursors)];
  const startSeconds = first?.seconds[0] ?? 0;
  const startNanoseconds = first?.nanoseconds[0] ?? 0;
  const data: Uint8Array[] = [];
  const elapsedMs: number[] = [];
  const sources: number[] = [];
  const interfaces: number[] = [];
  for (;;) {
    const source = earliest(captures, cursors);
    const capture = captures[source];
    if (capture === undefined) break;
    const row = cursors[source] ?? 0;
    cursors[source] = row + 1;
    const seconds = (capture.seconds[row] ?? 0) - startSeconds;
    const nanoseconds = (capture.nanoseconds[row] ?? 0) - startNanoseconds;
    data.push(capture.data[row] ?? new Uint8Array());
    elapsedMs.push(seconds * 1000 + Math.floor(nanoseconds / 1_000_000));
    sources.push(source);
    interfaces.push(capture.interfaces[row] ?? 0);
  }
  return { data, elapsedMs, captures: sources, interfaces, startSeconds, startNanoseconds };
}

/** The capture whose next packet is the oldest; -1 when all are at their end. */
function earliest(captures: readonly LoadedCapture[], cursors: readonly number[]): number {
  let best = -1;
  let bestSeconds = 0;
  let bestNanoseconds = 0;
  for (let i = 0; i < captures.length; i++) {
    const row = cursors[i] ?? 0;
    const seconds = captures[i]?.seconds[row];
    if (seconds === undefined) continue;
    const nanoseconds = captures[i]?.nanoseconds[row] ?? 0;
    const isOlder =
      seconds < bestSeconds || (seconds === bestSeconds && nanoseconds < bestNanoseconds);
    if (best >= 0 && !isOlder) continue;
    best = i;
    bestSeconds = seconds;
    bestNanoseconds = nanoseconds;
  }
  return best;
}
