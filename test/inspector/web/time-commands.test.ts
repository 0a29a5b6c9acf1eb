/**
 * What can be done to time, and when.
 */

import { describe, expect, it } from 'vitest';
import type { Position } from '../../../src/inspector/view-data.js';
import { omissionText } from '../../../src/inspector/web/time-bar.js';
import {
  isPossible,
  RUNS,
  RUNS_BACK,
  STEPS,
  toggleOf,
} from '../../../src/inspector/web/time-commands.js';

const START: Position = {
  kind: 'recording',
  n: 0,
  last: 10,
  t: 0,
  startedAt: 0,
  isRunning: false,
  pauses: 'everything',
  speed: 1,
  isComplete: true,
  dropped: {},
};
const END: Position = { ...START, n: 10 };
const LIVE: Position = { ...START, kind: 'live', isComplete: false, pauses: 'revalidators' };

describe('The commands to time', () => {
  it('have a key each', () => {
    const keys = [...STEPS, ...RUNS, ...RUNS_BACK].map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('go forward only at the start', () => {
    const labels = [...STEPS, ...RUNS, ...RUNS_BACK]
      .filter(({ command }) => isPossible(command, START))
      .map(({ key }) => key);
    expect(labels.join('')).toBe('.]ucde');
  });

  it('go back only at the end of what is complete', () => {
    const labels = [...STEPS, ...RUNS, ...RUNS_BACK]
      .filter(({ command }) => isPossible(command, END))
      .map(({ key }) => key);
    expect(labels.join('')).toBe('[,UCD');
  });

  it('go on at the end of a replay that can make more', () => {
    const replay: Position = { ...END, kind: 'replay', isComplete: false };
    expect(STEPS.every(({ command }) => isPossible(command, replay))).toBe(true);
  });

  it('are pause and resume only for a live switch', () => {
    expect(STEPS.some(({ command }) => isPossible(command, LIVE))).toBe(false);
    expect(isPossible({ do: 'seek', n: 3 }, LIVE)).toBe(false);
    expect(isPossible(toggleOf(LIVE), LIVE)).toBe(true);
    expect(isPossible(toggleOf(LIVE), { ...LIVE, isComplete: true })).toBe(false);
  });

  it('pause what runs and resume what stands', () => {
    expect(toggleOf({ ...LIVE, isRunning: true })).toEqual({ do: 'pause' });
    expect(toggleOf(START)).toEqual({ do: 'resume' });
  });
});

describe('omissionText()', () => {
  it('says nothing where everything is shown', () => {
    expect(omissionText({ ukey: 0 }, 0)).toBe('');
  });

  it('names what was left out, and how much', () => {
    expect(omissionText({ ukey: 12, step: 3 }, 2)).toBe(
      'Left out to keep up: 12 × ukey, 3 × step; this page was too slow for 2 documents',
    );
  });
});
