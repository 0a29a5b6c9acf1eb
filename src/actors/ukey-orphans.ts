/**
 * Ukeys between two starts: their flow's deletion was refused, so the flow is still there, and what
 * has been pushed of its counters must not be forgotten.
 *
 * Invariant S1 of behaviours.md, across a restart. The seed has no such thing: it forgets them.
 */

import { seqNo } from '../base/brands.js';
import { assert } from '../base/errors.js';
import { NO_ACTIONS } from '../datapath/odp-actions.js';
import type { XlateCache, XlateLease } from '../datapath/translator.js';
import type { FlowCounters } from '../machines/stats-delta.js';
import { FREE_ROW, type UkeySeed } from './ukey-columns.js';
import { UkeyState } from './ukey-moves.js';
import type { UkeySlice } from './ukey-slice.js';

/** Older than any answer. */
const NO_SEQ = seqNo(0);

export interface OrphanedUkey {
  readonly seed: UkeySeed;
  readonly stats: FlowCounters;
  readonly cache: XlateCache | undefined;
  /** Held all the while. */
  readonly lease: XlateLease | undefined;
}

/** What is left in `slice`, which is not used any more. */
export function orphanUkeys(slice: UkeySlice): readonly OrphanedUkey[] {
  const orphans: OrphanedUkey[] = [];
  const { columns } = slice;
  for (let handle = 0; handle < columns.end; handle++) {
    const state = slice.stateOf(handle);
    if (state === UkeyState.EVICTED) columns.replaceLease(handle, undefined);
    if (state === FREE_ROW || state === UkeyState.EVICTED) continue;
    const { createdAt, revalSeq, dumpSeq } = slice.snapshot(handle).context;
    const key = columns.keys[handle];
    assert(key !== undefined, 'a row in use has a key');
    const mask = columns.masks[handle];
    const actions = columns.actions[handle] ?? NO_ACTIONS;
    orphans.push({
      seed: { key, mask, actions, createdAt, revalSeq, dumpSeq },
      stats: slice.stats(handle),
      cache: columns.caches[handle],
      lease: columns.leases[handle],
    });
  }
  return orphans;
}

/**
 * Gives `orphan` a place in `slice`, operational as it was. The restart may have changed what is
 * right for it, such as the queue that its slow path goes to: the first cycle looks at it again.
 */
export function adoptUkey(slice: UkeySlice, { seed, stats, cache, lease }: OrphanedUkey): void {
  const handle = slice.create({ ...seed, revalSeq: NO_SEQ });
  const { columns } = slice;
  columns.packets[handle] = stats.packets;
  columns.bytes[handle] = stats.bytes;
  columns.used[handle] = stats.used;
  columns.tcpFlags[handle] = stats.tcpFlags;
  columns.caches[handle] = cache;
  columns.leases[handle] = lease;
  slice.send(handle, { type: 'ukey.install' });
  slice.send(handle, { type: 'flow.dumped' });
}
