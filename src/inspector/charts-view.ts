/**
 * The counters over time, in as many points as the page wants.
 *
 * A point stands for the time since the one before it: rates are differences of totals, so that
 * leaving samples out loses nothing that they counted; of delays the longest is shown.
 */

import { UpcallError } from '../base/errors.js';
import type { SampleEntry } from './log-entry.js';
import type { Moment } from './moment.js';
import type { ChartsView } from './view-data.js';

/** More than a screen has pixels. */
export const POINTS_MAX = 4_000;

export function chartsView({ header, model }: Moment, points: number): ChartsView {
  if (!Number.isInteger(points) || points < 1 || points > POINTS_MAX) {
    throw new UpcallError(`Cannot chart ${points} points: ask for 1 to ${POINTS_MAX}`);
  }
  const samples = thin(model.series.samples, points);
  const spans = samples.map((sample, i) => spanOf(samples[i - 1], sample, header.startedAt));
  return {
    t: samples.map(({ t }) => t),
    upcallsPerSecond: spans.map(({ perSecond }) => perSecond('upcalls')),
    hitsPerSecond: spans.map(({ perSecond }) => perSecond('hits')),
    missesPerSecond: spans.map(({ perSecond }) => perSecond('misses')),
    lostPerSecond: spans.map(({ perSecond }) => perSecond('lost')),
    flows: samples.map(({ flows }) => flows),
    flowLimit: samples.map(({ flowLimit }) => flowLimit),
    dumpMs: samples.map(({ dumpDurationMs }) => dumpDurationMs),
    loopDelayMs: samples.map(({ loopDelayMs }) => loopDelayMs),
    deleted: deletions(samples),
  };
}

type Counter = 'upcalls' | 'hits' | 'misses' | 'lost';

interface Span {
  perSecond(counter: Counter): number;
}

/** Before the first sample nothing was counted. */
function spanOf(before: SampleEntry | undefined, sample: SampleEntry, startedAt: number): Span {
  const elapsedMs = sample.t - (before?.t ?? startedAt);
  return {
    perSecond(counter) {
      const count = sample[counter] - (before?.[counter] ?? 0);
      return elapsedMs > 0 ? Math.round((count * 10_000) / elapsedMs) / 10 : 0;
    },
  };
}

/** The last of each group, so that there are `points` at most; the newest sample is among them. */
function thin(samples: readonly SampleEntry[], points: number): SampleEntry[] {
  const size = Math.ceil(samples.length / points);
  const kept: SampleEntry[] = [];
  for (let end = samples.length; end > 0; end -= size) {
    const group = samples.slice(Math.max(0, end - size), end);
    const last = group.at(-1);
    if (last === undefined) break;
    kept.push({ ...last, loopDelayMs: Math.max(...group.map(({ loopDelayMs }) => loopDelayMs)) });
  }
  return kept.reverse();
}

/** Deletions in each interval, for every reason that there ever was. */
function deletions(samples: readonly SampleEntry[]): Record<string, number[]> {
  const reasons = Object.keys(samples.at(-1)?.deleted ?? {});
  return Object.fromEntries(
    reasons.map((reason) => [
      reason,
      samples.map((sample, i) => count(sample, reason) - count(samples[i - 1], reason)),
    ]),
  );
}

function count(sample: SampleEntry | undefined, reason: string): number {
  return sample?.deleted[reason] ?? 0;
}
