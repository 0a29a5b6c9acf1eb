import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { LiveFlows, ORDER_MS, PAUSE_MS, SLICE_MS } from '../../src/inspector/live-flows.js';
import type { LiveNames } from '../../src/inspector/live-rows.js';
import type { FlowsQuery } from '../../src/inspector/view-data.js';
import { createSwitch, type Switch } from '../../src/switch.js';
import { packet } from '../../src/switch-packet.js';
import { WornClock } from './worn-clock.js';

const FLOWS = 'udp,tp_dst=53,actions=output:2\npriority=0,actions=drop';

/** Flows are numbered by their hash; each stands for rule 1. */
const names: LiveNames = {
  flowOf: (key) => key.hash,
  rulesOf: () => [1],
  ruleUses: () => [],
};

/** A switch with a flow for each of `count` UDP ports, the first ones hit more often. */
async function busySwitch(count: number): Promise<{ sw: Switch; clock: VirtualClock }> {
  const clock = new VirtualClock({ start: 1000 });
  const sw = createSwitch({
    ports: 2,
    flows: FLOWS,
    clock,
    revalidators: 2,
    areMegaflowsOn: false,
  });
  for (let i = 0; i < count; i++) {
    for (let hit = 0; hit <= (i < 10 ? 10 - i : 0); hit++) {
      sw.inject(1, packet(`udp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=${1000 + i},tp_dst=53`));
      await sw.settled();
    }
  }
  clock.advance(600);
  return { sw, clock };
}

interface ShowOptions {
  readonly changed?: () => void;
  readonly names?: LiveNames;
  /** What passes between two looks at the clock. */
  readonly lookMs?: number;
}

function show(sw: Switch, options: ShowOptions = {}): { flows: LiveFlows; real: WornClock } {
  const real = new WornClock(options.lookMs ?? 0);
  const { udpif, clock } = sw;
  const { changed = () => {}, names: known = names } = options;
  const deps = {
    slices: () => udpif.slices,
    names: known,
    clock: real,
    now: () => clock.now(),
    changed,
  };
  return { flows: new LiveFlows(deps), real };
}

const all: FlowsQuery = { filter: '', sort: 'packets', isDescending: true, offset: 0, limit: 200 };

describe('LiveFlows', () => {
  it('shows what the datapath has', async () => {
    const { sw } = await busySwitch(100);
    const { rows, total, flows, omitted } = show(sw).flows.query(all);
    expect([total, flows, omitted]).toEqual([100, 100, 0]);
    const expected = sw.megaflows().map(({ key, packets, bytes, actions, exactBits }) => ({
      key,
      packets,
      bytes,
      actions,
      maskBits: exactBits,
    }));
    const shown = rows.map(({ key, packets, bytes, actions, maskBits }) => ({
      key,
      packets,
      bytes,
      actions,
      maskBits,
    }));
    expect(shown.sort((a, b) => (a.key < b.key ? -1 : 1))).toEqual(expected);
    expect(rows.every(({ state }) => state === 'operational')).toBe(true);
  });

  it('says how old a flow is, and how long it was not used', async () => {
    const { sw } = await busySwitch(20);
    const { rows } = show(sw).flows.query(all);
    const last = rows.at(-1);
    expect(rows[0]?.idleMs).toBe(600);
    expect(rows[0]?.ageMs).toBe(600);
    expect(last?.packets).toBe(0);
    expect(last?.idleMs).toBeUndefined();
  });

  it('sorts by numbers, and by keys as numbers', async () => {
    const { sw } = await busySwitch(50);
    const { flows } = show(sw);
    const packets = flows.query({ ...all, limit: 10 }).rows.map((row) => row.packets);
    expect(packets).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    const byKey = flows.query({ ...all, sort: 'key', isDescending: false });
    const ports = byKey.rows.map(({ key }) => Number(/src=(\d+),dst=53/.exec(key)?.[1]));
    expect(ports).toEqual(Array.from({ length: 50 }, (_, i) => 1000 + i));
  });

  it('cuts windows that fit together', async () => {
    const { sw } = await busySwitch(90);
    const { flows } = show(sw);
    const keys = new Set<string>();
    for (const offset of [60, 0, 30]) {
      for (const { key } of flows.query({ ...all, offset, limit: 30 }).rows) keys.add(key);
    }
    expect(keys.size).toBe(90);
  });

  it('keeps an order for a second, though packets come in', async () => {
    const { sw, clock } = await busySwitch(5);
    const { flows, real } = show(sw);
    const keysOf = (): string[] => flows.query(all).rows.map(({ key }) => key);
    const before = keysOf();
    for (let i = 0; i < 50; i++) {
      sw.inject(1, packet('udp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=1004,tp_dst=53'));
      await sw.settled();
    }
    clock.advance(600);
    expect(keysOf()).toEqual(before);
    real.advance(ORDER_MS);
    expect(keysOf()).toEqual(before);
    real.advance(PAUSE_MS);
    expect(keysOf()[0]).toContain('src=1004');
  });

  it('filters a little at a time, and says what it has not looked at', async () => {
    const { sw } = await busySwitch(120);
    let changes = 0;
    const { flows, real } = show(sw, { changed: () => changes++, lookMs: 1 });
    const query = { ...all, filter: 'SRC=1117,' };
    const first = flows.query(query);
    expect(first.total).toBe(0);
    expect(first.omitted).toBeGreaterThan(50);
    real.advance(PAUSE_MS);
    expect(changes).toBe(1);
    expect(flows.query(query).omitted).toBeLessThan(first.omitted);
    real.advance(1000);
    const { rows, total, omitted } = flows.query(query);
    expect([rows.length, total, omitted]).toEqual([1, 1, 0]);
    expect(rows[0]?.key).toContain('src=1117');
  });

  it.each(['key', 'packets', 'state', 'actions', 'mask', 'age', 'idle', 'bytes'] as const)(
    'sorts by %s a little at a time as it does in one go',
    async (sort) => {
      const { sw } = await busySwitch(300);
      const query = { ...all, sort, offset: 100, limit: 50 };
      const { flows, real } = show(sw, { lookMs: 1 });
      flows.query(query);
      real.advance(1000);
      expect(flows.query(query)).toEqual(show(sw).flows.query(query));
    },
  );

  it('takes no longer than a slice of any turn', async () => {
    const { sw } = await busySwitch(500);
    const { flows, real } = show(sw, { lookMs: 0.5 });
    const turns: number[] = [];
    const time = (turn: () => void): void => {
      const before = real.looks;
      turn();
      turns.push((real.looks - before) * 0.5);
    };
    time(() => flows.query({ ...all, sort: 'key', filter: 'udp' }));
    while (real.nextDeadline() !== undefined) time(() => real.runNext());
    expect(turns.length).toBeGreaterThan(5);
    // A slice, and the looks at the clock before and after it.
    expect(Math.max(...turns)).toBeLessThanOrEqual(SLICE_MS + 2);
  });

  it('shows the order before while it makes a new one', async () => {
    const { sw, clock } = await busySwitch(200);
    const { flows, real } = show(sw, { lookMs: 1 });
    flows.query(all);
    real.advance(500);
    const before = flows.query(all).rows.map(({ key }) => key);
    for (let i = 0; i < 50; i++) {
      sw.inject(1, packet('udp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=1150,tp_dst=53'));
      await sw.settled();
    }
    clock.advance(600);
    real.advance(20_000);
    const { rows, omitted } = flows.query(all);
    expect([rows.map(({ key }) => key), omitted]).toEqual([before, 0]);
    real.advance(500);
    expect(flows.query(all).rows[0]?.key).toContain('src=1150');
  });

  it('looks again at flows that are new, and only at them', async () => {
    const { sw } = await busySwitch(200);
    let looks = 0;
    const rulesOf = (): readonly number[] => {
      looks++;
      return [1];
    };
    const { flows, real } = show(sw, { names: { ...names, rulesOf } });
    const query = { ...all, filter: 'rule:1 operational' };
    expect(flows.query(query)).toMatchObject({ total: 200, omitted: 0 });
    sw.inject(1, packet('udp,nw_src=10.0.0.9,nw_dst=10.0.0.2,tp_src=1,tp_dst=53'));
    await sw.settled();
    expect(flows.query(query)).toMatchObject({ total: 200, flows: 201 });
    real.advance(ORDER_MS);
    expect(flows.query(query)).toMatchObject({ total: 200, flows: 201 });
    real.advance(PAUSE_MS);
    expect(flows.query(query)).toMatchObject({ total: 201, omitted: 0 });
    expect(looks).toBe(201);
  });

  it('leaves a flow out that has gone since the order was made', async () => {
    const { sw, clock } = await busySwitch(30);
    const { flows } = show(sw);
    expect(flows.query(all).rows).toHaveLength(30);
    clock.advance(60_000);
    expect(sw.megaflows()).toEqual([]);
    expect(flows.query(all)).toMatchObject({ rows: [], total: 30 });
  });

  it('has nothing to show of a switch that has stopped', async () => {
    const { sw } = await busySwitch(3);
    const { flows } = show(sw);
    await sw.stop();
    expect(flows.query(all)).toMatchObject({ rows: [], total: 0, flows: 0 });
  });
});
