/** The model at any place of a log is what adding up from the start gives. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHUNK_ENTRIES, EntryStore } from '../../src/inspector/entry-store.js';
import type { LogEntry } from '../../src/inspector/log-entry.js';
import { MachineGraphs } from '../../src/inspector/machine-graphs.js';
import { ModelState } from '../../src/inspector/model-state.js';
import type { Moment } from '../../src/inspector/moment.js';
import { Timeline } from '../../src/inspector/timeline.js';
import { allViews, busyLog } from './busy-log.js';
import { header, LogBuilder } from './log-builder.js';

const graphs = new MachineGraphs(header);

function fresh(entries: readonly LogEntry[], n: number): ModelState {
  const model = new ModelState(header);
  for (const entry of entries.slice(0, n)) model.apply(entry);
  return model;
}

const viewsAt = (store: EntryStore, model: ModelState) => {
  const moment: Moment = { header, store, model, graphs };
  return allViews(moment);
};

describe('Timeline', () => {
  const log = busyLog(11, 600);
  const store = log.store();

  it('gives anywhere what a fresh fold gives', () => {
    const seek = fc.integer({ min: 0, max: store.last });
    fc.assert(
      fc.property(fc.array(seek, { minLength: 1, maxLength: 12 }), (places) => {
        const timeline = new Timeline(store, header, { interval: 64 });
        for (const n of places) {
          expect(viewsAt(store, timeline.at(n))).toEqual(viewsAt(store, fresh(log.entries, n)));
        }
      }),
      { seed: 4, numRuns: 25 },
    );
  });

  it('goes back by one keyframe and the entries behind it', () => {
    const timeline = new Timeline(store, header, { interval: 100 });
    timeline.at(store.last);
    expect(timeline.keyframes).toBe(Math.floor(store.last / 100));
    let applied = 0;
    const at = store.at.bind(store);
    store.at = (n) => {
      applied++;
      return at(n);
    };
    expect(timeline.at(250).n).toBe(250);
    store.at = at;
    expect(applied).toBe(50);
  });

  it('keeps fewer keyframes of a longer log', () => {
    const timeline = new Timeline(store, header, { interval: 2 });
    timeline.at(store.last);
    expect(timeline.keyframes).toBeLessThanOrEqual(256);
    expect(timeline.keyframes).toBeGreaterThan(100);
    expect(viewsAt(store, timeline.at(1_234))).toEqual(viewsAt(store, fresh(log.entries, 1_234)));
  });

  it('follows a store that grows, and one that lets go of its oldest entries', () => {
    const long = busyLog(12, 7_000);
    const growing = new EntryStore({ limit: CHUNK_ENTRIES });
    const timeline = new Timeline(growing, header);
    for (const entry of long.entries) {
      growing.append(entry);
      if (entry.n % 5_000 === 0) timeline.at(entry.n);
    }
    expect(growing.evicted).toBeGreaterThan(2 * CHUNK_ENTRIES);
    expect(timeline.first).toBe(growing.evicted);
    for (const n of [growing.last, growing.first + 10, growing.last - 1, growing.first]) {
      const model = timeline.at(n);
      expect(model.n).toBe(n);
      expect(viewsAt(growing, model)).toEqual(viewsAt(growing, fresh(long.entries, n)));
    }
    expect(timeline.at(1).n).toBe(growing.evicted);
  });
});

describe('EntryStore', () => {
  const change = { k: 'change', reason: 'x' } as const;
  const filled = (count: number, limit: number) => {
    const log = new LogBuilder();
    for (let i = 0; i < count; i++) log.add(change);
    return log.store(limit);
  };

  it('finds entries by number', () => {
    const store = filled(10_000, 20_000);
    expect([store.first, store.last, store.evicted]).toEqual([1, 10_000, 0]);
    expect([1, 4_096, 4_097, 10_000].map((n) => store.at(n)?.n)).toEqual([1, 4_096, 4_097, 10_000]);
    expect([0, 10_001, -1].map((n) => store.at(n))).toEqual([undefined, undefined, undefined]);
  });

  it('lets the oldest go by chunks, counts them, and keeps at least its limit', () => {
    const store = filled(20_000, 5_000);
    expect(store.evicted).toBe(2 * CHUNK_ENTRIES);
    expect(store.first).toBe(2 * CHUNK_ENTRIES + 1);
    expect(store.last - store.evicted).toBeGreaterThanOrEqual(5_000);
    expect(store.at(store.evicted)).toBeUndefined();
    expect(store.at(store.first)?.n).toBe(store.first);
  });

  it('refuses an entry out of order', () => {
    const store = filled(3, 10_000);
    expect(() => store.append({ n: 5, t: 1, ...change })).toThrow('the one after 3 is 4');
  });

  it('indexes a chunk that grows', () => {
    const store = filled(3, 10_000);
    expect(store.indexes(1, 3)[0]?.ofKind('change')).toHaveLength(3);
    store.append({ n: 4, t: 1, ...change });
    expect(store.indexes(1, 4)[0]?.ofKind('change')).toHaveLength(4);
  });
});
