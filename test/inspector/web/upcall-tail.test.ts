/** The live tail: it follows, stops where the reader stops it, and pages through the past. */

import { describe, expect, it } from 'vitest';
import type { UpcallRow } from '../../../src/inspector/view-data.js';
import {
  FOLLOWING,
  newer,
  older,
  scrolled,
  shownRows,
  stopped,
} from '../../../src/inspector/web/upcall-tail.js';

function rowsFrom(newest: number, count: number): UpcallRow[] {
  return Array.from({ length: count }, (_, i) => ({
    upcall: newest - i,
    t: 0,
    handler: 0,
    class: 'miss',
    port: 'p1',
    key: 'in_port(1)',
    size: 98,
    actions: '2',
    us: 10,
    outcome: 'installed',
    flow: undefined,
  }));
}

const rows = rowsFrom(500, 200);

describe('A tail that follows', () => {
  it('stops with what is shown when the reader scrolls', () => {
    expect(scrolled(FOLLOWING, rows, false)).toMatchObject({
      before: 501,
      stoppedBy: 'scrolling',
    });
  });

  it('goes on following while the newest row is in sight', () => {
    expect(scrolled(FOLLOWING, rows, true)).toBe(FOLLOWING);
  });

  it('cannot stop before there is anything', () => {
    expect(stopped(FOLLOWING, [], 'button')).toBe(FOLLOWING);
  });
});

describe('A tail that was stopped', () => {
  it('stands still while the reader goes on scrolling', () => {
    const tail = stopped(FOLLOWING, rows, 'scrolling');
    expect(scrolled(tail, rows, false)).toBe(tail);
  });

  it('follows again at the top, if scrolling stopped it', () => {
    expect(scrolled(stopped(FOLLOWING, rows, 'scrolling'), rows, true)).toBe(FOLLOWING);
  });

  it('stays at the top, if the button stopped it', () => {
    const tail = stopped(FOLLOWING, rows, 'button');
    expect(scrolled(tail, rows, true)).toBe(tail);
  });

  it('is held by the button from then on', () => {
    const tail = stopped(stopped(FOLLOWING, rows, 'scrolling'), rows, 'button');
    expect(tail).toMatchObject({ before: 501, stoppedBy: 'button' });
  });
});

describe('Older upcalls', () => {
  it('are those before the last that is shown', () => {
    expect(older(FOLLOWING, rows)).toMatchObject({ before: 301, newer: [501] });
  });

  it('lead back the way they were come to', () => {
    const first = older(FOLLOWING, rows);
    const second = older(first, rowsFrom(300, 200));
    expect(second.before).toBe(101);
    expect(newer(second).before).toBe(301);
    expect(newer(newer(second)).before).toBe(501);
    expect(newer(newer(newer(second)))).toBe(FOLLOWING);
  });

  it('are none where nothing is shown', () => {
    expect(older(FOLLOWING, [])).toBe(FOLLOWING);
  });
});

describe('The rows of a tail', () => {
  it('are those of the document while it follows', () => {
    expect(shownRows(FOLLOWING, rows)).toBe(rows);
  });

  it('are news of the same rows when it is stopped', () => {
    const news = rowsFrom(500, 200);
    expect(shownRows(stopped(FOLLOWING, rows, 'button'), news)).toBe(news);
  });

  it('stay when the log forgets them', () => {
    const tail = stopped(FOLLOWING, rows, 'button');
    expect(shownRows(tail, rowsFrom(500, 3))).toBe(rows);
    expect(shownRows(tail, [])).toBe(rows);
  });

  it('are those that came before, until the document of the stop is there', () => {
    expect(shownRows(stopped(FOLLOWING, rows, 'button'), rowsFrom(700, 200))).toBe(rows);
  });
});
