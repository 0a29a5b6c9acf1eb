import { describe, expect, it } from 'vitest';
import { mergeCaptures } from '../../src/cli/packet-sequence.js';
import { captureOf, frameFrom } from './captures.js';

const frames = (count: number) => Array.from({ length: count }, (_, i) => frameFrom(i));

describe('mergeCaptures()', () => {
  it('orders packets by time, counted from the first one', () => {
    const merged = mergeCaptures([
      captureOf('a', frames(2), [5, 1500]),
      captureOf('b', frames(2), [10, 20]),
    ]);
    expect(merged.captures).toEqual([0, 1, 1, 0]);
    expect(merged.elapsedMs).toEqual([0, 5, 15, 1495]);
  });

  it('breaks ties by the order of the arguments', () => {
    const merged = mergeCaptures([captureOf('a', frames(1), [7]), captureOf('b', frames(1), [7])]);
    expect(merged.captures).toEqual([0, 1]);
  });

  it("keeps a file's own order where its time goes backward", () => {
    const merged = mergeCaptures([captureOf('a', frames(3), [100, 40, 120])]);
    expect(merged.elapsedMs).toEqual([0, -60, 20]);
  });

  it('counts whole milliseconds, rounding down', () => {
    const capture = captureOf('a', frames(2), [0, 1]);
    const nanoseconds = [999_999, 1_000_000];
    expect(mergeCaptures([{ ...capture, nanoseconds }]).elapsedMs).toEqual([0, 0]);
  });

  it('is empty without packets', () => {
    expect(mergeCaptures([captureOf('a', [])]).data).toEqual([]);
  });
});
