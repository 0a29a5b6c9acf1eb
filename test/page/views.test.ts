/**
 * The page end to end: a replay as a user starts it, in a real browser, clicked through. What the
 * page shows is compared with what the switch says of itself.
 */

import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { FlowsQuery } from '../../src/inspector/view-data.js';
import { formatCount, formatShort } from '../../src/inspector/web/format.js';
import { shortKey } from '../../src/inspector/web/key-text.js';
import { openCapture } from '../../src/packet/capture-reader.js';
import { type OpenPage, openBrowser, openPage } from './browser.js';
import { InspectedRun } from './inspected-run.js';

const ALL_FLOWS: FlowsQuery = {
  filter: 'gone',
  sort: 'packets',
  isDescending: true,
  offset: 0,
  limit: 120,
};

let browser: Browser;
let run: InspectedRun;
let opened: OpenPage;
let page: Page;

beforeAll(async () => {
  [browser, run] = await Promise.all([openBrowser(), InspectedRun.replay()]);
  opened = await openPage(browser);
  page = opened.page;
  await page.goto(run.url);
  await page.getByRole('button', { name: 'Run to the end' }).click();
  const isThere = async (): Promise<void> => {
    const { isComplete, isRunning, n, last } = await run.position();
    expect([isComplete, isRunning, n]).toEqual([true, false, last]);
  };
  await vi.waitFor(isThere, { timeout: 60_000, interval: 100 });
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await run?.stop();
});

async function openView(name: string): Promise<void> {
  await page.getByRole('tab', { name }).click();
}

/** Texts of the cells of a column of the grid, as far as they are in the document. */
function column(place: number): Promise<string[]> {
  return page.locator(`.grid tbody tr td:nth-child(${place})`).allInnerTexts();
}

function countPackets(path: string): number {
  return [...openCapture(path)].length;
}

describe('The view House', () => {
  it('shows every actor with its state', async () => {
    await openView('House');
    const { root } = await run.view('house', {});
    const names: string[] = [];
    const collect = (node: typeof root): void => {
      if (node === undefined) return;
      names.push(node.name);
      node.children.forEach(collect);
    };
    collect(root);
    await expect.poll(() => page.locator('.actor-tree tbody tr').count()).toBe(names.length);
    const shown = await page.locator('.actor-tree tbody td:first-child').allInnerTexts();
    expect(shown.map((text) => text.trim())).toEqual(names);
  });

  it('counts the ukeys by state', async () => {
    // The page is told of them a little later than the switch knows.
    await expect
      .poll(async () => {
        const { ukeys } = await run.view('house', {});
        const counts = ukeys.map(({ count }) => formatCount(count));
        return { shown: await page.locator('.bar-count').allInnerTexts(), counts };
      })
      .toSatisfy(({ shown, counts }) => shown.length > 0 && shown.join() === counts.join());
  });
});

describe('The view Machines', () => {
  it('draws every state of the leader, and marks the active ones', async () => {
    await openView('Machines');
    const { graph, active } = await run.view('machine', { machine: 'leader' });
    for (const { path } of graph.states) {
      await expect.poll(() => page.locator(`[data-state="${path}"]`).count()).toBe(1);
    }
    const marked = await page.locator('.state.is-active').count();
    expect(marked).toBe(active.length);
  });
});

describe('The view Cycle', () => {
  it('says what the leader does or waits for', async () => {
    await openView('Cycle');
    const { leader } = await run.view('cycle', {});
    await expect.poll(() => page.locator('.leader-sentence').innerText()).toContain(leader);
  });
});

describe('The view Flows', () => {
  it('shows the flows as the switch has them', async () => {
    await openView('Flows');
    await page.getByRole('button', { name: 'Gone flows, too' }).click();
    const { rows } = await run.view('flows', ALL_FLOWS);
    await expect.poll(async () => (await column(2))[0]).toBe(shortKey(rows[0]?.key ?? ''));
    const count = (await column(2)).length;
    expect(count).toBeGreaterThan(10);
    expect(await column(2)).toEqual(rows.slice(0, count).map(({ key }) => shortKey(key)));
    expect(await column(4)).toEqual(rows.slice(0, count).map((row) => formatCount(row.packets)));
    expect(await column(5)).toEqual(rows.slice(0, count).map((row) => formatShort(row.bytes)));
  });

  it('turns the order round when a column is clicked', async () => {
    const { rows } = await run.view('flows', { ...ALL_FLOWS, isDescending: false });
    await page.getByRole('columnheader', { name: 'Packets' }).getByRole('button').click();
    await expect.poll(async () => (await column(4))[0]).toBe(formatCount(rows[0]?.packets ?? -1));
    expect(await page.locator('[aria-sort="ascending"]').innerText()).toContain('Packets');
  });

  it('filters by words, and shows all again without them', async () => {
    for (const filter of ['gone udp', 'gone']) {
      const { total } = await run.view('flows', { ...ALL_FLOWS, filter });
      await page.getByRole('searchbox', { name: 'Filter' }).fill(filter);
      const count = page.locator('.view-count strong').first();
      await expect.poll(() => count.innerText()).toBe(formatCount(total));
    }
  });

  it('names the rule that causes the most megaflows first', async () => {
    const { rules } = await run.view('flows', ALL_FLOWS);
    const first = page.locator('aside .rule').first();
    expect(await first.innerText()).toContain(rules[0]?.text);
    expect(await first.locator('.rule-count').innerText()).toBe(
      formatCount(rules[0]?.megaflows ?? -1),
    );
  });

  it('says of a flow that is gone why it went', async () => {
    const { rows } = await run.view('flows', { ...ALL_FLOWS, sort: 'age' });
    const gone = rows.find(({ reason }) => reason !== undefined);
    const life = await run.view('flow', { flow: gone?.flow ?? 0 });
    await page.goto(`${run.url}#flows/${gone?.flow}`);
    await expect.poll(() => page.locator('.why-deleted').innerText()).toContain(life.whyDeleted);
    expect(await page.locator('.timeline li').count()).toBe(life.events.length);
  });

  it('moves its cursor by arrow keys and opens a flow by Enter', async () => {
    await page.goto(`${run.url}#flows`);
    await page.getByRole('grid').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.locator('[aria-rowindex="3"]').getAttribute('aria-selected'))
      .toBe('true');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.grid [aria-selected="true"]').count()).toBe(0);
  });
});

describe('The view Upcalls', () => {
  it('shows the newest upcalls as the switch has them', async () => {
    await openView('Upcalls');
    const { rows } = await run.view('upcalls', { filter: '', before: undefined, limit: 200 });
    await expect.poll(async () => (await column(5))[0]).toBe(shortKey(rows[0]?.key ?? ''));
    const keys = await column(5);
    expect(keys).toEqual(rows.slice(0, keys.length).map(({ key }) => shortKey(key)));
  });

  it('draws every message of one, and lists the steps of its translation', async () => {
    const { rows } = await run.view('upcalls', { filter: '', before: undefined, limit: 200 });
    const { messages } = await run.view('upcall', { upcall: rows[1]?.upcall ?? 0 });
    await page.locator('.grid tbody tr').nth(1).click();
    await expect.poll(() => page.locator('.sequence .message').count()).toBe(messages.length);
    const steps = messages.flatMap((message) => message.steps);
    expect(await page.locator('.steps li').count()).toBe(steps.length);
  });

  it('offers the frames of what is shown as a pcap file', async () => {
    const link = page.getByRole('link', { name: 'pcap' });
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    const file = await run.bytes('upcalls.pcap?filter=');
    expect(download.suggestedFilename()).toBe('upcalls.pcap');
    const path = await download.path();
    expect((await readFile(path)).equals(file)).toBe(true);
    const { total } = await run.view('upcalls', { filter: '', before: undefined, limit: 1 });
    expect(countPackets(path)).toBe(total);
  });
});

describe('The view Charts', () => {
  it('draws six charts', async () => {
    await openView('Charts');
    await expect.poll(() => page.locator('.chart canvas').count()).toBe(6);
  });

  it('has the same numbers as a table', async () => {
    const { hitsPerSecond, flows } = await run.view('charts', { points: 300 });
    await page.getByRole('button', { name: 'As a table' }).click();
    const newest = await page
      .locator('.number-table tbody tr')
      .first()
      .locator('td')
      .allInnerTexts();
    expect(newest[0]).toBe(formatShort(hitsPerSecond.at(-1) ?? -1));
    expect(newest[4]).toBe(formatShort(flows.at(-1) ?? -1));
  });
});

describe('Somebody who has never seen the page', () => {
  it('learns why a flow was deleted by four clicks', async () => {
    await page.goto('about:blank');
    await page.goto(run.url);
    await openView('Flows');
    await page.getByRole('button', { name: 'Gone flows, too' }).click();
    await page.getByRole('columnheader', { name: 'Ukey' }).getByRole('button').click();
    await expect.poll(async () => (await column(1))[0]).toMatch(/^✕/);
    await page.locator('.grid tbody tr').first().click();
    await expect.poll(() => page.locator('.why-deleted').innerText()).toMatch(/it was idle for/);
  });

  it('learns what the leader waits for by one', async () => {
    await openView('Cycle');
    const sentence = page.locator('.leader-sentence');
    await expect.poll(() => sentence.innerText()).toMatch(/The leader\s+(waits|starts|is|dumps)/);
  });

  it('learns which rule causes the most megaflows by one', async () => {
    await openView('Flows');
    const [first] = (await run.view('flows', ALL_FLOWS)).rules;
    const rule = page.locator('aside .rule').first();
    await expect.poll(() => rule.innerText()).toContain(first?.text ?? 'no rule');
  });
});

describe('The time bar', () => {
  it('steps backward by an event, and says where it is', async () => {
    const { n } = await run.position();
    await page.keyboard.press(',');
    await expect.poll(async () => (await run.position()).n).toBe(n - 1);
    await expect.poll(() => page.locator('.time-entry').innerText()).toBe(formatCount(n - 1));
  });
});

describe('The page', () => {
  it('asks nobody but its own server for anything', () => {
    const origin = new URL(run.url).origin;
    const strangers = opened.requests.filter((url) => !/^(data|blob):/.test(url));
    expect(strangers.filter((url) => new URL(url).origin !== origin)).toEqual([]);
  });

  it('has had no error in its scripts', () => {
    expect(opened.errors).toEqual([]);
  });
});
