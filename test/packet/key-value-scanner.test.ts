import { describe, expect, it } from 'vitest';
import { ParseError } from '../../src/base/errors.js';
import { PlacedText, parseNumber } from '../../src/packet/key-value-scanner.js';

function items(text: string) {
  const placed = new PlacedText(text, { source: text, line: 0 });
  return [...placed.items()].map(({ name, value }) => [name, value]);
}

describe('PlacedText.items()', () => {
  it('parts items by commas and white space', () => {
    expect(items(' ip, tp_dst=80\tnormal,,output:2 ')).toEqual([
      ['ip', undefined],
      ['tp_dst', '80'],
      ['normal', undefined],
      ['output', '2'],
    ]);
  });

  it('keeps commas inside of parentheses and brackets', () => {
    expect(items('resubmit(,1),load:1->reg0[0..3],f(a(b,c),d)')).toEqual([
      ['resubmit', ',1'],
      ['load', '1->reg0[0..3]'],
      ['f', 'a(b,c),d'],
    ]);
  });

  it('takes what an arrow adds to parentheses for one value', () => {
    expect(items('check(100)->reg0[0],x')).toEqual([
      ['check', '100)->reg0[0]'],
      ['x', undefined],
    ]);
  });

  it('refuses a value without a name', () => {
    expect(() => items('a,=5')).toThrow('Cannot parse "a,=5" at column 3: expected a name');
  });
});

describe('PlacedText.fail()', () => {
  it('counts columns from the start of the line, through parts of parts', () => {
    const line = new PlacedText('actions=load:x', { source: 'a.flows', line: 7 });
    const part = line.part('load:x', 8).part('x', 5);
    expect(() => part.fail('expected a number')).toThrow(ParseError);
    expect(() => part.fail('expected a number')).toThrow(
      'Cannot parse a.flows:7:14: expected a number',
    );
  });
});

describe('parseNumber()', () => {
  it('reads decimal and hexadecimal numbers up to a maximum', () => {
    expect(parseNumber('255', 255)).toBe(255);
    expect(parseNumber('0xff', 255)).toBe(255);
    expect(parseNumber('256', 255)).toBeUndefined();
    expect(parseNumber('-1', 255)).toBeUndefined();
    expect(parseNumber('', 255)).toBeUndefined();
  });
});
