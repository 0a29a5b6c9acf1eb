import { describe, expect, it } from 'vitest';
import { silentLog } from '../../src/base/log.js';
import { startServer } from '../../src/inspector/inspector-server.js';
import { type Left, PushTimer } from '../../src/inspector/push-timer.js';
import type { ViewDocuments, ViewName, ViewQueries } from '../../src/inspector/view-data.js';
import { PUSH_MS } from '../../src/inspector/wire.js';
import { FakeSession } from './fake-session.js';
import { PageClient } from './page-client.js';
import { WornClock } from './worn-clock.js';

/** What is left after each slice, and when each began. */
function scene(takesMs: number, ...lefts: readonly Left[]) {
  const clock = new WornClock();
  const slices: { at: number; isFirst: boolean }[] = [];
  const timer = new PushTimer(clock, ({ isFirst }) => {
    slices.push({ at: clock.monotonic(), isFirst });
    clock.wear(takesMs);
    return lefts[slices.length - 1] ?? 'nothing';
  });
  return { clock, slices, timer };
}

describe('PushTimer', () => {
  it('pushes what has changed within one tenth of a second once', () => {
    const { clock, slices, timer } = scene(0);
    timer.changed();
    clock.advance(10);
    timer.changed();
    timer.changed();
    clock.advance(10 * PUSH_MS);
    expect(slices.map(({ at }) => at)).toEqual([0, PUSH_MS]);
  });

  it('goes on with a round soon, and leaves others four times what it took', () => {
    const { clock, slices, timer } = scene(3, 'soon', 'soon', 'nothing');
    timer.changed();
    while (clock.runNext());
    expect(slices).toEqual([
      { at: 0, isFirst: true },
      { at: 15, isFirst: false },
      { at: 30, isFirst: false },
    ]);
  });

  it('begins a new round when the one before was done', () => {
    const { clock, slices, timer } = scene(1, 'soon', 'later', 'nothing');
    timer.changed();
    while (clock.runNext());
    expect(slices.map(({ isFirst }) => isFirst)).toEqual([true, false, true]);
    expect((slices[2]?.at ?? 0) - (slices[1]?.at ?? 0)).toBeGreaterThanOrEqual(PUSH_MS);
  });
});

describe('A round of documents that take long', () => {
  it('makes one of them a turn, and every page gets all of its own', async () => {
    const clock = new WornClock();
    const session = new SlowSession(clock);
    const server = await startServer({ session, port: 0, clock, log: silentLog });
    const pages = [new PageClient(server.url), new PageClient(server.url)];
    for (const page of pages) await page.next('welcome');
    for (const [i, page] of pages.entries()) {
      for (let slot = 0; slot < 3; slot++) {
        const query = { points: 10 * i + slot + 1 };
        page.send({ type: 'watch', slot: `${slot}`, view: 'charts', query });
      }
    }
    const seen = Promise.all(pages.map((page) => seeAll(page)));
    await pump(clock, session, seen);
    expect(session.mostInOneTurn).toBe(1);
    await server.close();
  });
});

async function seeAll(page: PageClient): Promise<void> {
  const slots = new Set<string>();
  while (slots.size < 3) slots.add((await page.next('view')).slot);
}

/** Lets turns pass until `done`. */
async function pump(clock: WornClock, session: SlowSession, done: Promise<unknown>): Promise<void> {
  let isDone = false;
  const mark = (): void => {
    isDone = true;
  };
  done.then(mark, mark);
  while (!isDone) {
    session.nextTurn();
    clock.advance(1);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Whose documents take 3 ms each. */
class SlowSession extends FakeSession {
  readonly #clock: WornClock;
  #inTurn = 0;
  mostInOneTurn = 0;

  constructor(clock: WornClock) {
    super();
    this.#clock = clock;
  }

  nextTurn(): void {
    this.#inTurn = 0;
  }

  override view<View extends ViewName>(view: View, query: ViewQueries[View]): ViewDocuments[View] {
    this.#clock.wear(3);
    this.#inTurn++;
    this.mostInOneTurn = Math.max(this.mostInOneTurn, this.#inTurn);
    return super.view(view, query);
  }
}
