/** What a session over a scenario shows is what the scenario's own numbers say. */

import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/base/virtual-clock.js';
import type { LogEntry } from '../../../src/inspector/log-entry.js';
import type { RecordedSession } from '../../../src/inspector/recorded-session.js';
import { ScenarioRecording } from '../../../src/inspector/scenarios/scenario-recording.js';
import {
  createScenarioShelf,
  openScenario,
} from '../../../src/inspector/scenarios/scenario-shelf.js';
import { findScenario, scenarios } from '../../../src/inspector/scenarios/scenarios.js';
import type { FlowsQuery } from '../../../src/inspector/view-data.js';
import type { TimeCommand } from '../../../src/inspector/wire.js';
import { playScenario } from './play-scenario.js';

/** The limit of the issue: a page must not wait for its memory to fill. */
const ENTRIES_MAX = 100_000;

const query: FlowsQuery = { filter: '', sort: 'key', isDescending: false, offset: 0, limit: 200 };

interface Opened {
  readonly session: RecordedSession;
  readonly clock: VirtualClock;
  readonly go: (command: TimeCommand) => Promise<void>;
}

function open(name: string, isRemedied = false): Opened {
  const clock = new VirtualClock();
  const session = openScenario(name, { clock, isRemedied });
  const go = async (command: TimeCommand): Promise<void> => {
    const done = session.command(command);
    clock.runDue();
    await done;
  };
  return { session, clock, go };
}

async function openAtEnd(name: string): Promise<RecordedSession> {
  const { session, go } = open(name);
  await go({ do: 'run', to: 'end' });
  return session;
}

describe('openScenario()', () => {
  it('stands where nothing has happened yet, with the actors that there are', () => {
    const { session } = open('stale-flow');
    const { kind, isComplete, isRunning, t, startedAt } = session.position();
    expect({ kind, isComplete, isRunning, t }).toEqual({
      kind: 'replay',
      isComplete: false,
      isRunning: false,
      t: startedAt,
    });
    expect(session.header.title).toBe('A stale flow after a late put');
    expect(session.header.profile).toBe('ovs-2.3');
    expect(session.view('house', {}).root?.name).toBe('udpif');
  });

  it('plays no more of it than somebody wants to see', async () => {
    const { session, go } = open('lost-upcalls');
    await go({ do: 'run', to: 'upcall' });
    const { n, last, isComplete } = session.position();
    expect(isComplete).toBe(false);
    expect(last - n).toBeLessThan(1_000);
    expect(session.view('upcalls', { filter: '', before: undefined, limit: 10 }).total).toBe(1);
  });

  it('plays it with its remedy', async () => {
    const { session, go } = open('stale-flow', true);
    await go({ do: 'run', to: 'end' });
    expect(session.header.title).toMatch(/, remedied: profile "current"$/);
    expect(session.header.profile).toBe('current');
  });
});

describe('A scenario that was played to its end', () => {
  it('flapping-limit: has each cut of the limit in Cycle', async () => {
    const { number } = await playScenario('flapping-limit', false);
    const { limits } = (await openAtEnd('flapping-limit')).view('cycle', {});
    expect(limits.filter(({ from, to }) => to < from)).toHaveLength(number('cuts'));
  });

  it('exact-flows: has a megaflow a client in Flows', async () => {
    const { number } = await playScenario('exact-flows', false);
    const session = await openAtEnd('exact-flows');
    const sixth = session.view('flows', { ...query, filter: '0x86dd' });
    expect(sixth.total).toBe(number('flows_ipv6'));
    expect(sixth.rules[0]?.megaflows).toBeGreaterThanOrEqual(number('clients'));
  });

  it('stale-flow: has the flow in Flows, and kept, before an unrelated rule heals it', async () => {
    const { session, go } = open('stale-flow');
    await go({ do: 'run', to: 'end' });
    // The last deletion is that of the stale flow: stand right before it.
    await go({ do: 'run', to: 'deletion', backward: true });
    await go({ do: 'step', by: 'event', backward: true });
    const stale = session.view('flows', { ...query, filter: 'in_port(1)' });
    expect(stale.rows.map(({ actions }) => actions)).toEqual(['2']);
    const view = session.view('flow', { flow: stale.rows[0]?.flow ?? 0 });
    expect(view.events.filter(({ kind }) => kind === 'dump').length).toBeGreaterThan(10);
    expect(view.whyDeleted).toBeUndefined();
  });

  it('packet-in-storm: has upcalls of one class and next to no misses', async () => {
    const { number } = await playScenario('packet-in-storm', false);
    const session = await openAtEnd('packet-in-storm');
    const all = session.view('upcalls', { filter: '', before: undefined, limit: 200 });
    expect(all.total).toBeGreaterThan(number('packet_ins') * 0.9);
    expect(new Set(all.rows.map((row) => row.class))).toEqual(new Set(['controller']));
  });
});

describe('ScenarioRecording', () => {
  it.each(scenarios.map(({ name }) => name))('%s: fits in a page', (name) => {
    let count = 0;
    let last: LogEntry | undefined;
    const recording = new ScenarioRecording(findScenario(name), {
      take: (entries) => {
        count += entries.length;
        last = entries.at(-1);
      },
    });
    recording.finish();
    expect(count).toBeGreaterThan(300);
    expect(count).toBeLessThan(ENTRIES_MAX);
    expect(last?.n).toBe(count);
  });

  it('changes nothing of what happens', () => {
    const scenario = findScenario('lost-upcalls');
    const alone = scenario.start();
    alone.finish();
    const recording = new ScenarioRecording(scenario, { take: () => {} });
    recording.finish();
    expect(recording.run.measures()).toEqual(alone.measures());
  });

  it('ends where its taker throws', () => {
    let isFull = false;
    const recording = new ScenarioRecording(findScenario('stale-flow'), {
      take: () => {
        if (isFull) throw new Error('no space left');
      },
    });
    isFull = true;
    expect(() => recording.finish()).toThrow('no space left');
  });
});

describe('createScenarioShelf()', () => {
  it('lists all scenarios for the page', () => {
    const { list } = createScenarioShelf({ clock: new VirtualClock() });
    expect(list.map(({ name }) => name)).toEqual(scenarios.map(({ name }) => name));
    expect(Object.keys(list[0] ?? {})).toEqual(['name', 'title', 'look']);
  });

  it('opens one that plays', async () => {
    const clock = new VirtualClock();
    const session = await createScenarioShelf({ clock }).open('megaflow-explosion');
    expect(session.position().isRunning).toBe(true);
    clock.advance(500);
    expect(session.position().t - session.header.startedAt).toBeGreaterThan(300);
    session.close();
  });

  it('refuses a name that there is not', async () => {
    const shelf = createScenarioShelf({ clock: new VirtualClock() });
    await expect(shelf.open('bliss')).rejects.toThrow('Cannot find scenario "bliss"');
  });
});
