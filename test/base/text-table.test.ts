import { describe, expect, it } from 'vitest';
import { textTable } from '../../src/base/text-table.js';

describe('textTable()', () => {
  it('puts numbers to the right and words to the left', () => {
    const rows = [
      ['packets', 'name'],
      [7, 'p1'],
      [1234567890, 'a long name'],
    ];
    expect(textTable(rows)).toEqual([
      '   packets  name',
      '         7  p1',
      '1234567890  a long name',
    ]);
  });
});
