/**
 * The page before 200,000 flows and 10,000 upcalls a second: whatever one scrolls to is there, and
 * only that is in the document. How long frames take meanwhile, `npm run bench:inspect` measures.
 */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InspectorServer, startServer } from '../../src/inspector/inspector-server.js';
import { BusySession } from '../inspector/busy-session.js';
import { openBrowser, openPage } from './browser.js';

const FLOWS = 200_000;
const TICK_MS = 100;
/** Rows in the document at most: some screens full. */
const ROWS_MAX = 120;

let browser: Browser;
let server: InspectorServer;
let ticking: NodeJS.Timeout;
let page: Page;

beforeAll(async () => {
  const session = new BusySession({ flows: FLOWS, upcallsPerSecond: 10_000 });
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

describe('The table of 200,000 flows', () => {
  it.each([
    ['beginning', 0],
    ['middle', 0.5],
    ['end', 1],
  ])('shows its %s, and has no other rows in the document', async (_, share) => {
    await page.goto(`${server.url}#flows`);
    await page.locator('.grid tbody tr').first().waitFor();
    await page
      .locator('.grid')
      .evaluate((grid, at) => grid.scrollTo({ top: at * grid.scrollHeight }), share);
    const index = Math.min(FLOWS - 1, Math.floor(share * FLOWS));
    const row = page.locator(`.grid tbody tr[data-index="${index}"]`);
    await expect.poll(() => row.innerText(), { timeout: 20_000 }).toMatch(/udp|tcp|icmp/);
    expect(await page.locator('.grid tbody tr').count()).toBeLessThan(ROWS_MAX);
  });
});

describe('The tail of 10,000 upcalls a second', () => {
  it('moves on, and has no more rows in the document', async () => {
    await page.goto(`${server.url}#upcalls`);
    const count = page.locator('.view-count strong').first();
    await count.waitFor();
    const before = await count.innerText();
    await expect.poll(() => count.innerText()).not.toBe(before);
    expect(await page.locator('.grid tbody tr').count()).toBeLessThan(ROWS_MAX);
  });
});
