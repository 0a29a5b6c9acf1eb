/**
 * `npm run bench:inspect [-- --scale 1] [-- unwatched|replay|frames ...]`: what the inspector costs
 * where there is none, what it costs a replay, and how long the page's frames take before a busy
 * switch. Fails where a budget is exceeded, but not at scale 1, which only runs everything once.
 *
 * What is missing (the shared captures, a browser) is said, and the rest is measured.
 */

import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type FramesEffort, measureWatched } from './frames.js';
import { measureReplay } from './replayed.js';
import { Report } from './report.js';
import { measureUnwatched, profileHotPath, type UnwatchedEffort } from './unwatched.js';

const SHARED = resolve(process.env['UPCALL_SHARED'] ?? '../shared');
const MIXED = join(SHARED, 'captures/mixed/mixed-apps-a.pcap');
const BUNDLED = 'captures/bundled.pcap';

interface Effort {
  readonly unwatched: UnwatchedEffort;
  readonly replays: number;
  readonly frames: FramesEffort;
}

const FULL: Effort = {
  unwatched: { runs: 20, ms: 300, sizes: { 'hot-path': 1000, 'set-up': 10_000, dump: 10_000 } },
  replays: 7,
  frames: { load: { upcallsPerSecond: 10_000, flows: 200_000 }, seconds: 3, tries: 3 },
};
const SMOKE: Effort = {
  unwatched: { runs: 1, ms: 1, sizes: { 'hot-path': 1, 'set-up': 1, dump: 1 } },
  replays: 1,
  frames: { load: { upcallsPerSecond: 1000, flows: 1000 }, seconds: 0.5, tries: 1 },
};

const { values, positionals } = parseArgs({
  options: { scale: { type: 'string', default: 'full' } },
  allowPositionals: true,
});
const isSmoke = values.scale === '1';
const effort = isSmoke ? SMOKE : FULL;
const report = new Report((line) => console.log(line));

const parts: Readonly<Record<string, () => Promise<void>>> = {
  unwatched: reportUnwatched,
  replay: reportReplay,
  frames: reportFrames,
};
for (const [name, run] of Object.entries(parts)) {
  if (positionals.length === 0 || positionals.includes(name)) await run();
}
conclude();

async function reportUnwatched(): Promise<void> {
  report.title(
    `No inspector attached: ${effort.unwatched.runs} runs of each, CPU time (${load()})`,
  );
  report.head(['', 'never had one', 'had one', 'difference', 'two runs without']);
  for (const bench of ['hot-path', 'set-up', 'dump'] as const) {
    report.unwatched(bench, await measureUnwatched(bench, effort.unwatched));
  }
  report.profile(await profileHotPath(effort.unwatched));
}

async function reportReplay(): Promise<void> {
  const isThere = existsSync(MIXED);
  if (!isThere) {
    report.title(
      `No "${MIXED}": set UPCALL_SHARED to the folder that has it. ` +
        'The bundled capture is too short to judge by',
    );
  }
  const capture = isThere && !isSmoke ? MIXED : BUNDLED;
  report.title(`A replay of ${capture}: medians of ${effort.replays} pairs (${load()})`);
  report.head(['', 'without', 'with', 'ratio', 'of all pairs']);
  for (const mode of ['inspect', 'record'] as const) {
    report.replay(mode, await measureReplay(capture, mode, effort.replays), capture === MIXED);
  }
}

async function reportFrames(): Promise<void> {
  const { upcallsPerSecond, flows } = effort.frames.load;
  report.title(
    `Frames before ${flows} ukeys and ${upcallsPerSecond} upcalls a second, ` +
      `best of ${effort.frames.tries} (${load()})`,
  );
  report.head([
    '',
    'median / 95 % / longest',
    'worst 95 %',
    'flows',
    'upcalls/s',
    'thread',
    'turns: 99 % / longest',
  ]);
  try {
    report.frames(await measureWatched(effort.frames));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!message.startsWith('Cannot open a browser')) throw error;
    report.line(`Not measured. ${message}`);
  }
}

/** What else the machine does: figures mean little where it is high. */
function load(): string {
  return `load ${loadavg()[0]?.toFixed(1)}`;
}

function conclude(): void {
  if (isSmoke) {
    report.title('Run once, at scale 1: the figures mean nothing.');
    return;
  }
  report.title(report.excesses.length === 0 ? 'All within their budgets.' : 'Over budget:');
  for (const excess of report.excesses) report.line(excess);
  process.exitCode = report.excesses.length === 0 ? 0 : 1;
}
