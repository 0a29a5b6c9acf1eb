/**
 * The samples of the counters up to one position of the log, as charts need them.
 *
 * Bounded: when there are too many, every second one goes, so that the whole run stays in view and
 * becomes coarser; since counters are totals, nothing that they counted is lost.
 *
 * Owner: one `ModelState`.
 */

import type { SampleEntry } from './log-entry.js';

/** Twice as many as a chart has pixels. */
export const SAMPLES_MAX = 4_096;

export class SeriesModel {
  #samples: SampleEntry[] = [];

  /** Oldest first. */
  get samples(): readonly SampleEntry[] {
    return this.#samples;
  }

  get last(): SampleEntry | undefined {
    return this.#samples.at(-1);
  }

  add(sample: SampleEntry): void {
    this.#samples.push(sample);
    if (this.#samples.length > SAMPLES_MAX) this.#samples = halve(this.#samples);
  }

  copy(): SeriesModel {
    const copy = new SeriesModel();
    copy.#samples = this.#samples.slice();
    return copy;
  }
}

/** The later one of each pair, with the longest delay of both. */
function halve(samples: readonly SampleEntry[]): SampleEntry[] {
  const kept: SampleEntry[] = [];
  for (let i = samples.length - 1; i >= 0; i -= 2) {
    const later = samples[i];
    if (later === undefined) continue;
    const loopDelayMs = Math.max(later.loopDelayMs, samples[i - 1]?.loopDelayMs ?? 0);
    kept.push({ ...later, loopDelayMs });
  }
  return kept.reverse();
}
