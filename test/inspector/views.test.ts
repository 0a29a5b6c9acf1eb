/** Views by value, over a small log made by hand. */

import { describe, expect, it } from 'vitest';
import { CHUNK_ENTRIES } from '../../src/inspector/entry-store.js';
import { makeView } from '../../src/inspector/views.js';
import { LogBuilder } from './log-builder.js';
import { addMiss, momentOf, sceneLog, startActors } from './scene.js';

const scene = sceneLog();
const end = momentOf(scene);
const flowsQuery = {
  filter: '',
  sort: 'packets',
  isDescending: true,
  offset: 0,
  limit: 50,
} as const;
const tail = { filter: '', before: undefined, limit: 50 };

/** The moment just after the first entry that `is` says yes to. */
const after = (is: (entry: (typeof scene.entries)[number]) => boolean) =>
  momentOf(scene, scene.entries.find(is)?.n ?? Number.NaN);

describe('the house', () => {
  it('is a tree of actors with what each does', () => {
    const { root } = makeView(end, 'house', {});
    expect(root?.name).toBe('udpif');
    expect(root?.doing).toBe('runs 1 handler and 2 revalidators');
    expect(root?.children.map(({ name, state, doing }) => [name, state, doing])).toEqual([
      ['handler-0', 'receiving', 'reads a batch of upcalls'],
      [
        'leader',
        'waiting.settling',
        'waits until 0:10.890, or for a change of rules, MACs or ports',
      ],
      ['revalidator-1', 'atStartBarrier', 'waits at the barrier before the dump for the leader'],
      ['barrier', 'gathering', 'holds 1 of 2 members'],
      ['slice-0', 'active', ''],
    ]);
  });

  it('counts ukeys by state in the order of the machine, and flows against the limit', () => {
    const house = makeView(end, 'house', {});
    expect(house.ukeys.filter(({ count }) => count > 0)).toEqual([
      { state: 'operational', count: 1 },
    ]);
    expect(house.ukeys[0]?.state).toBe('created');
    expect([house.flows, house.flowLimit]).toEqual([1, 10_000]);
  });

  it('counts events a second over the last seconds', () => {
    const handler = (t: number) => {
      const log = startActors(new LogBuilder().at(1_000));
      const step = { k: 'step', event: 'e', from: 'waiting', to: 'waiting', edges: [] } as const;
      for (let i = 0; i < 20; i++) log.at(10_000 + i * 100).add({ ...step, actor: 'h0' });
      log.at(t).add({ k: 'change', reason: 'x' });
      return makeView(momentOf(log), 'house', {}).root?.children[0];
    };
    expect([handler(12_000)?.rate, handler(12_000)?.events]).toEqual([4, 20]);
    expect(handler(16_000)?.rate).toBe(1);
    expect(handler(30_000)?.rate).toBe(0);
  });

  it('shows an ended actor until one of its name takes its place', () => {
    const log = startActors(new LogBuilder());
    const stop = { event: 'exit', from: 'waiting', to: 'exited', edges: [] } as const;
    log.add({ k: 'step', actor: 'h0', ...stop, status: 'done' });
    const names = (moment = momentOf(log)) =>
      makeView(moment, 'house', {}).root?.children.map(({ actor, status }) => [actor, status]);
    expect(names()).toContainEqual(['h0', 'done']);
    const machine = { machine: 'handler', state: 'waiting' };
    log.add({ k: 'actor', actor: 'h9', parent: 'u', name: 'handler-0', ...machine });
    expect(names()).toContainEqual(['h9', 'active']);
    expect(names()?.map(([actor]) => actor)).not.toContain('h0');
  });
});

describe('what the leader waits for', () => {
  it('names who has not come to the barrier', () => {
    const moment = after((entry) => entry.k === 'step' && entry.to === 'dumping.atSweepBarrier');
    const { leader, leaderState } = makeView(moment, 'cycle', {});
    expect(leader).toBe('waits at the barrier after the dump for revalidator 1');
    expect(leaderState).toBe('dumping.atSweepBarrier');
  });

  it('is a time, or a change', () => {
    const cycle = makeView(end, 'cycle', {});
    expect(cycle.leader).toBe('waits until 0:10.890, or for a change of rules, MACs or ports');
    expect(cycle.nextAt).toBe(11_890);
  });
});

describe('the cycles', () => {
  it('have the phases of each revalidator as spans', () => {
    const { cycles, limits } = makeView(end, 'cycle', {});
    expect(cycles).toEqual([
      {
        cycle: 1,
        startedAt: 11_390,
        doneAt: 11_410,
        durationMs: 20,
        flows: 2,
        flowsDumped: 2,
        flowsRevalidated: 1,
        flowLimit: 11_000,
        needsRevalidation: true,
        reasons: ['flow_table'],
        deleted: 1,
        lanes: [
          {
            revalidator: 0,
            spans: [
              { phase: 'dump', from: 11_390, to: 11_400 },
              { phase: 'barrier', from: 11_400, to: 11_410 },
              { phase: 'sweep', from: 11_410, to: 11_410 },
              { phase: 'wait', from: 11_410, to: undefined },
            ],
          },
          {
            revalidator: 1,
            spans: [
              { phase: 'dump', from: 11_390, to: 11_410 },
              { phase: 'sweep', from: 11_410, to: undefined },
            ],
          },
        ],
      },
    ]);
    expect(limits).toEqual([{ t: 11_410, from: 10_000, to: 11_000, cause: 'cycle' }]);
  });

  it('cut a lane where the next cycle begins', () => {
    const log = sceneLog();
    const start = { k: 'cycle.start', flows: 1, needsRevalidation: false, reasons: [] } as const;
    log.at(12_100).add({ ...start, cycle: 2 });
    log.at(12_100).add({ k: 'phase', revalidator: 0, phase: 'dump' });
    const [first, second] = makeView(momentOf(log), 'cycle', {}).cycles;
    expect(first?.lanes[0]?.spans.at(-1)).toEqual({ phase: 'wait', from: 11_410, to: 12_100 });
    expect(second?.lanes).toEqual([
      { revalidator: 0, spans: [{ phase: 'dump', from: 12_100, to: undefined }] },
      { revalidator: 1, spans: [{ phase: 'sweep', from: 12_100, to: undefined }] },
    ]);
  });
});

describe('a cycle that takes no time', () => {
  it('has all its phases', () => {
    const log = sceneLog().at(13_000);
    const start = { k: 'cycle.start', flows: 1, needsRevalidation: false, reasons: [] } as const;
    log.add({ ...start, cycle: 2 });
    for (const phase of [
      'barrier',
      'dump',
      'barrier',
      'sweep',
      'barrier',
      'finish',
      'wait',
    ] as const) {
      log.add({ k: 'phase', revalidator: 0, phase });
    }
    const [lane] = makeView(momentOf(log), 'cycle', {}).cycles[1]?.lanes ?? [];
    expect(lane?.spans.map(({ phase }) => phase)).toEqual([
      ...['barrier', 'dump', 'barrier', 'sweep', 'barrier', 'finish', 'wait'],
    ]);
  });
});

describe('a machine', () => {
  it('shows where an actor stands, and its last steps, newest first', () => {
    const view = makeView(end, 'machine', { actor: 'l' });
    expect(view.machine).toBe('leader');
    expect(view.active).toEqual(['waiting', 'waiting.settling']);
    expect(view.events.map(({ to }) => to)).toEqual(['waiting.settling', 'dumping.atSweepBarrier']);
    expect(view.last).toEqual(view.events[0]);
    expect(view.graph.edges.map(({ id }) => id)).toContain(view.last?.edges[0]);
  });

  it('shows the steps along one edge', () => {
    const edge = 'dumping.working|phase.finished|0';
    const view = makeView(end, 'machine', { machine: 'leader', edge });
    expect(view.events.map(({ to }) => to)).toEqual(['dumping.atSweepBarrier']);
    expect([view.actor, view.state]).toEqual([undefined, 'waiting.settling']);
  });

  it('of a ukey follows the flow, with the edges that it went along', () => {
    const view = makeView(end, 'machine', { actor: 'ukey:1' });
    expect([view.machine, view.state]).toEqual(['ukey', 'deleted']);
    expect(view.events.map(({ edges }) => edges[0])).toEqual([
      'evicted|ukey.sweep|0',
      'evicting|deletion.succeeded|0',
      'operational|flow.delete|0',
      'visible|put.succeeded|0',
      'created|ukey.install|0',
    ]);
  });

  it('of all ukeys stands where the last one went', () => {
    const view = makeView(end, 'machine', { machine: 'ukey' });
    expect([view.state, view.last?.actor]).toEqual(['deleted', 'ukey:1']);
    expect(view.actors).toEqual([]);
  });

  it('that nobody has, or an actor that is not there, is refused', () => {
    expect(() => makeView(end, 'machine', { machine: 'lamp' })).toThrow(/"lamp": there is none/);
    expect(() => makeView(end, 'machine', { actor: 'x' })).toThrow(/no actor "x".*the house/);
    expect(() => makeView(end, 'machine', { actor: 'ukey:77' })).toThrow(/no actor "ukey:77"/);
  });
});

describe('the flows', () => {
  it('are those that there are, with the rules that they stand for', () => {
    const view = makeView(end, 'flows', flowsQuery);
    expect(view).toEqual({
      rows: [
        {
          flow: 2,
          key: 'in_port(2),eth_type(0x0800),ipv4(dst=10.0.0.2)',
          actions: '2',
          packets: 12,
          bytes: 1_176,
          idleMs: 1_000,
          ageMs: 10_998,
          maskBits: 42,
          state: 'operational',
          reason: undefined,
        },
      ],
      offset: 0,
      total: 1,
      flows: 1,
      omitted: 0,
      rules: [
        { rule: 2, bridge: 'br0', table: 0, text: 'priority=0 actions=NORMAL', megaflows: 1 },
      ],
    });
  });

  it('are both before the deletion, and stand for rules together', () => {
    const view = makeView(
      after(({ k }) => k === 'cycle.start'),
      'flows',
      flowsQuery,
    );
    expect(view.flows).toBe(2);
    expect(view.rules.map(({ rule, megaflows }) => [rule, megaflows])).toEqual([
      [2, 2],
      [1, 1],
    ]);
  });

  it('that have ended are found by "gone", and age no more', () => {
    const { rows, total } = makeView(end, 'flows', { ...flowsQuery, filter: 'gone' });
    expect(total).toBe(2);
    expect(rows[1]).toMatchObject({
      flow: 1,
      packets: 4,
      reason: 'flow_idle',
      state: 'deleted',
      idleMs: 10_200,
      ageMs: 10_399,
    });
  });
});

describe('the life of a flow', () => {
  it('is told from the upcall to the end', () => {
    const { events, omitted } = makeView(end, 'flow', { flow: 1 });
    expect(events.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'upcall: miss: a packet of 98 bytes on port p1, read by handler 0',
      'xlate: translated in 12 µs: actions 2',
      'ukey: created → visible (ukey.install)',
      'put: put into the datapath: actions 2, 41 bits of the key count',
      'ukey: visible → operational (put.succeeded)',
      'dump: to be deleted (flow_idle): 3 packets since the last dump',
      'ukey: operational → evicting (flow.delete)',
      'delete: deleted (flow_idle: Flow idle timeout), 1 packet in its last counters',
      'ukey: evicting → evicted (deletion.succeeded)',
      'ukey: evicted → deleted (ukey.sweep)',
    ]);
    expect(omitted).toBe(0);
    expect(events[0]?.upcall).toBe(1);
  });

  it('says why it was deleted, and nothing of one that lives', () => {
    expect(makeView(end, 'flow', { flow: 1 }).whyDeleted).toBe(
      'deleted at 0:10.400: it was idle for 10.2 s (flow_idle: Flow idle timeout)',
    );
    expect(makeView(end, 'flow', { flow: 2 }).whyDeleted).toBeUndefined();
  });

  it('of a flow that nobody knows is empty', () => {
    const view = makeView(end, 'flow', { flow: 99 });
    expect(view).toEqual({
      row: undefined,
      events: [],
      omitted: 0,
      rules: [],
      whyDeleted: undefined,
    });
  });

  it('of long standing is told by its beginning and its end', () => {
    const log = sceneLog();
    const seen = { k: 'verdicts', phase: 'dump', revalidator: 0, unchanged: 0 } as const;
    for (let i = 1; i <= 300; i++) {
      const counts = { packets: [12 + i], bytes: [i], used: [1] };
      log.add({ ...seen, flows: [2], verdicts: ['keep'], ...counts });
    }
    const { events, omitted } = makeView(momentOf(log), 'flow', { flow: 2 });
    expect(events).toHaveLength(200);
    expect(omitted).toBe(106);
    expect(events[0]?.kind).toBe('upcall');
    expect(events.at(-1)?.text).toBe('kept: 1 packet since the last dump');
  });
});

describe('the upcalls', () => {
  it('are a tail, newest first', () => {
    const { rows, total, omitted } = makeView(end, 'upcalls', tail);
    expect(rows.map(({ upcall }) => upcall)).toEqual([2, 1]);
    expect([total, omitted]).toEqual([2, 0]);
    expect(rows[1]).toMatchObject({ port: 'p1', us: 12, outcome: 'installed', flow: 1 });
  });

  it('are in hand until their batch is done', () => {
    const moment = after(({ k }) => k === 'put');
    expect(makeView(moment, 'upcalls', tail).rows[0]?.outcome).toBe('in hand');
  });

  it('go on before a number, and are filtered by words', () => {
    expect(makeView(end, 'upcalls', { ...tail, before: 2 }).rows.map((row) => row.upcall)).toEqual([
      1,
    ]);
    const found = makeView(end, 'upcalls', { ...tail, filter: 'MISS 10.0.0.2' });
    expect([found.rows.map((row) => row.upcall), found.total]).toEqual([[2], 1]);
  });

  it('pass a filter by what was known of them then, whatever was asked before', () => {
    const log = new LogBuilder();
    addMiss(log, 1, 1, [1]);
    const batch = log.entries.find(({ k }) => k === 'batch')?.n ?? 0;
    while (log.entries.length < batch + 600) log.add({ k: 'change', reason: 'x' });
    const totalAt = (n: number): number =>
      makeView(momentOf(log, n), 'upcalls', { ...tail, filter: 'installed' }).total;
    const places = [batch - 1, batch, log.entries.length];
    for (let times = 0; times < 2; times++) expect(places.map(totalAt)).toEqual([0, 1, 1]);
  });

  it('are followed into the next chunk of the log', () => {
    const log = new LogBuilder();
    while (log.entries.length < CHUNK_ENTRIES - 2) log.add({ k: 'change', reason: 'x' });
    addMiss(log, 1, 1, [1]);
    const { rows } = makeView(momentOf(log), 'upcalls', tail);
    expect(rows).toMatchObject([{ outcome: 'installed', us: 12 }]);
  });

  it('say what came of them', () => {
    const log = new LogBuilder();
    const upcall = { k: 'upcall', handler: 0, class: 'miss', port: 9, key: 'k', size: 60 } as const;
    const xlate = { k: 'xlate', us: 1, steps: [], slow: [] } as const;
    for (const [i, answer] of [
      { actions: '' },
      { actions: '1' },
      { actions: '', error: 'no bridge' },
    ].entries()) {
      log.add({ ...upcall, upcall: i + 1 });
      log.add({ ...xlate, upcall: i + 1, ...answer });
    }
    log.add({ k: 'batch', handler: 0, upcalls: [1, 2, 3], operations: 1, us: [1, 1, 1] });
    const { rows } = makeView(momentOf(log), 'upcalls', tail);
    expect(rows.map(({ outcome }) => outcome)).toEqual(['no bridge', 'executed', 'dropped']);
    expect(rows[0]?.port).toBe('9');
  });
});

describe('one upcall', () => {
  it('is a sequence of messages', () => {
    const { messages, rules, row } = makeView(end, 'upcall', { upcall: 1 });
    expect(messages.map(({ from, to, text, us }) => [`${from} → ${to}`, text, us])).toEqual([
      ['port → datapath', '98 bytes on p1', undefined],
      ['datapath → handler', 'miss, in the queue of handler 0', 1_000],
      [
        'handler → translator',
        'what should happen to in_port(1),eth_type(0x0800),ipv4(dst=10.0.0.1)?',
        undefined,
      ],
      ['translator → handler', 'actions: 2', 12],
      [
        'handler → datapath',
        'put flow 1: in_port(1),eth_type(0x0800),ipv4(dst=10.0.0.1), actions: 2',
        undefined,
      ],
      ['handler → datapath', 'execute the packet', undefined],
      ['datapath → handler', 'batch done: 2 operations for 1 upcall', 9],
      ['datapath → port', 'out, as the actions say: 2', undefined],
    ]);
    expect(messages[3]?.steps).toHaveLength(1);
    expect(rules.map(({ rule }) => rule)).toEqual([1, 2]);
    expect(row?.outcome).toBe('installed');
  });

  it('that the log does not have is empty', () => {
    expect(makeView(end, 'upcall', { upcall: 9 }).row).toBeUndefined();
  });
});

describe('the charts', () => {
  it('are rates between samples, and deletions in each', () => {
    expect(makeView(end, 'charts', { points: 100 })).toEqual({
      t: [1_500, 12_000],
      upcallsPerSecond: [4, 0],
      hitsPerSecond: [100, 4.8],
      missesPerSecond: [4, 0],
      lostPerSecond: [0, 0],
      flows: [2, 1],
      flowLimit: [10_000, 10_000],
      dumpMs: [1, 1],
      loopDelayMs: [0, 0],
      deleted: { flow_idle: [0, 1] },
    });
  });

  it('have no more points than asked for, and lose no count', () => {
    const { t, deleted } = makeView(end, 'charts', { points: 1 });
    expect([t, deleted]).toEqual([[12_000], { flow_idle: [1] }]);
    expect(() => makeView(end, 'charts', { points: 0 })).toThrow(/ask for 1 to/);
  });
});
