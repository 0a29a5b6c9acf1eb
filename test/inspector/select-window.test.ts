import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/base/rng.js';
import { type RowOrder, selectWindow } from '../../src/inspector/select-window.js';

const rowsOf = (count: number) => Uint32Array.from({ length: count }, (_, row) => row);

describe('selectWindow()', () => {
  it('puts in a window what a sort of all would, whatever the window', () => {
    const rng = createRng(7);
    for (let round = 0; round < 200; round++) {
      const count = rng.below(700);
      const keys = Array.from({ length: count }, () => rng.below(50));
      const order: RowOrder = (a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b;
      const rows = rowsOf(count);
      const sorted = rowsOf(count).sort(order);
      for (let window = 0; window < 3; window++) {
        const from = rng.below(count + 10);
        const to = from + rng.below(60);
        selectWindow(rows, order, from, to);
        expect(rows.slice(from, to)).toEqual(sorted.slice(from, to));
      }
      expect(rows.slice().sort()).toEqual(rowsOf(count));
    }
  });

  it.each([
    ['in order', (row: number) => row],
    ['backward', (row: number) => -row],
    ['all equal', () => 0],
    ['a saw', (row: number) => row % 2],
  ])('does not compare much more often for rows that are %s', (_, keyOf) => {
    const count = 20_000;
    let compared = 0;
    const order: RowOrder = (a, b) => {
      compared++;
      return keyOf(a) - keyOf(b) || a - b;
    };
    const rows = rowsOf(count);
    selectWindow(rows, order, 10_000, 10_030);
    expect(compared).toBeLessThan(10 * count);
  });

  it('leaves a list alone that ends before the window', () => {
    const rows = rowsOf(5);
    selectWindow(rows, (a, b) => b - a, 5, 10);
    expect([...rows]).toEqual([0, 1, 2, 3, 4]);
  });
});
