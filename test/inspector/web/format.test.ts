/**
 * Numbers and times as the page writes them.
 */

import { describe, expect, it } from 'vitest';
import {
  formatCount,
  formatDuration,
  formatMicroseconds,
  formatPlural,
  formatRate,
  formatShort,
  formatTime,
} from '../../../src/inspector/web/format.js';

describe('Numbers on the page', () => {
  it('have their thousands set apart', () => {
    expect([0, 999, 1000, 1_234_567].map(formatCount)).toEqual([
      '0',
      '999',
      '1\u2009000',
      '1\u2009234\u2009567',
    ]);
  });

  it('have three digits at most at a glance', () => {
    expect([7, 1.25, 9999, 12_345, 4_560_000, 2e9].map(formatShort)).toEqual([
      '7',
      '1.3',
      '9999',
      '12.3\u2009k',
      '4.56\u2009M',
      '2.00\u2009G',
    ]);
  });

  it('keep a tenth where a rate is small', () => {
    expect([0, 18, 99.96, 151.2].map(formatRate)).toEqual(['0.0/s', '18.0/s', '100.0/s', '151/s']);
  });

  it('agree with their noun', () => {
    expect([formatPlural(1, 'flow'), formatPlural(2, 'flow')]).toEqual(['1 flow', '2 flows']);
  });
});

describe('Times on the page', () => {
  it('have the unit that suits them', () => {
    expect([0, 2.5, 480, 1234, 125_000].map(formatDuration)).toEqual([
      '0\u2009ms',
      '2.50\u2009ms',
      '480\u2009ms',
      '1.23\u2009s',
      '2\u2009min 05\u2009s',
    ]);
    expect([83, 1200].map(formatMicroseconds)).toEqual(['83\u2009µs', '1.20\u2009ms']);
  });

  it('count from the start of the log', () => {
    expect(formatTime(12_345, 0)).toBe('0:12.345');
    expect(formatTime(5000 + 3_723_004, 5000)).toBe('1:02:03.004');
    expect(formatTime(4000, 5000)).toBe('0:00.000');
  });
});
