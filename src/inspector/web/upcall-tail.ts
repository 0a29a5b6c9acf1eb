/**
 * Which upcalls are shown: the newest, as they come, or a page of those before one.
 *
 * The tail stops where the reader stops it or scrolls away from its top, and goes on when the
 * reader says so or, where it was stopped by scrolling only, comes back to the top.
 */

import type { UpcallRow } from '../view-data.js';

/** Upcalls of a page. */
export const TAIL_ROWS = 200;

export interface Tail {
  /** Only those before this number are shown; undefined: the newest, as they come. */
  readonly before: number | undefined;
  readonly stoppedBy: 'scrolling' | 'button' | undefined;
  /** What was shown when the tail stopped: the log forgets it, the reader is still looking. */
  readonly held: readonly UpcallRow[];
  /** Where the pages began that were left for older ones; the last one is left last. */
  readonly newer: readonly number[];
}

export const FOLLOWING: Tail = { before: undefined, stoppedBy: undefined, held: [], newer: [] };

/** The tail stopped at what is shown. */
export function stopped(
  tail: Tail,
  rows: readonly UpcallRow[],
  stoppedBy: 'scrolling' | 'button',
): Tail {
  const newest = rows[0];
  if (tail.before !== undefined) return { ...tail, stoppedBy: stronger(tail, stoppedBy) };
  return newest === undefined
    ? tail
    : { ...tail, before: newest.upcall + 1, stoppedBy, held: rows };
}

function stronger(tail: Tail, by: 'scrolling' | 'button'): 'scrolling' | 'button' {
  return tail.stoppedBy === 'button' ? 'button' : by;
}

/** What scrolling to a place does; `isAtTop`: the newest row is seen. */
export function scrolled(tail: Tail, rows: readonly UpcallRow[], isAtTop: boolean): Tail {
  if (!isAtTop) return tail.before === undefined ? stopped(tail, rows, 'scrolling') : tail;
  return tail.stoppedBy === 'scrolling' ? FOLLOWING : tail;
}

/** The page of older ones. */
export function older(tail: Tail, rows: readonly UpcallRow[]): Tail {
  const newest = rows[0];
  const oldest = rows.at(-1);
  if (newest === undefined || oldest === undefined) return tail;
  const newer = [...tail.newer, tail.before ?? newest.upcall + 1];
  return { before: oldest.upcall, stoppedBy: 'button', held: [], newer };
}

/** The page that was left for this one. */
export function newer(tail: Tail): Tail {
  const before = tail.newer.at(-1);
  return before === undefined
    ? FOLLOWING
    : { ...tail, before, held: [], newer: tail.newer.slice(0, -1) };
}

/** The rows to show: those of the document, unless they are others than the reader stopped at. */
export function shownRows({ held }: Tail, rows: readonly UpcallRow[]): readonly UpcallRow[] {
  const isSame = rows.length >= held.length && rows[0]?.upcall === held[0]?.upcall;
  return held.length === 0 || isSame ? rows : held;
}
