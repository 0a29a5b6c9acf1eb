/**
 * The tail of upcalls, newest first, with a filter: words that a row must all contain.
 *
 * Rows are made from the log's entries. A filter looks at so many upcalls at most, from where it is
 * asked to begin; how many it has not looked at is said.
 */

import { UpcallError } from '../base/errors.js';
import type { EntryOf } from './chunk-index.js';
import type { Moment } from './moment.js';
import { hasAllWords, wordsOf } from './upcall-filter.js';
import { traceUpcall, upcallRow } from './upcall-trace.js';
import type { UpcallRow, UpcallsQuery, UpcallsView } from './view-data.js';

/** Rows of one answer. */
export const UPCALL_ROWS_MAX = 200;
/** Upcalls that a filter looks at for one answer: some milliseconds, the first time ten more. */
export const UPCALLS_SEARCHED_MAX = 10_000;

export function upcallsView(moment: Moment, query: UpcallsQuery): UpcallsView {
  checkQuery(query);
  const { upcalls, t } = moment.model;
  const words = wordsOf(query.filter);
  const perSecond = upcalls.perSecond(t);
  if (words.length === 0) {
    const rows = newestRows(moment, query);
    const kept = countKept(moment);
    return { rows, total: upcalls.total, omitted: upcalls.total - kept, perSecond };
  }
  return { ...searchRows(moment, query, words), perSecond };
}

/** The upcalls of the log up to the moment, newest first. */
export function* upcallsBackward({ store, model }: Moment): Generator<EntryOf<'upcall'>> {
  const indexes = store.indexes(store.first, model.n);
  for (let i = indexes.length - 1; i >= 0; i--) {
    const entries = indexes[i]?.ofKind('upcall') ?? [];
    for (let j = entries.length - 1; j >= 0; j--) {
      const entry = entries[j];
      if (entry !== undefined && entry.n <= model.n) yield entry;
    }
  }
}

function newestRows(moment: Moment, { before, limit }: UpcallsQuery): UpcallRow[] {
  const rows: UpcallRow[] = [];
  for (const entry of upcallsBackward(moment)) {
    if (before !== undefined && entry.upcall >= before) continue;
    if (rows.length === limit) break;
    rows.push(upcallRow(moment, traceUpcall(moment, entry)));
  }
  return rows;
}

function searchRows(
  moment: Moment,
  { before, limit }: UpcallsQuery,
  words: readonly string[],
): Pick<UpcallsView, 'rows' | 'total' | 'omitted'> {
  const rows: UpcallRow[] = [];
  let total = 0;
  let searched = 0;
  let omitted = 0;
  for (const entry of upcallsBackward(moment)) {
    if (before !== undefined && entry.upcall >= before) continue;
    if (searched === UPCALLS_SEARCHED_MAX) {
      omitted++;
      continue;
    }
    searched++;
    if (!hasAllWords(moment, entry, words)) continue;
    total++;
    if (rows.length < limit) rows.push(upcallRow(moment, traceUpcall(moment, entry)));
  }
  return { rows, total, omitted };
}

function countKept({ store, model }: Moment): number {
  let count = 0;
  for (const index of store.indexes(store.first, model.n)) {
    const entries = index.ofKind('upcall');
    const last = entries.at(-1);
    const isWhole = last !== undefined && last.n <= model.n;
    count += isWhole ? entries.length : entries.filter(({ n }) => n <= model.n).length;
  }
  return count;
}

function checkQuery({ limit, before }: UpcallsQuery): void {
  const isLimit = Number.isInteger(limit) && limit >= 1 && limit <= UPCALL_ROWS_MAX;
  if (isLimit && (before === undefined || Number.isFinite(before))) return;
  throw new UpcallError(
    `Cannot show ${limit} upcalls before ${before}: ask for 1 to ${UPCALL_ROWS_MAX} of them`,
  );
}
