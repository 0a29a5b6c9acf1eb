/**
 * How long do the page's frames take while a switch is as busy as it is meant to be watched: with
 * each view in turn, and, in the table of flows, at rest and scrolled? And what does the page say
 * that it does not show?
 */

import type { Page } from 'playwright-core';
import { openBrowser, openPage } from '../../test/page/browser.js';
import type { Position } from '../../src/inspector/view-data.js';
import { type FrameTimes, measureFrames } from './frame-times.js';
import type { LiveEnd, LiveFigures } from './live-child.js';
import type { LiveLoadOptions } from './live-load.js';
import { LiveSwitch } from './live-switch.js';

export interface FramesEffort {
  readonly load: LiveLoadOptions;
  readonly seconds: number;
  /** Each scene so often. */
  readonly tries: number;
}

export interface SceneFigures {
  readonly scene: string;
  /** One for each try. */
  readonly times: readonly FrameTimes[];
  /** What the switch did meanwhile, second by second. */
  readonly live: readonly LiveFigures[];
}

export interface FramesOutcome {
  readonly scenes: readonly SceneFigures[];
  /** What was left out, as the server counts it, and as the page says it. */
  readonly dropped: Position['dropped'];
  readonly said: string;
  /** What the page's scripts complained of. */
  readonly errors: readonly string[];
  readonly end: LiveEnd;
}

interface Scene {
  readonly name: string;
  /** What is after `#`. */
  readonly place: string;
  /** What is waited for. */
  readonly ready: string;
  readonly scrollPx?: number;
  /** What somebody does meanwhile. */
  readonly meanwhile?: (page: Page, seconds: number) => Promise<void>;
}

const GRID = '.grid tbody tr[data-index="3"]';

/** The seven views; the table of flows at rest, scrolled by hand, and by the bar. */
const SCENES: readonly Scene[] = [
  { name: 'house', place: 'house', ready: '.actor-tree' },
  { name: 'machines', place: 'machines', ready: '.state.is-active' },
  { name: 'cycle', place: 'cycle', ready: '.leader-sentence' },
  { name: 'flows', place: 'flows', ready: GRID },
  { name: 'flows, 60 px a frame', place: 'flows', ready: GRID, scrollPx: 60 },
  { name: 'flows, 3,000 px a frame', place: 'flows', ready: '.grid tbody tr', scrollPx: 3000 },
  { name: 'upcalls', place: 'upcalls', ready: GRID },
  { name: 'charts', place: 'charts', ready: '.chart canvas' },
  { name: 'time, pause and resume', place: 'cycle', ready: '.time-pause', meanwhile: pauseOften },
];

/** Rejects, with the remedy, where there is no browser. */
export async function measureWatched(effort: FramesEffort): Promise<FramesOutcome> {
  const browser = await openBrowser();
  try {
    const target = await LiveSwitch.start(effort.load);
    const { page, errors } = await openPage(browser);
    const scenes: SceneFigures[] = [];
    await page.goto(target.url);
    for (const scene of SCENES) scenes.push(await measureScene(scene, { page, target, effort }));
    const said = await page.locator('.time-message').innerText();
    const answer = await fetch(new URL('api/position', target.url));
    const { dropped } = (await answer.json()) as Position;
    // Before the end, which the page will complain of.
    const complaints = [...errors];
    return { scenes, dropped, said, errors: complaints, end: await target.end() };
  } finally {
    await browser.close();
  }
}

interface Stage {
  readonly page: Page;
  readonly target: LiveSwitch;
  readonly effort: FramesEffort;
}

async function measureScene(
  { name, place, ready, scrollPx = 0, meanwhile }: Scene,
  { page, target, effort }: Stage,
): Promise<SceneFigures> {
  const { seconds, tries } = effort;
  await page.goto(`${target.url}#${place}`);
  await page.locator(ready).first().waitFor();
  target.take();
  const times: FrameTimes[] = [];
  for (let i = 0; i < tries; i++) {
    const measured = measureFrames(page, { seconds, scrollPx });
    await meanwhile?.(page, seconds);
    times.push(await measured);
  }
  return { scene: name, times, live: target.take() };
}

/** Pauses the revalidators and lets them go on, twice a second. */
async function pauseOften(page: Page, seconds: number): Promise<void> {
  for (let i = 0; i < 2 * seconds; i++) {
    await page.locator('.time-pause').click();
    await page.waitForTimeout(250);
    await page.locator('.time-pause').click();
    await page.waitForTimeout(200);
  }
}
