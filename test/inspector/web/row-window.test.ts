/** Windows over a long table, and a cursor that keeps to its row. */

import { describe, expect, it } from 'vitest';
import {
  blocksAround,
  followRow,
  moveCursor,
  type RowPage,
  rowAt,
  stepOfKey,
  WINDOW_ROWS,
  windowFor,
} from '../../../src/inspector/web/row-window.js';

const idOf = (row: number): number => row;
const page = (offset: number, rows: number[], total = 1_000): RowPage<number> => {
  return { rows, offset, total };
};

describe('windowFor()', () => {
  const top = { offset: 0, limit: WINDOW_ROWS };

  it('keeps the window while what is seen has a margin in it', () => {
    expect(windowFor({ first: 40, last: 70 }, top)).toBe(top);
  });

  it('needs no margin above the first row', () => {
    expect(windowFor({ first: 0, last: 30 }, top)).toBe(top);
  });

  it('moves when what is seen comes near the end', () => {
    expect(windowFor({ first: 85, last: 115 }, top)).toEqual({ offset: 40, limit: WINDOW_ROWS });
  });

  it('moves back when what is seen comes near the beginning', () => {
    const far = { offset: 400, limit: WINDOW_ROWS };
    expect(windowFor({ first: 405, last: 435 }, far).offset).toBeLessThan(400);
  });

  it('holds everything that is seen, wherever that is', () => {
    let current = top;
    for (let first = 0; first < 200_000; first += 977) {
      current = windowFor({ first, last: first + 35 }, current);
      expect(current.offset).toBeLessThanOrEqual(first);
      expect(current.offset + current.limit).toBeGreaterThan(first + 35);
    }
  });
});

describe('The window of a large screen', () => {
  it('has more rows, as many as the server allows', () => {
    const current = { offset: 0, limit: WINDOW_ROWS };
    const large = windowFor({ first: 200, last: 330 }, current);
    expect(large.limit).toBeGreaterThan(131);
    expect(windowFor({ first: 200, last: 330 }, large)).toBe(large);
    expect(windowFor({ first: 200, last: 900 }, current).limit).toBe(200);
  });
});

describe('blocksAround()', () => {
  it('has what is seen, and some rows on both sides', () => {
    for (let first = 0; first < 500; first++) {
      const rows = blocksAround({ first, last: first + 20 }, 1_000);
      expect(rows.first).toBeLessThanOrEqual(Math.max(0, first - 4));
      expect(rows.last).toBeGreaterThanOrEqual(first + 24);
    }
  });

  it('changes once in eight rows', () => {
    const firsts = Array.from({ length: 80 }, (_, i) => i + 100).map(
      (first) => blocksAround({ first, last: first + 20 }, 1_000).first,
    );
    expect(new Set(firsts).size).toBeLessThanOrEqual(11);
  });

  it('is as many rows everywhere, whether a row is cut in two or not', () => {
    const sizes = [100, 101, 107, 300].flatMap((first) =>
      [20, 21].map((seen) => {
        const rows = blocksAround({ first, last: first + seen }, 1_000);
        return rows.last - rows.first;
      }),
    );
    expect(new Set(sizes).size).toBe(1);
  });

  it('ends with the table', () => {
    expect(blocksAround({ first: 0, last: 9 }, 5)).toEqual({ first: 0, last: 4 });
    expect(blocksAround({ first: 0, last: 0 }, 0).last).toBe(-1);
  });
});

describe('rowAt()', () => {
  it('finds a row by its place in the whole table', () => {
    expect(rowAt(page(100, [7, 8, 9]), 101)).toBe(8);
  });

  it('finds nothing before, after or without a document', () => {
    expect(rowAt(page(100, [7]), 99)).toBeUndefined();
    expect(rowAt(page(100, [7]), 101)).toBeUndefined();
    expect(rowAt(undefined, 0)).toBeUndefined();
  });
});

describe('followRow()', () => {
  it('goes with its row when the order changes', () => {
    expect(followRow({ index: 1, id: 8 }, page(0, [9, 7, 8]), idOf)).toEqual({ index: 2, id: 8 });
  });

  it('stays where it was while its row is out of sight', () => {
    const cursor = { index: 1, id: 8 };
    expect(followRow(cursor, page(500, [1, 2, 3]), idOf)).toEqual(cursor);
  });

  it('takes the row that comes to a place that it was waiting at', () => {
    const cursor = { index: 501, id: undefined };
    expect(followRow(cursor, page(500, [1, 2, 3]), idOf)).toEqual({ index: 501, id: 2 });
  });

  it('does not stand beyond the end', () => {
    expect(followRow({ index: 9, id: 8 }, page(0, [1, 2], 2), idOf)).toEqual({ index: 1, id: 8 });
  });
});

describe('moveCursor()', () => {
  it('begins at the first row', () => {
    expect(moveCursor(undefined, 1, page(0, [4, 5]), idOf)).toEqual({ index: 0, id: 4 });
  });

  it('moves by rows and stops at both ends', () => {
    const rows = page(0, [4, 5, 6], 3);
    expect(moveCursor({ index: 0, id: 4 }, 2, rows, idOf)).toEqual({ index: 2, id: 6 });
    expect(moveCursor({ index: 2, id: 6 }, 1, rows, idOf)).toEqual({ index: 2, id: 6 });
    expect(moveCursor({ index: 0, id: 4 }, -1, rows, idOf)).toEqual({ index: 0, id: 4 });
  });

  it('waits for the row at a place that has not come', () => {
    expect(moveCursor({ index: 1, id: 5 }, 500, page(0, [4, 5]), idOf)).toEqual({
      index: 501,
      id: undefined,
    });
  });
});

describe('stepOfKey()', () => {
  it.each([
    ['ArrowDown', 1],
    ['ArrowUp', -1],
    ['PageDown', 20],
    ['PageUp', -20],
    ['Home', -1_000],
    ['End', 1_000],
    ['a', undefined],
  ])('%s moves by %s', (key, step) => {
    expect(stepOfKey(key, 20, 1_000)).toBe(step);
  });
});
