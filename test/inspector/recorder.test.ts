import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { faultOfEntry } from '../../src/inspector/entry-fields.js';
import type { EntryKind, LogEntry } from '../../src/inspector/log-entry.js';
import { ModelState } from '../../src/inspector/model-state.js';
import {
  createRecorder,
  type Recorder,
  type RecorderOptions,
} from '../../src/inspector/recorder.js';
import { createSwitch, type Switch } from '../../src/switch.js';
import type { SwitchOptions } from '../../src/switch-options.js';
import { packet } from '../../src/switch-packet.js';

const START = 1_000_000;

type Of<Kind extends EntryKind> = Extract<LogEntry, { readonly k: Kind }>;

class Scene {
  readonly clock = new VirtualClock({ start: START });
  readonly sw: Switch;
  readonly entries: LogEntry[] = [];
  readonly batches: number[] = [];

  constructor(options: SwitchOptions = {}) {
    this.sw = createSwitch({ ports: 3, clock: this.clock, ...options });
    this.clock.runDue();
  }

  record(options: Partial<RecorderOptions> = {}): Recorder {
    return createRecorder(this.sw, {
      detail: 'full',
      stopwatch: () => 0,
      entries: (batch) => {
        this.entries.push(...batch);
        this.batches.push(batch.length);
      },
      ...options,
    });
  }

  send(port: number, terms: string): void {
    this.sw.inject(port, packet(terms));
    this.clock.runDue();
  }

  of<Kind extends EntryKind>(kind: Kind): Of<Kind>[] {
    return this.entries.filter((entry): entry is Of<Kind> => entry.k === kind);
  }

  /** A line each, of everything but these kinds. */
  lines(...left: readonly EntryKind[]): string[] {
    return this.entries
      .filter(({ k }) => !left.includes(k))
      .map(({ n: _, ...entry }) => JSON.stringify(entry));
  }
}

/** Sums of a column of the delete entries. */
function sumOf(entries: readonly Of<'delete'>[], field: 'packets' | 'bytes'): number {
  return entries.reduce((sum, entry) => sum + (entry[field] ?? 0), 0);
}

describe('Recorder', () => {
  it('tells the life of a flow', async () => {
    const scene = new Scene({
      flows: 'priority=5,udp,actions=output:2',
      settings: { maxIdleMs: 600 },
    });
    const recorder = scene.record({ frameBytes: 4 });
    scene.send(1, 'udp,tp_dst=53');
    scene.send(1, 'udp,tp_dst=54');
    scene.clock.advance(500);
    scene.clock.advance(1_000);
    await scene.sw.stop();
    recorder.close();
    expect(
      scene.lines('actor', 'step', 'phase', 'sample', 'cycle.start', 'cycle.done', 'limit'),
    ).toEqual(LIFE_OF_A_FLOW);
  });

  it('tells actors, their steps with the edges taken, and phases', () => {
    const scene = new Scene();
    scene.record().flush();
    expect(scene.of('actor').map(({ name, machine, state }) => [name, machine, state])).toEqual([
      ['udpif', 'udpif', 'running.cycling'],
      ['handler-0', 'handler', 'waiting'],
      ['barrier', 'barrier', 'gathering'],
      ['leader', 'leader', 'waiting.settling'],
      ['ukeys-0', undefined, 'active'],
    ]);
    expect(scene.of('phase').map(({ phase }) => phase)).toEqual(['wait']);
  });

  it('tells a cycle of the leader by its phases and edges', () => {
    const scene = new Scene();
    const recorder = scene.record();
    recorder.flush();
    const before = scene.entries.length;
    scene.clock.advance(500);
    recorder.flush();
    const cycle = scene.entries.slice(before);
    const leader = scene.of('actor').find(({ name }) => name === 'leader')?.actor;
    expect(cycle.flatMap((entry) => (entry.k === 'phase' ? [entry.phase] : []))).toEqual([
      ...['barrier', 'dump', 'barrier', 'sweep', 'barrier', 'finish', 'wait'],
    ]);
    const steps = cycle.filter((entry) => entry.k === 'step' && entry.actor === leader);
    expect(steps[1]).toMatchObject({
      event: 'deadline.reached',
      from: 'waiting.watching',
      to: 'starting.sampling',
      edges: ['waiting|deadline.reached|0'],
    });
    expect(steps).toContainEqual(
      expect.objectContaining({
        event: 'barrier.passed',
        to: 'waiting.settling',
        edges: ['sweeping.atFinishBarrier|barrier.passed|0', 'finishing||0'],
      }),
    );
  });

  it('numbers entries without gaps, and writes what the reader of recordings takes', async () => {
    const scene = new Scene({ revalidators: 2, handlers: 2 });
    scene.record();
    for (let i = 1; i < 40; i++)
      scene.send(1 + (i % 3), `udp,tp_dst=${i},dl_src=02:00:00:00:00:0${i % 8}`);
    scene.clock.advance(20_000);
    await scene.sw.stop();
    expect(scene.entries.map(({ n }) => n)).toEqual(scene.entries.map((_, i) => i + 1));
    const read = scene.entries.map((entry) => JSON.parse(JSON.stringify(entry)) as unknown);
    expect(read.flatMap((entry) => faultOfEntry(entry) ?? [])).toEqual([]);
    expect(scene.batches.length).toBeLessThan(scene.entries.length / 4);
  });

  it.each(['current', 'ovs-2.3'] as const)(
    'gives each upcall a translation and a batch in %s',
    async (profile) => {
      const scene = new Scene({ profile });
      scene.record();
      for (let i = 0; i < 60; i++)
        scene.sw.inject(1, packet(`udp,tp_dst=${i % 20},nw_src=10.0.0.${i}`));
      scene.clock.runDue();
      await scene.sw.stop();
      const upcalls = scene.of('upcall').map(({ upcall }) => upcall);
      expect(upcalls).toEqual(upcalls.map((_, i) => i + 1));
      expect(
        scene
          .of('xlate')
          .map(({ upcall }) => upcall)
          .sort((a, b) => a - b),
      ).toEqual(upcalls);
      expect(scene.of('batch').flatMap((batch) => batch.upcalls)).toEqual(upcalls);
    },
  );

  it.each(['current', 'ovs-2.3'] as const)(
    'tells of flows what the datapath counted, in %s',
    async (profile) => {
      const scene = new Scene({ profile, flows: 'actions=NORMAL', settings: { maxIdleMs: 1_500 } });
      scene.record();
      for (let i = 0; i < 200; i++) {
        scene.send(
          1 + (i % 3),
          `udp,dl_src=02:00:00:00:00:1${i % 3},dl_dst=02:00:00:00:00:1${(i + 1) % 3}`,
        );
        scene.clock.advance(i % 50 === 0 ? 2_000 : 40);
      }
      await scene.sw.stop();
      const { hit } = scene.sw.datapath.getStats();
      const deletions = scene.of('delete');
      expect(sumOf(deletions, 'packets')).toBe(hit);
      const told = scene
        .of('put')
        .filter(({ error }) => error === undefined)
        .map(({ flow }) => flow);
      expect(new Set(told).size).toBe(told.length);
      expect(deletions.map(({ flow }) => flow).sort((a, b) => a - b)).toEqual(
        told.sort((a, b) => a - b),
      );
      expect(scene.sw.conservation().ok).toBe(true);
      for (const { flows, verdicts, packets, bytes, used } of scene.of('verdicts')) {
        expect(
          new Set([flows, verdicts, packets, bytes, used].map(({ length }) => length)).size,
        ).toBe(1);
      }
    },
  );

  it('gives a flow that is put again another number', () => {
    const scene = new Scene({ flows: 'actions=output:2', settings: { maxIdleMs: 600 } });
    const recorder = scene.record();
    scene.send(1, 'udp');
    scene.clock.advance(5_000);
    scene.send(1, 'udp');
    recorder.flush();
    const [first, second] = scene.of('put');
    expect([first?.flow, second?.flow]).toEqual([1, 2]);
    expect(second?.key).toBe(first?.key);
  });

  it('tells ukeys of profile ovs-2.3 when a dump makes them', () => {
    const scene = new Scene({ profile: 'ovs-2.3', flows: 'actions=output:2' });
    const recorder = scene.record();
    scene.send(1, 'udp');
    scene.clock.advance(500);
    recorder.flush();
    expect(scene.of('put')).toMatchObject([{ flow: 1, upcall: 1 }]);
    expect(scene.of('ukey')).toMatchObject([
      { flow: 1, event: 'flow.keep', from: 'unmarked', to: 'marked' },
      { flow: 1, event: 'ukey.sweep', from: 'marked', to: 'unmarked' },
    ]);
  });

  it('tells a rule once, before it is referred to, and its successor as another', () => {
    const scene = new Scene({ flows: 'priority=7,actions=output:2' });
    const recorder = scene.record();
    scene.send(1, 'udp');
    scene.sw.modifyFlows('actions=output:3');
    scene.clock.advance(500);
    recorder.flush();
    expect(scene.of('rule').map(({ rule, text }) => `${rule} ${text}`)).toEqual([
      '1 priority=7 actions=output:2',
      '2 priority=7 actions=output:3',
    ]);
    expect(scene.of('modify')).toMatchObject([{ flow: 1, actions: '3', rules: [2] }]);
    expect(scene.of('change')).toMatchObject([{ reason: 'flow_table' }]);
    expect(scene.of('cycle.start').at(-1)).toMatchObject({ reasons: ['flow_table'] });
  });

  it('tells what is there when it comes', () => {
    const scene = new Scene({ flows: 'actions=output:2' });
    scene.send(1, 'udp');
    scene.send(2, 'udp');
    scene.sw.inject(1, packet('udp'));
    scene.clock.advance(500);
    scene.record().flush();
    expect(scene.of('put')).toMatchObject([
      { flow: 1, actions: '2', rules: [1] },
      { flow: 2, actions: 'drop', rules: [] },
    ]);
    expect(scene.of('put').every(({ upcall }) => upcall === undefined)).toBe(true);
    expect(scene.of('ukey').map(({ to }) => to)).toEqual(['operational', 'operational']);
  });

  it('makes an actor of each ukey that is followed', () => {
    const scene = new Scene({ flows: 'actions=output:2' });
    const recorder = scene.record();
    scene.send(1, 'udp');
    recorder.flush();
    const slice = scene.of('actor').find(({ name }) => name === 'ukeys-0');
    expect(scene.of('actor').at(-1)).toMatchObject({
      actor: 'ukey:1',
      parent: slice?.actor,
      machine: 'ukey',
      state: 'created',
    });
  });

  it('gives a failed put a flow of its own', () => {
    const scene = new Scene({ profile: 'ovs-2.3', flows: 'ip,nw_dst=10.0.0.2,actions=output:2' });
    const recorder = scene.record();
    scene.sw.inject(1, packet('udp,tp_dst=1'));
    scene.sw.inject(1, packet('udp,tp_dst=2'));
    scene.clock.runDue();
    recorder.flush();
    expect(scene.of('put').map(({ flow, error }) => [flow, error])).toEqual([
      [1, undefined],
      [2, 'EEXIST'],
    ]);
  });

  it('leaves the switch as if it had never been watched', () => {
    const scene = new Scene();
    const ukeys = scene.sw.udpif.inspection.ukeys;
    const recorder = scene.record();
    expect([scene.sw.udpif.isObserved, scene.sw.udpif.isInspected]).toEqual([true, true]);
    recorder.close();
    recorder.close();
    expect([scene.sw.udpif.isObserved, scene.sw.udpif.isInspected]).toEqual([false, false]);
    expect(scene.sw.udpif.inspection.ukeys).toBe(ukeys);
    const count = scene.entries.length;
    scene.send(1, 'udp');
    expect(scene.entries).toHaveLength(count);
  });

  it('ends with the switch, its last entries handed on', async () => {
    const scene = new Scene();
    const recorder = scene.record();
    scene.send(1, 'udp');
    await scene.sw.stop();
    expect(recorder.isOpen).toBe(false);
    expect(scene.entries).toHaveLength(recorder.count);
    expect(scene.of('delete')).toMatchObject([{ flow: 1, reason: 'purge' }]);
  });

  it('changes nothing of what the switch does', async () => {
    const seen = [true, false].map(async (isRecorded) => {
      const scene = new Scene({ flows: 'actions=NORMAL', settings: { maxIdleMs: 1_500 } });
      if (isRecorded) scene.record();
      for (let i = 0; i < 100; i++) {
        scene.send(1 + (i % 3), `udp,tp_src=${i % 7},dl_src=02:00:00:00:00:1${i % 5}`);
        scene.clock.advance(i * 10);
      }
      const megaflows = scene.sw.dumpMegaflows();
      await scene.sw.stop();
      return { megaflows, rules: scene.sw.rules(), coverage: scene.sw.coverage.toJSON() };
    });
    const [recorded, plain] = await Promise.all(seen);
    expect(recorded).toEqual(plain);
  });

  it('ends when its taker throws, and the switch goes on', async () => {
    const scene = new Scene({ flows: 'actions=output:2' });
    const failures: unknown[] = [];
    const recorder = scene.record({
      entries: () => {
        throw new Error('disk full');
      },
      failed: (error) => failures.push(error),
    });
    scene.send(1, 'udp');
    recorder.flush();
    expect([recorder.isOpen, failures.length]).toEqual([false, 1]);
    expect([scene.sw.udpif.isObserved, scene.sw.udpif.isInspected]).toEqual([false, false]);
    scene.send(1, 'udp');
    await scene.sw.stop();
    expect(scene.sw.conservation().ok).toBe(true);
  });

  it('takes samples once an interval in which anything happens', () => {
    const scene = new Scene({ flows: 'actions=output:2' });
    const recorder = scene.record({ sampleMs: 400 });
    scene.send(1, 'udp');
    scene.send(1, 'udp');
    scene.clock.advance(2_000);
    recorder.flush();
    const samples = scene.of('sample');
    expect(samples.map(({ t }) => t - START)).toEqual([0, 500, 1_000, 1_500, 2_000]);
    expect(samples[1]).toMatchObject({ hits: 1, misses: 1, upcalls: 1, flows: 1, masks: 1 });
  });

  it('says in its header what the log is of', () => {
    const scene = new Scene({ profile: 'ovs-2.3' });
    const { header } = scene.record({ title: 'a test', program: '1.2.3' });
    expect(header).toMatchObject({ title: 'a test', program: '1.2.3', profile: 'ovs-2.3' });
    expect(header).toMatchObject({ ukeyMachine: 'ukey-2014', startedAt: START, bridges: ['br0'] });
    expect(header.ports[1]).toEqual({ name: 'p2', bridge: 'br0', odp: 2, ofp: 2 });
    expect(Object.keys(header.machines)).toContain('ukey-2014');
  });
});

describe('Recorder in bounded detail', () => {
  const bounded = { detail: 'bounded', entriesPerSecond: 10, ukeys: 'none' } as const;

  it('counts what it leaves out', () => {
    const scene = new Scene({ flows: 'actions=output:2', areMegaflowsOn: false });
    const recorder = scene.record(bounded);
    for (let i = 0; i < 50; i++) scene.send(1, `udp,tp_dst=${i}`);
    recorder.close();
    const dropped = new Map(scene.of('dropped').map(({ what, count }) => [what, count]));
    expect(scene.of('upcall').length + (dropped.get('upcall') ?? 0)).toBe(50);
    expect(scene.of('put').length + (dropped.get('put') ?? 0)).toBe(50);
    expect(scene.of('upcall')).toHaveLength(10);
    expect(scene.of('xlate').map(({ upcall }) => upcall)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(scene.of('sample').at(-1)?.upcalls).toBe(50);
  });

  it('tells where actors are whose steps it left out', () => {
    const scene = new Scene();
    const recorder = scene.record({ ...bounded, entriesPerSecond: 1 });
    scene.clock.advance(500);
    recorder.close();
    const states = new Map(scene.of('actor').map(({ actor, state }) => [actor, state]));
    for (const { actor, to } of scene.of('step')) states.set(actor, to);
    const leader = scene.of('actor').find(({ name }) => name === 'leader');
    expect(states.get(leader?.actor ?? '')).toBe('waiting.settling');
  });

  it('tells of verdicts only those that are not "keep"', () => {
    const scene = new Scene({ flows: 'actions=output:2', settings: { maxIdleMs: 1_200 } });
    const recorder = scene.record(bounded);
    scene.send(1, 'udp');
    scene.send(1, 'udp');
    scene.clock.advance(3_000);
    recorder.close();
    const verdicts = scene.of('verdicts');
    expect(verdicts.flatMap((entry) => entry.verdicts)).toEqual(['flow_idle']);
    expect(verdicts.reduce((sum, { unchanged }) => sum + unchanged, 0)).toBe(2);
  });

  it('follows the ukeys that it is told to', () => {
    const scene = new Scene({ flows: 'actions=output:2', areMegaflowsOn: false });
    const recorder = scene.record({ ...bounded, ukeys: 'matching udp,tp_dst=7' });
    for (let i = 5; i < 10; i++) scene.send(1, `udp,tp_dst=${i}`);
    recorder.close();
    const followed = new Set(scene.of('ukey').map(({ flow }) => flow));
    const seventh = scene.of('put').find(({ key }) => key.includes('dst=7)'));
    expect([...followed]).toEqual([seventh?.flow]);
  });

  it('tells of what is there only as much as has room', () => {
    const scene = new Scene({ flows: 'actions=output:2', areMegaflowsOn: false });
    for (let i = 0; i < 30; i++) scene.send(1, `udp,tp_dst=${i}`);
    const recorder = scene.record(bounded);
    recorder.close();
    expect(scene.of('put')).toHaveLength(10);
    expect(scene.of('dropped')).toMatchObject([{ what: 'put', count: 20 }]);
  });

  it.each(['none', 'sampled'] as const)(
    'tells of the end of every flow that it told of, ukeys %s, and no more stay in the model',
    async (ukeys) => {
      const scene = new Scene({ flows: 'actions=output:2', areMegaflowsOn: false });
      const recorder = scene.record({ ...bounded, ukeys });
      const model = new ModelState(recorder.header);
      for (let second = 0; second < 3; second++) {
        for (let i = 0; i < 300; i++) scene.send(1, `udp,tp_src=${second + 1},tp_dst=${i}`);
        scene.clock.advance(1_000);
      }
      // All at once, where ten of a kind in a second are told.
      await scene.sw.stop();
      recorder.close();
      for (const entry of scene.entries) model.apply(entry);
      expect(scene.of('put').length).toBeGreaterThanOrEqual(30);
      expect(scene.of('delete')).toHaveLength(scene.of('put').length);
      expect(model.flows.living).toBe(0);
      const told = new Set(scene.of('put').map(({ flow }) => flow));
      expect(scene.of('ukey').filter(({ flow }) => !told.has(flow))).toEqual([]);
    },
  );

  it('gives a flow that the log does not know a number when it is asked', () => {
    const scene = new Scene({ flows: 'actions=output:2' });
    scene.send(1, 'udp');
    const recorder = scene.record({ ...bounded, entriesPerSecond: 0 });
    const [ukey] = scene.sw.udpif.ukeys();
    const key = ukey?.slice.columns.keys[ukey.handle];
    if (key === undefined) throw new Error('no flow');
    const flow = recorder.flowNumber(key);
    expect(recorder.flowNumber(key)).toBe(flow);
    expect(recorder.flowKey(flow)).toBe(key);
  });
});

const KEY =
  'skb_priority(0),skb_mark(0),ct_state(-new-est-rel-rpl-inv-trk-snat-dnat),ct_zone(0),' +
  'ct_mark(0),ct_label(0),recirc_id(0),' +
  'dp_hash(0),in_port(1),packet_type(ns=0,id=0),eth(src=02:00:00:00:00:01,' +
  'dst=02:00:00:00:00:02),eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17,tos=0,ttl=64,' +
  'frag=no),udp(src=0,dst=53)';

const MEGAFLOW =
  'recirc_id(0),in_port(1),packet_type(ns=0,id=0),eth_type(0x0800),ipv4(proto=17,frag=no)';

const LOOKUP =
  '{"depth":0,"kind":"table","text":"table 0: priority=5,udp actions=output:2","rule":1}';

/** From the miss to the sweep of the ukey: one packet came up, one hit the flow. */
const LIFE_OF_A_FLOW = [
  '{"t":1000000,"k":"upcall","upcall":1,"handler":0,"class":"miss","port":1,' +
    `"key":"${KEY}","size":106,"frame":"AgAAAA==","queuedAt":1000000}`,
  '{"t":1000000,"k":"rule","rule":1,"bridge":"br0","table":0,' +
    '"text":"priority=5,udp actions=output:2"}',
  `{"t":1000000,"k":"xlate","upcall":1,"us":0,"steps":[${LOOKUP},` +
    '{"depth":0,"kind":"action","text":"output:2"}],"actions":"2","slow":[]}',
  '{"t":1000000,"k":"ukey","flow":1,"event":"ukey.install","from":"created","to":"visible"}',
  '{"t":1000000,"k":"batch","handler":0,"upcalls":[1],"operations":2,"us":[0,0,0]}',
  `{"t":1000000,"k":"put","flow":1,"upcall":1,"key":"${MEGAFLOW}","maskBits":122,` +
    '"actions":"2","rules":[1]}',
  '{"t":1000000,"k":"ukey","flow":1,"event":"put.succeeded","from":"visible","to":"operational"}',
  '{"t":1000500,"k":"verdicts","phase":"dump","revalidator":0,"flows":[1],"verdicts":["keep"],' +
    '"packets":[1],"bytes":[106],"used":[1000000],"unchanged":0}',
  '{"t":1001000,"k":"ukey","flow":1,"event":"flow.delete","from":"operational","to":"evicting"}',
  '{"t":1001000,"k":"verdicts","phase":"dump","revalidator":0,"flows":[1],' +
    '"verdicts":["flow_idle"],"packets":[1],"bytes":[106],"used":[1000000],"unchanged":0}',
  '{"t":1001000,"k":"delete","flow":1,"reason":"flow_idle","packets":1,"bytes":106,' +
    '"used":1000000}',
  '{"t":1001000,"k":"ukey","flow":1,"event":"deletion.succeeded","from":"evicting",' +
    '"to":"evicted"}',
  '{"t":1001000,"k":"ukey","flow":1,"event":"ukey.sweep","from":"evicted","to":"deleted"}',
];
