/**
 * Small captures, made in memory or written to a file of the test's own.
 */

import type { LoadedCapture } from '../../src/cli/loaded-capture.js';

const FRAME_SIZE = 60;

/** A frame from 02:00:00:00:00:`last` to everyone, of a type that nothing parses. */
export function frameFrom(last: number): Uint8Array {
  const frame = new Uint8Array(FRAME_SIZE);
  frame.fill(0xff, 0, 6);
  frame.set([2, 0, 0, 0, 0, last, 0x88, 0xb5], 6);
  return frame;
}

/** A capture of `frames`, one each `stepMs` milliseconds from 1 s on. */
export function captureOf(
  file: string,
  frames: readonly Uint8Array[],
  timesMs: readonly number[] = frames.map((_, i) => i),
): LoadedCapture {
  return {
    file,
    data: frames,
    seconds: timesMs.map((ms) => 1 + Math.floor(ms / 1000)),
    nanoseconds: timesMs.map((ms) => (ms % 1000) * 1_000_000),
    interfaces: frames.map(() => 0),
    interfaceNames: [''],
    error: undefined,
  };
}
