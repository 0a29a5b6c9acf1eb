/** What the inspector's bench makes of its figures; that it runs, `.ci/run` sees at scale 1. */

import { describe, expect, it } from 'vitest';
import { alternate, type Cost, medianOf, ratiosOf } from '../../bench/inspect/pairs.js';
import { REPLAY_RATIO_MAX } from '../../bench/inspect/replayed.js';
import { Report } from '../../bench/inspect/report.js';

const cost = (ms: number): Cost => ({ cpuMs: ms, wallMs: 2 * ms });

function createReport(): { report: Report; lines: string[] } {
  const lines: string[] = [];
  return { report: new Report((line) => lines.push(line)), lines };
}

describe('alternate()', () => {
  it('changes who comes first', async () => {
    const order: string[] = [];
    const side = (name: string) => async () => {
      order.push(name);
      return cost(order.length);
    };
    const pairs = await alternate(3, { without: side('a'), with: side('b') });
    expect(order.join('')).toBe('abbaab');
    expect(pairs[1]).toEqual({ with: cost(3), without: cost(4) });
  });
});

describe('ratiosOf()', () => {
  it('is the median of the ratios of pairs, and how far they go', () => {
    const pairs = [2, 9, 3].map((factor) => ({ without: cost(10), with: cost(10 * factor) }));
    expect(ratiosOf(pairs, 'cpuMs')).toEqual({ median: 3, lowest: 2, highest: 9 });
  });
});

describe('medianOf()', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[7], 7],
  ])('of %j is %d', (numbers, median) => {
    expect(medianOf(numbers)).toBe(median);
  });
});

describe('Report', () => {
  const replay = (factor: number) => ({
    pairs: [{ without: cost(100), with: cost(100 * factor) }],
    packets: 10,
    upcalls: 2,
    documents: new Map([['house', 3]]),
  });

  it('finds a replay too slow beyond twice the time, where it is to be judged', () => {
    const { report } = createReport();
    report.replay('record', replay(REPLAY_RATIO_MAX), true);
    report.replay('inspect', replay(9), false);
    expect(report.excesses).toEqual([]);
    report.replay('inspect', replay(2.01), true);
    expect(report.excesses[0]).toBe('inspect (cpuMs): 2.01, at most 2 is allowed');
  });

  it('finds a cost where there is no inspector only beyond what two runs without differ by', () => {
    const { report } = createReport();
    const never = { never: 5, spread: 0.2 };
    report.unwatched('dump', { ...never, gone: 5.1, difference: 0.1 });
    report.unwatched('dump', { ...never, gone: 4, difference: -1 });
    expect(report.excesses).toEqual([]);
    report.unwatched('dump', { ...never, gone: 5.3, difference: 0.3 });
    expect(report.excesses[0]).toMatch(/^dump: 0.3000 us between never and gone/);
  });

  it('finds files of the inspector in a profile', () => {
    const { report, lines } = createReport();
    report.profile(new Map([['src/packet/extract.js', 9]]));
    expect(report.excesses).toEqual([]);
    report.profile(new Map([['src/inspector/recorder.js', 1]]));
    expect(report.excesses).toEqual(['the hot path visits src/inspector/recorder.js']);
    expect(lines[1]).toContain('1 of 1 samples');
  });

  it('judges frames by the best try, and says what was left out', () => {
    const { report, lines } = createReport();
    const times = [40, 16.7].map((p95) => ({ frames: 60, p50: 16.7, p95, max: p95 }));
    const scene = { scene: 'flows', times, live: [] };
    const outcome = { scenes: [scene], dropped: { put: 7 }, said: '7 × put', errors: [] };
    const end = { isConserved: true, packets: 9 };
    report.frames({ ...outcome, end });
    expect(report.excesses).toEqual([]);
    expect(lines.join('\n')).toContain('left out, as the server counts it: 7 put');
    report.frames({ ...outcome, scenes: [{ ...scene, times: times.slice(0, 1) }], end });
    report.frames({ ...outcome, errors: ['oops'], end: { ...end, isConserved: false } });
    expect(report.excesses).toEqual([
      'frames of flows: 40.00, at most 33 is allowed',
      'packets are not accounted for',
      'an error in the page: oops',
    ]);
  });
});
