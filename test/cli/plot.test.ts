import { describe, expect, it } from 'vitest';
import { plot } from '../../src/cli/plot.js';

const SHAPE = { title: 'flows', width: 4, height: 2, from: '0 s', to: '9 s' };

describe('plot()', () => {
  it('draws a column a sample, as high as its share of the highest one', () => {
    expect(plot([0, 1, 2, 4], SHAPE)).toEqual([
      'flows',
      '4 |   #',
      '  | ###',
      '0 +----',
      '   0 s 9 s',
    ]);
  });

  it('keeps the highest of the samples that share a column', () => {
    expect(plot([1, 9, 0, 0, 0, 0, 0, 0], SHAPE).slice(1, 3)).toEqual(['9 |#', '  |#']);
  });

  it('shows any value above zero', () => {
    expect(plot([1, 1000], SHAPE)[2]).toBe('     |##');
  });

  it('draws an empty axis without samples', () => {
    expect(plot([], SHAPE).slice(0, 4)).toEqual(['flows', '1 |', '  |', '0 +-']);
  });
});
