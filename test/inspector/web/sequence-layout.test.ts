/** The sequence diagram's places: nothing overlaps, nothing runs out of the drawing. */

import { describe, expect, it } from 'vitest';
import type { SequenceMessage } from '../../../src/inspector/view-data.js';
import { layOutSequence, wrapText } from '../../../src/inspector/web/sequence-layout.js';

type End = SequenceMessage['from'];

const message = (from: End, to: End, text: string, us?: number): SequenceMessage => {
  return { from, to, text, us, steps: [] };
};

describe('wrapText()', () => {
  it('leaves alone what fits', () => {
    expect(wrapText('a frame of 98 bytes', 30)).toEqual(['a frame of 98 bytes']);
  });

  it('breaks after a comma or a blank', () => {
    expect(wrapText('in_port(1),eth(src=1),ipv4 x', 12)).toEqual([
      'in_port(1),',
      'eth(src=1),',
      'ipv4 x',
    ]);
  });

  it('breaks anywhere where there is no better place', () => {
    expect(wrapText('abcdefghij', 6)).toEqual(['abcdef', 'ghij']);
  });

  it('cuts what needs more than three lines', () => {
    const lines = wrapText('x'.repeat(100), 10);
    expect(lines).toHaveLength(3);
    expect(lines[2]).toBe('xxxxxxxxx…');
  });
});

describe('layOutSequence()', () => {
  const layout = layOutSequence([
    message('port', 'datapath', 'a frame of 98 bytes'),
    message('datapath', 'handler', `miss ${'in_port(1),'.repeat(20)}`, 10),
    message('handler', 'translator', 'translate', 40),
    message('translator', 'translator', 'table 0', 20),
    message('handler', 'datapath', 'put, execute', 5),
  ]);

  it('puts the lifelines from left to right', () => {
    const xs = layout.lifelines.map(({ x }) => x);
    expect(xs).toEqual([...xs].sort((a, b) => a - b));
    expect(layout.lifelines.map(({ name }) => name)).toEqual([
      'port',
      'datapath',
      'handler',
      'translator',
    ]);
  });

  it('puts every message below the whole of the one before', () => {
    for (const [i, place] of layout.messages.entries()) {
      const before = layout.messages[i - 1];
      if (before === undefined) continue;
      const bottom = before.arrowY + (before.isLoop ? layout.loopHeight : 0);
      expect(place.textY - layout.lineHeight).toBeGreaterThanOrEqual(bottom);
    }
  });

  it('puts the text of a message between its lines of text and its arrow', () => {
    for (const place of layout.messages) {
      const lastLine = place.textY + (place.lines.length - 1) * layout.lineHeight;
      expect(place.arrowY).toBeGreaterThan(lastLine);
    }
  });

  it('ends below the last arrow', () => {
    expect(layout.height).toBeGreaterThan(layout.messages.at(-1)?.arrowY ?? 0);
  });

  it('draws arrows in the direction of the message', () => {
    const back = layout.messages[4];
    expect(back?.fromX).toBeGreaterThan(back?.toX ?? 0);
    expect(layout.messages[3]?.isLoop).toBe(true);
  });

  it('gives each message its share of the longest time', () => {
    const widths = layout.messages.map(({ barWidth }) => barWidth);
    expect(widths[0]).toBe(0);
    expect((widths[1] ?? 0) * 4).toBeCloseTo(widths[2] ?? 0);
    expect(layout.timeX + (widths[2] ?? 0)).toBeLessThanOrEqual(layout.width);
  });
});
