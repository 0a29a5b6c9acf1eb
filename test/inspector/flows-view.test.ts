/** The table of flows over any source: filters, orders, windows and limits. */

import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/base/rng.js';
import type { FlowNumberSort, FlowSource, FlowTextSort } from '../../src/inspector/flow-source.js';
import { queryFlows } from '../../src/inspector/flows-view.js';
import { ModelFlowSource } from '../../src/inspector/model-flow-source.js';
import type { FlowRow, FlowSort, FlowsQuery } from '../../src/inspector/view-data.js';
import { LogBuilder } from './log-builder.js';
import { addMiss, momentOf } from './scene.js';

/** Rows from memory; the last `ended` of them are over. */
class RowSource implements FlowSource {
  readonly rowsMade: number[] = [];
  readonly #rows: readonly FlowRow[];
  readonly #ended: number;

  constructor(rows: readonly FlowRow[], ended = 0) {
    this.#rows = rows;
    this.#ended = ended;
  }

  get count(): number {
    return this.#rows.length;
  }

  get living(): number {
    return this.#rows.length - this.#ended;
  }

  flow(row: number): number {
    return this.#at(row).flow;
  }

  number(row: number, sort: FlowNumberSort): number {
    const { packets, bytes, idleMs, maskBits, ageMs } = this.#at(row);
    const idle = idleMs ?? Number.POSITIVE_INFINITY;
    return { packets, bytes, idle, mask: maskBits, age: ageMs }[sort];
  }

  text(row: number, sort: FlowTextSort): string {
    return this.#at(row)[sort];
  }

  rules(row: number): readonly number[] {
    return [this.#at(row).flow % 3];
  }

  row(row: number): FlowRow {
    this.rowsMade.push(row);
    return this.#at(row);
  }

  ruleUses(): [] {
    return [];
  }

  #at(row: number): FlowRow {
    const found = this.#rows[row];
    if (found === undefined) throw new RangeError(`no row ${row}`);
    return found;
  }
}

function randomRows(count: number): FlowRow[] {
  const rng = createRng(8);
  return Array.from({ length: count }, (_, i) => ({
    flow: i + 1,
    key: `in_port(${rng.below(9)}),ipv4(dst=10.0.${rng.below(5)}.${rng.below(200)})`,
    actions: rng.below(4) === 0 ? 'drop' : String(rng.below(9)),
    packets: rng.below(30),
    bytes: rng.below(9_000),
    idleMs: rng.below(5) === 0 ? undefined : rng.below(4_000),
    ageMs: rng.below(90_000),
    maskBits: rng.below(300),
    state: rng.below(3) === 0 ? 'visible' : 'operational',
    reason: undefined,
  }));
}

const base: FlowsQuery = {
  filter: '',
  sort: 'packets',
  isDescending: false,
  offset: 0,
  limit: 200,
};
const rows = randomRows(5_000);
const flowsOf = (source: FlowSource, query: Partial<FlowsQuery>): number[] =>
  queryFlows(source, { ...base, ...query }).rows.map(({ flow }) => flow);

/** The obvious way: sort everything. */
function sorted(sort: FlowSort, isDescending: boolean): number[] {
  const keyOf = (row: FlowRow): number | string =>
    sort === 'idle'
      ? (row.idleMs ?? Number.POSITIVE_INFINITY)
      : sort === 'mask'
        ? row.maskBits
        : sort === 'age'
          ? row.ageMs
          : row[sort];
  const sign = isDescending ? -1 : 1;
  const compare = (a: FlowRow, b: FlowRow): number => {
    const [x, y] = [keyOf(a), keyOf(b)];
    return x === y ? a.flow - b.flow : x < y ? -sign : sign;
  };
  return [...rows].sort(compare).map(({ flow }) => flow);
}

describe('queryFlows()', () => {
  const source = new RowSource(rows);
  const sorts: FlowSort[] = ['key', 'actions', 'packets', 'bytes', 'idle', 'mask', 'state', 'age'];

  it.each(sorts)('by %s: windows are those of the sorted whole, both ways', (sort) => {
    for (const isDescending of [false, true]) {
      const whole = sorted(sort, isDescending);
      for (const offset of [0, 1, 777, 4_900, 4_999]) {
        const window = flowsOf(source, { sort, isDescending, offset, limit: 150 });
        expect(window).toEqual(whole.slice(offset, offset + 150));
      }
    }
  });

  it('shows nothing behind the end', () => {
    expect(flowsOf(source, { offset: 5_000 })).toEqual([]);
  });

  it('makes rows only of those that it shows', () => {
    const counting = new RowSource(rows);
    queryFlows(counting, { ...base, offset: 40, limit: 10 });
    expect(counting.rowsMade).toHaveLength(10);
  });

  it('asks for all words, in any case', () => {
    const { rows: found, total } = queryFlows(source, { ...base, filter: 'IN_PORT(3) Drop' });
    const expected = rows.filter(
      ({ key, actions }) => key.includes('in_port(3)') && actions === 'drop',
    );
    expect(total).toBe(expected.length);
    expect(total).toBeGreaterThan(20);
    expect(found.every(({ actions }) => actions === 'drop')).toBe(true);
  });

  it('knows states and rules as such', () => {
    const states = queryFlows(source, { ...base, filter: 'state:visible' });
    expect(states.total).toBe(rows.filter(({ state }) => state === 'visible').length);
    expect(queryFlows(source, { ...base, filter: 'state:vis' }).total).toBe(0);
    const rules = queryFlows(source, { ...base, filter: 'rule:2 state:visible' });
    expect(rules.total).toBe(
      rows.filter(({ state, flow }) => state === 'visible' && flow % 3 === 2).length,
    );
  });

  it('shows ended flows when they are asked for', () => {
    const some = new RowSource(rows, 1_000);
    expect(queryFlows(some, base)).toMatchObject({ total: 4_000, flows: 4_000 });
    expect(queryFlows(some, { ...base, filter: 'gone' })).toMatchObject({
      total: 5_000,
      flows: 4_000,
    });
  });

  it('counts what it had no time for', () => {
    let looks = 0;
    const view = queryFlows(source, base, () => ++looks < 3);
    expect(view.total + view.omitted).toBe(5_000);
    expect(view.omitted).toBeGreaterThan(3_000);
  });

  it.each([
    [{ filter: 'rule:x' }, /Cannot filter by rule "x": a number must follow/],
    [{ limit: 201 }, /Cannot show 201 flows from 0: ask for 1 to 200/],
    [{ offset: -1 }, /Cannot show 200 flows from -1/],
    [{ sort: 'colour' as FlowSort }, /Cannot sort flows by "colour": choose of key/],
  ])('refuses %j', (query, message) => {
    expect(() => queryFlows(source, { ...base, ...query })).toThrow(message);
  });
});

describe('ModelFlowSource', () => {
  const log = new LogBuilder();
  for (let flow = 1; flow <= 1_000; flow++) addMiss(log, flow, 1, [flow % 7]);
  for (let flow = 1; flow <= 1_000; flow += 2) log.add({ k: 'delete', flow, reason: 'purge' });

  it('gives living flows by number, then ended ones in the order of their end', () => {
    const source = new ModelFlowSource(momentOf(log));
    expect([source.living, source.count]).toEqual([500, 1_000]);
    expect([0, 499, 500, 999].map((row) => source.flow(row))).toEqual([2, 1_000, 1, 999]);
  });

  it('remembers so many ended flows', () => {
    const long = new LogBuilder();
    for (let flow = 1; flow <= 10_300; flow++) {
      long.add({ k: 'put', flow, key: 'k', maskBits: 1, actions: '1', rules: [1] });
      long.add({ k: 'ukey', flow, event: 'flow.dumped', from: 'visible', to: 'operational' });
      long.add({ k: 'delete', flow, reason: 'purge' });
    }
    const { model } = momentOf(long);
    expect(model.flows.ended).toHaveLength(10_000);
    expect(model.flows.find(300)).toBeUndefined();
    expect(model.flows.find(301)).toBeDefined();
    expect(model.flows.stateCounts.get('operational')).toBe(10_000);
    expect(model.flows.ruleCounts.size).toBe(0);
  });

  it('counts a flow that could not be put as ended', () => {
    const failing = new LogBuilder();
    const put = { k: 'put', key: 'k', maskBits: 1, actions: '1', rules: [1] } as const;
    failing.add({ ...put, flow: 1, error: 'EEXIST' });
    const { model } = momentOf(failing);
    expect([model.flows.living, model.flows.ended]).toEqual([0, [1]]);
    expect(model.flows.ruleCounts.size).toBe(0);
  });
});
