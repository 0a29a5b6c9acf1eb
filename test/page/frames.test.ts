/**
 * Frames while 200,000 flows exist, 10,000 upcalls a second go by and documents come ten times a
 * second: at most 33 ms in 95 of 100.
 */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InspectorServer, startServer } from '../../src/inspector/inspector-server.js';
import { BusySession } from '../inspector/busy-session.js';
import { openBrowser, openPage } from './browser.js';
import { type FrameTimes, measureFrames } from './frame-times.js';

const TICK_MS = 100;
/** Two frames of a display at 60 Hz, and what a clock of 0.1 ms adds. */
const FRAME_MS_MAX = 33.5;
const SECONDS = 4;

let browser: Browser;
let server: InspectorServer;
let ticking: NodeJS.Timeout;
let page: Page;

beforeAll(async () => {
  const session = new BusySession({ flows: 200_000, upcallsPerSecond: 10_000 });
  const place = pathToFileURL(join(process.cwd(), 'dist/inspector/page/'));
  server = await startServer({ session, port: 0, pagePlaces: [place] });
  ticking = setInterval(() => session.tick(TICK_MS), TICK_MS);
  browser = await openBrowser();
  page = (await openPage(browser)).page;
}, 60_000);

afterAll(async () => {
  clearInterval(ticking);
  await browser?.close();
  await server?.close();
});

/** The best of three, for other programs of this machine take their time, too. */
async function bestOf(scrollPx: number): Promise<FrameTimes> {
  const runs: FrameTimes[] = [];
  for (let i = 0; i < 3; i++) runs.push(await measureFrames(page, { seconds: SECONDS, scrollPx }));
  return runs.reduce((best, one) => (one.p95 < best.p95 ? one : best));
}

function report(what: string, { p50, p95, max }: FrameTimes): void {
  const figures = [p50, p95, max].map((ms) => ms.toFixed(1)).join(' / ');
  process.stdout.write(`frames, ${what}: ${figures} ms (median / 95 % / longest)\n`);
}

describe('Frames', () => {
  it.each([
    ['flows', '.grid tbody tr[data-index="3"]', 0],
    ['flows', '.grid tbody tr[data-index="3"]', 60],
    ['flows', '.grid tbody tr', 3_000],
    ['upcalls', '.grid tbody tr[data-index="3"]', 0],
    ['charts', '.chart canvas', 0],
  ])('of %s (%s), scrolled by %i px each, take 33 ms at most', async (view, ready, scrollPx) => {
    await page.goto(`${server.url}#${view}`);
    await page.locator(ready).first().waitFor();
    const times = await bestOf(scrollPx);
    report(`${view}, ${scrollPx} px a frame`, times);
    expect(times.frames).toBeGreaterThan(60);
    expect(times.p95).toBeLessThanOrEqual(FRAME_MS_MAX);
  });
});
