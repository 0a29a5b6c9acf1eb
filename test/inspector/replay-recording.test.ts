/** A recording of the bundled capture shows, at any entry, what the switch itself said then. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { readFlowFile } from '../../src/cli/flow-file.js';
import { loadCapture } from '../../src/cli/loaded-capture.js';
import { mergeCaptures } from '../../src/cli/packet-sequence.js';
import { planPorts } from '../../src/cli/port-plan.js';
import { REPLAY_START_MS, ReplayRun } from '../../src/cli/replay-run.js';
import { EntryStore } from '../../src/inspector/entry-store.js';
import { LogFileWriter } from '../../src/inspector/log-file-writer.js';
import { createHeader } from '../../src/inspector/log-header.js';
import { MachineGraphs } from '../../src/inspector/machine-graphs.js';
import { ModelState } from '../../src/inspector/model-state.js';
import type { Moment } from '../../src/inspector/moment.js';
import type { RecordedSession } from '../../src/inspector/recorded-session.js';
import { createRecorder } from '../../src/inspector/recorder.js';
import { openRecording } from '../../src/inspector/recording.js';
import { Timeline } from '../../src/inspector/timeline.js';
import { makeView } from '../../src/inspector/views.js';
import type { TimeCommand } from '../../src/inspector/wire.js';
import type { ProfileName } from '../../src/machines/profiles.js';
import { createSwitch, type Switch } from '../../src/switch.js';
import { ROOT } from '../tidy/source-tree.js';
import { allViews } from './busy-log.js';

const POINTS = 10;
const PROFILES: readonly ProfileName[] = ['current', 'ovs-2.3'];
/** States of a ukey whose flow is gone, or as good as. */
const GONE: ReadonlySet<string> = new Set(['evicted', 'gone', 'deleted']);
const folder = mkdtempSync(join(tmpdir(), 'upcall-recording-'));
afterAll(() => rmSync(folder, { recursive: true }));

const query = { filter: '', sort: 'key', isDescending: false, offset: 0, limit: 200 } as const;

/** What a switch says of itself. */
function factsOf(target: Switch) {
  const { udpif } = target;
  const states: Record<string, number> = {};
  let packets = 0;
  for (const ukey of udpif.ukeys()) {
    const state = String(ukey.getSnapshot().value);
    states[state] = (states[state] ?? 0) + 1;
    if (GONE.has(state)) continue;
    packets += ukey.slice.columns.packets[ukey.handle] ?? 0;
  }
  const { actor, children } = udpif.actorTree();
  const actors = [actor, ...[...children()].map((child) => child.actor)];
  const leader = actors.find(({ id }) => id === 'leader')?.getSnapshot() as
    | { value: Record<string, string> }
    | undefined;
  return {
    flows: target.megaflows().map(({ key, actions }) => [key, actions]),
    ukeys: states,
    packets,
    leader: Object.entries(leader?.value ?? {})[0]?.join('.'),
    flowLimit: udpif.tallies().flowLimit,
    cycles: udpif.tallies().cycles,
    actors: actors.map(({ id }) => id).sort(),
  };
}

/** The same, as a page would read it. */
function factsOfViews(session: Pick<RecordedSession, 'view'>) {
  const house = session.view('house', {});
  const cycle = session.view('cycle', {});
  const rows: { key: string; actions: string; packets: number; state: string }[] = [];
  for (let offset = 0; rows.length === offset; offset += query.limit) {
    rows.push(...session.view('flows', { ...query, offset }).rows);
  }
  const states = house.ukeys.filter(({ count }) => count > 0);
  return {
    flows: rows.map(({ key, actions }) => [key, actions]),
    ukeys: Object.fromEntries(states.map(({ state, count }) => [state, count])),
    packets: rows.reduce((sum, row) => sum + row.packets, 0),
    leader: cycle.leaderState,
    flowLimit: house.flowLimit,
    cycles: cycle.cycles.findLast(({ doneAt }) => doneAt !== undefined)?.cycle ?? 0,
    actors: [
      house.root?.name ?? '',
      ...(house.root?.children.map(({ name }) => name) ?? []),
    ].sort(),
  };
}

/** Replays the bundled capture, looking at the switch now and then. */
function record(profile: ProfileName) {
  const capture = loadCapture(join(ROOT, 'captures/bundled.pcap'));
  const packets = mergeCaptures([capture]);
  const { names, ports } = planPorts([capture], packets, 8);
  const clock = new VirtualClock({ start: REPLAY_START_MS });
  const flows = readFlowFile(join(ROOT, 'captures/bundled.flows'));
  const settings = { maxIdleMs: 1_500 };
  const ways = { profile, revalidators: 2, settings };
  const target = createSwitch({ ports: names.length, flows, clock, ...ways });
  const store = new EntryStore();
  const file = join(folder, `${profile}.log`);
  const writer = new LogFileWriter(file, createHeader(target, { title: 'bundled' }));
  const recorder = createRecorder(target, {
    detail: 'full',
    stopwatch: () => 0,
    entries: (batch) => {
      for (const entry of batch) {
        store.append(entry);
        writer.write(entry);
      }
    },
  });
  clock.runDue();
  const run = new ReplayRun({ packets, ports, captureCount: 1, clock, target });
  const looks: { n: number; facts: ReturnType<typeof factsOf> }[] = [];
  for (let time = run.nextTime; time !== undefined; time = run.nextTime) {
    run.advanceTo(time);
    run.enterDue();
    if (run.done < (looks.length * run.total) / POINTS) continue;
    recorder.flush();
    looks.push({ n: store.last, facts: factsOf(target) });
  }
  recorder.flush();
  looks.push({ n: store.last, facts: factsOf(target) });
  writer.close();
  return { store, header: recorder.header, looks, file };
}

/** The recording as `upcall inspect` opens it, and how a page goes about in it. */
async function open(file: string) {
  const clock = new VirtualClock({ start: 0 });
  const session = await openRecording(file, { clock });
  const go = async (command: TimeCommand): Promise<void> => {
    const done = session.command(command);
    clock.runDue();
    await done;
  };
  return { session, go };
}

describe.each(PROFILES)('a recording of the bundled capture in %s', (profile) => {
  const { store, header, looks, file } = record(profile);
  const graphs = new MachineGraphs(header);
  const momentAt = (model: ModelState): Moment => ({ header, store, model, graphs });

  it('shows what the switch said, stepping forward and stepping backward', async () => {
    const { session, go } = await open(file);
    expect(looks.length).toBeGreaterThanOrEqual(POINTS);
    for (const { n, facts } of looks) {
      await go({ do: 'seek', n: n - 1 });
      await go({ do: 'step', by: 'event' });
      expect({ n: session.position().n, ...factsOfViews(session) }).toEqual({ n, ...facts });
    }
    const behind = looks.filter(({ n }) => n < store.last).toReversed();
    expect(behind.length).toBeGreaterThanOrEqual(POINTS - 1);
    for (const { n, facts } of behind) {
      await go({ do: 'seek', n: n + 1 });
      await go({ do: 'step', by: 'event', backward: true });
      expect({ n: session.position().n, ...factsOfViews(session) }).toEqual({ n, ...facts });
    }
  });

  it('shows the same wherever one comes from', () => {
    const timeline = new Timeline(store, header, { interval: 500 });
    const place = fc.integer({ min: 0, max: store.last });
    fc.assert(
      fc.property(place, place, (n, elsewhere) => {
        const there = allViews(momentAt(timeline.at(n)));
        timeline.at(elsewhere);
        expect(allViews(momentAt(timeline.at(n)))).toEqual(there);
        const fresh = new ModelState(header);
        store.forEach(1, n, (entry) => fresh.apply(entry));
        expect(allViews(momentAt(fresh))).toEqual(there);
      }),
      { seed: 6, numRuns: 10 },
    );
  });

  it('tells of each flow that has gone why, and what it was put for', () => {
    const moment = momentAt(new Timeline(store, header).at(store.last));
    const gone = makeView(moment, 'flows', { ...query, filter: 'gone', sort: 'state' });
    const ended = gone.rows.filter(({ reason }) => reason !== undefined);
    expect(ended.length).toBeGreaterThan(20);
    for (const { flow, reason } of ended) {
      const { whyDeleted, events } = makeView(moment, 'flow', { flow });
      expect(whyDeleted).toContain(`(${reason}: `);
      expect(events.map(({ kind }) => kind)).toEqual(
        expect.arrayContaining(['upcall', 'xlate', 'put', 'delete']),
      );
    }
  });

  it('has no upcall in hand when all is quiet', () => {
    const moment = momentAt(new Timeline(store, header).at(store.last));
    const outcomes = new Set<string>();
    let before: number | undefined;
    for (let rows = 1; rows > 0; ) {
      const view = makeView(moment, 'upcalls', { filter: '', before, limit: 200 });
      for (const { outcome } of view.rows) outcomes.add(outcome);
      rows = view.rows.length;
      before = view.rows.at(-1)?.upcall;
    }
    expect([...outcomes].sort()).toEqual(['executed', 'installed']);
  });
});
