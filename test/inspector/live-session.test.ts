import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../src/base/log.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { LiveSession } from '../../src/inspector/live-session.js';
import type { FlowsQuery } from '../../src/inspector/view-data.js';
import { createSwitch, type Switch } from '../../src/switch.js';
import type { SwitchOptions } from '../../src/switch-options.js';
import { packet } from '../../src/switch-packet.js';

const FLOWS = 'udp,tp_dst=53,actions=output:2\npriority=0,actions=drop';
const table: FlowsQuery = { filter: '', sort: 'key', isDescending: false, offset: 0, limit: 200 };

const sessions: LiveSession[] = [];

afterEach(() => {
  for (const session of sessions.splice(0)) session.close();
});

interface SetUp {
  readonly sw: Switch;
  readonly clock: VirtualClock;
  readonly session: LiveSession;
}

async function setUp(options: SwitchOptions = {}): Promise<SetUp> {
  const clock = new VirtualClock({ start: 1000 });
  const sw = createSwitch({ ports: 2, flows: FLOWS, clock, areMegaflowsOn: false, ...options });
  await sw.settled();
  const session = new LiveSession({ target: sw, clock: new VirtualClock(), log: silentLog });
  sessions.push(session);
  return { sw, clock, session };
}

/** Packets of `count` flows, all settled. */
async function hit(sw: Switch, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    sw.inject(1, packet(`udp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=${1000 + i},tp_dst=53`));
  }
  await sw.settled();
}

describe('LiveSession', () => {
  it('shows the actors as they hang together, in the states they are in', async () => {
    const { sw, session } = await setUp({ handlers: 2, revalidators: 2 });
    const { root } = session.view('house', {});
    expect([root?.name, root?.state]).toEqual(['udpif', 'running.cycling']);
    const shown = root?.children.map(({ name }) => name).sort();
    const expected = [...sw.udpif.actorTree().children()].map(({ actor }) => actor.id).sort();
    expect(shown).toEqual(expected);
    const leader = root?.children.find(({ name }) => name === 'leader');
    expect(leader?.state).toMatch(/^waiting/);
  });

  it('counts the ukeys of all states along the columns', async () => {
    const { sw, session } = await setUp({ revalidators: 3 });
    await hit(sw, 80);
    const { ukeys, flows, flowLimit } = session.view('house', {});
    const counts = Object.fromEntries(ukeys.map(({ state, count }) => [state, count]));
    expect(counts).toEqual({
      created: 0,
      visible: 0,
      operational: 80,
      inconsistent: 0,
      evicting: 0,
      evicted: 0,
      deleted: 0,
    });
    expect([flows, flowLimit]).toEqual([80, sw.udpif.status().flowLimit]);
  });

  it('does so for the other life of ukeys', async () => {
    const { sw, clock, session } = await setUp({ profile: 'ovs-2.3' });
    await hit(sw, 10);
    clock.advance(600);
    const { ukeyMachine, ukeys } = session.view('house', {});
    expect(ukeyMachine).toBe('ukey-2014');
    expect(ukeys.reduce((sum, { count }) => sum + count, 0)).toBe(sw.udpif.status().ukeys);
    expect(sw.udpif.status().ukeys).toBe(10);
  });

  it('shows the flows that the switch has, and the life of each', async () => {
    const { sw, session } = await setUp();
    await hit(sw, 5);
    const { rows } = session.view('flows', table);
    expect(rows.map(({ key }) => key).sort()).toEqual(sw.megaflows().map(({ key }) => key));
    for (const { flow, key } of rows) {
      const life = session.view('flow', { flow });
      expect(life.row?.key).toBe(key);
      expect(life.events.map(({ kind }) => kind)).toContain('put');
      expect(life.whyDeleted).toBeUndefined();
    }
  });

  it('shows flows that were there before it', async () => {
    const clock = new VirtualClock({ start: 1000 });
    const sw = createSwitch({ ports: 2, flows: FLOWS, clock, areMegaflowsOn: false });
    await hit(sw, 7);
    const session = new LiveSession({ target: sw, clock: new VirtualClock(), log: silentLog });
    sessions.push(session);
    const { rows, flows } = session.view('flows', table);
    expect(flows).toBe(7);
    expect(session.view('flow', { flow: rows[0]?.flow ?? 0 }).row?.key).toBe(rows[0]?.key);
  });

  it('says why a flow has gone', async () => {
    const { sw, clock, session } = await setUp();
    await hit(sw, 1);
    const flow = session.view('flows', table).rows[0]?.flow ?? 0;
    clock.advance(20_000);
    expect(sw.megaflows()).toEqual([]);
    expect(session.view('flows', table).rows).toEqual([]);
    const gone = session.view('flows', { ...table, filter: 'gone' });
    expect(gone.rows.map((row) => [row.flow, row.reason])).toEqual([[flow, 'flow_idle']]);
    expect(session.view('flow', { flow }).whyDeleted).toMatch(/idle/);
  });

  it('names the rules that flows stand for', async () => {
    const { sw, session } = await setUp();
    await hit(sw, 5);
    const [use] = session.view('flows', table).rules;
    expect(use?.text).toContain('tp_dst=53');
    expect(use?.megaflows).toBe(5);
  });

  it('tells of changes', async () => {
    const { sw, clock, session } = await setUp();
    let changes = 0;
    session.changes.subscribe(() => changes++);
    await hit(sw, 3);
    clock.advance(1000);
    expect(changes).toBeGreaterThan(0);
    expect(session.position().n).toBeGreaterThan(10);
    expect(session.position().t).toBe(clock.now());
  });

  it('pauses the revalidators only, and says so', async () => {
    const { sw, clock, session } = await setUp();
    expect(session.position()).toMatchObject({ isRunning: true, pauses: 'revalidators' });
    await session.command({ do: 'pause' });
    clock.advance(5000);
    const { cycles } = sw.udpif.status();
    expect(session.position().isRunning).toBe(false);
    await hit(sw, 4);
    clock.advance(5000);
    expect(sw.udpif.status()).toMatchObject({ cycles, ukeys: 4 });
    await session.command({ do: 'resume' });
    clock.advance(5000);
    expect(session.position().isRunning).toBe(true);
    expect(sw.udpif.status().cycles).toBeGreaterThan(cycles);
  });

  it.each([
    { do: 'step', by: 'event' },
    { do: 'seek', n: 1 },
    { do: 'speed', speed: 2 },
  ] as const)('cannot $do', async (command) => {
    const { session } = await setUp();
    await expect(session.command(command)).rejects.toThrow(
      `Cannot ${command.do}: the switch is live`,
    );
  });

  it('keeps what was seen when the switch has stopped', async () => {
    const { sw, session } = await setUp();
    await hit(sw, 5);
    await sw.stop();
    expect(session.position().isComplete).toBe(true);
    expect(session.view('upcalls', { filter: '', before: undefined, limit: 10 }).rows).toHaveLength(
      5,
    );
    await expect(session.command({ do: 'pause' })).rejects.toThrow('the switch has stopped');
    session.close();
    expect(session.view('flows', { ...table, filter: 'gone' }).rows).toHaveLength(5);
  });

  it('leaves the switch as if it had never been watched', async () => {
    const { sw, session } = await setUp();
    session.close();
    expect([sw.udpif.isObserved, sw.udpif.isInspected]).toEqual([false, false]);
  });
});
