/**
 * The filter of upcalls: words that a row must all contain.
 *
 * On a live switch ten thousand upcalls are looked at ten times a second, on the thread on which
 * packets wait. So the text of an upcall of which nothing more will be told is made once, and kept
 * for as long as its entry is.
 */

import type { EntryOf } from './chunk-index.js';
import type { EntryNumber } from './log-entry.js';
import type { Moment } from './moment.js';
import { traceUpcall, upcallRow } from './upcall-trace.js';
import type { UpcallRow } from './view-data.js';

interface SettledText {
  readonly text: string;
  /** From this entry on. */
  readonly from: EntryNumber;
}

const settledTexts = new WeakMap<EntryOf<'upcall'>, SettledText>();

/** Words of a filter, lower-case. */
export function wordsOf(filter: string): readonly string[] {
  return filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** Whether what the log knows of the upcall at that moment contains all words somewhere. */
export function hasAllWords(
  moment: Moment,
  upcall: EntryOf<'upcall'>,
  words: readonly string[],
): boolean {
  if (words.length === 0) return true;
  const text = textAt(moment, upcall);
  return words.every((word) => text.includes(word));
}

function textAt(moment: Moment, upcall: EntryOf<'upcall'>): string {
  const { n } = moment.model;
  const settled = settledTexts.get(upcall);
  if (settled !== undefined && settled.from <= n) return settled.text;
  const trace = traceUpcall(moment, upcall);
  const text = textOf(upcallRow(moment, trace));
  if (trace.settledAt <= n) settledTexts.set(upcall, { text, from: trace.settledAt });
  return text;
}

function textOf({ class: kind, port, key, actions, outcome, handler }: UpcallRow): string {
  return `${kind} ${port} ${key} ${actions} ${outcome} handler:${handler}`.toLowerCase();
}
