/**
 * Writes the README's pictures, `docs/images/*.png`: every view of a replay of the bundled capture,
 * at the size that the page must be readable at. `npm run screenshots`.
 */

import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import type { FlowsQuery } from '../../src/inspector/view-data.js';
import { openBrowser, openPage } from './browser.js';
import { InspectedRun } from './inspected-run.js';

const FOLDER = 'docs/images';
/** Entries that the run is shown at: in the midst of things. */
const SHARE = 0.6;
/** So long a transition's animation goes on at most. */
const SETTLE_MS = 800;

const GONE: FlowsQuery = { filter: 'gone', sort: 'age', isDescending: true, offset: 0, limit: 200 };

interface Shot {
  readonly name: string;
  readonly colorScheme: 'light' | 'dark';
  /** What is after `#`. */
  readonly place: string;
  /** What is waited for. */
  readonly ready: string;
  /** What is clicked before: names of buttons. */
  readonly clicks?: readonly string[];
}

const browser = await openBrowser();
const run = await InspectedRun.replay();
try {
  await goToTheMidst();
  mkdirSync(FOLDER, { recursive: true });
  for (const shot of await shots()) await take(shot);
} finally {
  await browser.close();
  await run.stop();
}

/** By the page, as a reader would. */
async function goToTheMidst(): Promise<void> {
  const { page } = await openPage(browser);
  await page.goto(run.url);
  await page.getByRole('button', { name: 'Run to the end' }).click();
  await until(async () => (await run.position()).isComplete);
  const { last } = await run.position();
  const n = Math.round(SHARE * last);
  await page.getByRole('slider', { name: 'Entry' }).fill(String(n));
  await until(async () => (await run.position()).n === n);
  await page.close();
}

async function shots(): Promise<Shot[]> {
  const flows = await run.view('flows', GONE);
  const gone = flows.rows.find(({ reason }) => reason !== undefined)?.flow ?? 1;
  const upcalls = await run.view('upcalls', { filter: '', before: undefined, limit: 200 });
  const upcall = upcalls.rows.at(-1)?.upcall ?? 1;
  const light = 'light';
  const grid = '.grid tbody tr';
  return [
    { name: 'house', colorScheme: light, place: 'house', ready: '.actor-tree' },
    { name: 'machines', colorScheme: light, place: 'machines', ready: '.state.is-active' },
    { name: 'cycle', colorScheme: light, place: 'cycle', ready: '.leader-sentence' },
    { name: 'flows', colorScheme: light, place: 'flows', ready: grid },
    {
      name: 'flow',
      colorScheme: light,
      place: `flows/${gone}`,
      ready: '.why-deleted',
      clicks: ['Gone flows, too', 'Ukey'],
    },
    { name: 'upcalls', colorScheme: light, place: `upcalls/${upcall}`, ready: '.sequence' },
    { name: 'charts', colorScheme: light, place: 'charts', ready: '.chart canvas' },
    { name: 'charts-dark', colorScheme: 'dark', place: 'charts', ready: '.chart canvas' },
  ];
}

async function take({ name, colorScheme, place, ready, clicks = [] }: Shot): Promise<void> {
  const { page } = await openPage(browser, { colorScheme });
  await page.goto(`${run.url}#${place}`);
  await page.locator(ready).first().waitFor();
  for (const button of clicks) await page.getByRole('button', { name: button }).click();
  await settle(page);
  const path = `${FOLDER}/${name}.png`;
  await page.screenshot({ path });
  await page.close();
  process.stdout.write(`${path}\n`);
}

function settle(page: Page): Promise<void> {
  return page.waitForTimeout(SETTLE_MS);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 100));
}
