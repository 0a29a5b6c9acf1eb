/**
 * One upcall through the log: what a handler read, what the translator said, what was put, and the
 * batch that it was done in.
 */

import type { EntryOf } from './chunk-index.js';
import { CHUNK_ENTRIES } from './entry-store.js';
import type { EntryNumber, UpcallNumber } from './log-entry.js';
import { type Moment, portName } from './moment.js';
import type { UpcallRow } from './view-data.js';

/** A batch is done within so many entries of its first upcall: some chunks. */
const ENTRIES_AHEAD_MAX = 4 * CHUNK_ENTRIES;
/** A batch's puts come within so many entries of it: fifty, with rules and moves between them. */
const PUTS_AHEAD_MAX = 512;

export interface UpcallTrace {
  readonly upcall: EntryOf<'upcall'>;
  readonly xlate: EntryOf<'xlate'> | undefined;
  readonly put: EntryOf<'put'> | undefined;
  readonly batch: EntryOf<'batch'> | undefined;
  /** From this entry on nothing more is told of it. */
  readonly settledAt: EntryNumber;
}

/** Follows an upcall up to the moment. */
export function traceUpcall({ store, model }: Moment, upcall: EntryOf<'upcall'>): UpcallTrace {
  const trace: { -readonly [Part in keyof UpcallTrace]: UpcallTrace[Part] } = {
    upcall,
    xlate: undefined,
    put: undefined,
    batch: undefined,
    settledAt: upcall.n + ENTRIES_AHEAD_MAX,
  };
  let end = Math.min(model.n, trace.settledAt);
  // Chunks stand at multiples of their size, whatever has gone before them.
  for (let n = chunkStart(upcall.n); n <= end; n += CHUNK_ENTRIES) {
    for (const entry of store.indexOf(n)?.ofUpcall(upcall.upcall) ?? []) {
      if (entry.n > end) break;
      if (entry.k === 'xlate') trace.xlate = entry;
      if (entry.k === 'put') trace.put = entry;
      if (entry.k !== 'batch') continue;
      trace.batch = entry;
      trace.settledAt = Math.min(trace.settledAt, entry.n + PUTS_AHEAD_MAX);
      end = Math.min(end, trace.settledAt);
    }
  }
  return trace;
}

function chunkStart(n: EntryNumber): EntryNumber {
  return n - ((n - 1) % CHUNK_ENTRIES);
}

/** The upcall with this number; undefined: the log does not have it (any more, or yet). */
export function findUpcall(
  { store, model }: Moment,
  number: UpcallNumber,
): EntryOf<'upcall'> | undefined {
  for (const index of store.indexes(store.first, model.n)) {
    for (const entry of index.ofUpcall(number)) {
      if (entry.k === 'upcall' && entry.n <= model.n) return entry;
    }
  }
  return undefined;
}

export function upcallRow(moment: Moment, trace: UpcallTrace): UpcallRow {
  const { upcall, t, handler, class: kind, port, key, size } = trace.upcall;
  return {
    upcall,
    t,
    handler,
    class: kind,
    port: portName(moment, port),
    key,
    size,
    actions: trace.xlate?.actions ?? '',
    us: trace.xlate?.us,
    outcome: outcomeOf(trace),
    flow: trace.put?.flow,
  };
}

/** What came of it; 'in hand' while its batch is not done. */
function outcomeOf({ xlate, put, batch }: UpcallTrace): string {
  if (xlate?.error !== undefined) return xlate.error;
  if (put?.error !== undefined) return put.error;
  if (batch === undefined) return 'in hand';
  if (put !== undefined) return 'installed';
  return isDrop(xlate?.actions) ? 'dropped' : 'executed';
}

/** Datapath actions that send the packet nowhere; an upcall without translation went nowhere. */
export function isDrop(actions: string | undefined): boolean {
  return actions === undefined || actions === '' || actions === 'drop';
}
