/**
 * The address after `#`, and the keys of the tab list.
 */

import { describe, expect, it } from 'vitest';
import { hrefOf, parseRoute, splitParameter, VIEWS } from '../../../src/inspector/web/route.js';
import { neighbourOf } from '../../../src/inspector/web/tab-list.js';

describe('parseRoute()', () => {
  it.each(VIEWS)('finds the view %s', (view) => {
    expect(parseRoute(hrefOf(view))).toEqual({ view, parameter: undefined });
  });

  it('gives back what hrefOf() was given', () => {
    const parameter = 'x:3/waiting|deadline.reached|0';
    expect(parseRoute(hrefOf('machines', parameter))).toEqual({ view: 'machines', parameter });
  });

  it('leads to the house where the address makes no sense', () => {
    expect(parseRoute('#nowhere')).toEqual({ view: 'house', parameter: undefined });
    expect(parseRoute('')).toEqual({ view: 'house', parameter: undefined });
  });

  it('takes a broken escape as it stands', () => {
    expect(parseRoute('#flows/%zz').parameter).toBe('%zz');
  });
});

describe('The parameter of the view Machines', () => {
  it('is a machine or actor, and a transition after the first slash', () => {
    expect(splitParameter(undefined)).toEqual([]);
    expect(splitParameter('leader')).toEqual(['leader']);
    expect(splitParameter('x:3/a.b|c/d|0')).toEqual(['x:3', 'a.b|c/d|0']);
  });
});

describe('The tab list', () => {
  it('goes around by arrow keys', () => {
    expect(neighbourOf(5, 'ArrowRight', 6)).toBe(0);
    expect(neighbourOf(0, 'ArrowLeft', 6)).toBe(5);
  });

  it('goes to its ends, and nowhere by other keys', () => {
    expect(['Home', 'End', 'a'].map((key) => neighbourOf(2, key, 6))).toEqual([0, 5, -1]);
  });
});
