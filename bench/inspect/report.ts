/**
 * What `npm run bench:inspect` prints, and which budgets it finds exceeded.
 */

import { FRAME_MS_MAX, type FrameTimes } from './frame-times.js';
import type { FramesOutcome, SceneFigures } from './frames.js';
import type { LiveFigures } from './live-child.js';
import { type Cost, medianOf, ratiosOf } from './pairs.js';
import { REPLAY_RATIO_MAX, type ReplayCost, type ReplayMode } from './replayed.js';
import type { UnwatchedBench, UnwatchedCost } from './unwatched.js';

/** Files of the program in which an unwatched switch has no business. */
const INSPECTOR = /^src\/inspector\//;

export class Report {
  /** What is over its budget, in words. */
  readonly excesses: string[] = [];
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  title(text: string): void {
    this.#print(`\n${text}`);
  }

  line(text: string): void {
    this.#print(`  ${text}`);
  }

  unwatched(bench: UnwatchedBench, { never, gone, difference, spread }: UnwatchedCost): void {
    const cells = [never, gone, difference, spread].map((us) => `${us.toFixed(4)} us`);
    this.#row([bench, ...cells]);
    if (difference < spread) return;
    this.excesses.push(
      `${bench}: ${difference.toFixed(4)} us between never and gone, ` +
        `${spread.toFixed(4)} us between two runs without`,
    );
  }

  profile(samples: ReadonlyMap<string, number>): void {
    const all = [...samples.values()].reduce((sum, count) => sum + count, 0);
    const ours = [...samples].filter(([file]) => INSPECTOR.test(file));
    const count = ours.reduce((sum, [, samplesOfFile]) => sum + samplesOfFile, 0);
    this.line(`profile of the hot path: ${count} of ${all} samples in the inspector's files`);
    if (count > 0)
      this.excesses.push(`the hot path visits ${ours.map(([file]) => file).join(' ')}`);
  }

  /** `isJudged`: whether the budget holds for this replay; in a short one, fixed costs prevail. */
  replay(mode: ReplayMode, cost: ReplayCost, isJudged: boolean): void {
    const { pairs, packets, upcalls, documents } = cost;
    const medians = (of: keyof Cost): string[] => {
      const without = medianOf(pairs.map((pair) => pair.without[of]));
      const others = medianOf(pairs.map((pair) => pair.with[of]));
      const { median, lowest, highest } = ratiosOf(pairs, of);
      if (isJudged) this.#judge(`${mode} (${of})`, median, REPLAY_RATIO_MAX);
      const range = `${lowest.toFixed(2)} to ${highest.toFixed(2)}`;
      return [`${without.toFixed(0)} ms`, `${others.toFixed(0)} ms`, median.toFixed(2), range];
    };
    this.#row([`${mode}, CPU time`, ...medians('cpuMs')]);
    this.#row([`${mode}, time`, ...medians('wallMs')]);
    const views = [...documents].map(([view, count]) => `${view} ${count}`).join(', ');
    const seen = views === '' ? '' : `; documents: ${views}`;
    this.line(`${packets} packets, ${upcalls} upcalls${seen}`);
  }

  frames({ scenes, dropped, said, errors, end }: FramesOutcome): void {
    for (const scene of scenes) this.#scene(scene);
    const counts = Object.entries(dropped).map(([kind, count]) => `${count} ${kind}`);
    this.line(`left out, as the server counts it: ${counts.join(', ') || 'nothing'}`);
    this.line(`left out, as the page says it:     ${said || 'nothing'}`);
    this.line(`packets: ${end.packets}, all accounted for: ${end.isConserved ? 'yes' : 'NO'}`);
    if (!end.isConserved) this.excesses.push('packets are not accounted for');
    for (const error of errors) this.excesses.push(`an error in the page: ${error}`);
  }

  #scene({ scene, times, live }: SceneFigures): void {
    const best = times.reduce((one, other) => (other.p95 < one.p95 ? other : one));
    const worst = Math.max(...times.map(({ p95 }) => p95));
    this.#row([scene, framesText(best), `${worst.toFixed(1)} ms`, ...liveCells(live)]);
    this.#judge(`frames of ${scene}`, best.p95, FRAME_MS_MAX);
  }

  head(cells: readonly string[]): void {
    this.#row(cells);
  }

  #judge(what: string, figure: number, max: number): void {
    if (figure <= max) return;
    this.excesses.push(`${what}: ${figure.toFixed(2)}, at most ${max} is allowed`);
  }

  #row(cells: readonly string[]): void {
    const [name = '', ...others] = cells;
    this.line(`${name.padEnd(26)}${others.map((cell) => cell.padStart(24)).join('')}`);
  }
}

function framesText({ p50, p95, max }: FrameTimes): string {
  return `${[p50, p95, max].map((ms) => ms.toFixed(1)).join(' / ')} ms`;
}

/** None where a scene was shorter than what the switch takes between its figures. */
function liveCells(live: readonly LiveFigures[]): string[] {
  if (live.length === 0) return [];
  const median = (of: (figures: LiveFigures) => number): string =>
    medianOf(live.map(of)).toFixed(0);
  const p99 = Math.max(...live.map(({ turns }) => turns.p99));
  const longest = Math.max(...live.map(({ turns }) => turns.longest));
  return [
    median(({ flows }) => flows),
    median(({ upcallsPerSecond }) => upcallsPerSecond),
    `${median(({ turns }) => 100 * turns.share)} %`,
    `${p99.toFixed(1)} / ${longest.toFixed(1)} ms`,
  ];
}
