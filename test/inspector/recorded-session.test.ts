/** A session over a log: where it stands after each command, and what a replay does for it. */

import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { CHUNK_ENTRIES, EntryStore } from '../../src/inspector/entry-store.js';
import type { EntryProducer } from '../../src/inspector/log-cursor.js';
import { LogFileWriter } from '../../src/inspector/log-file-writer.js';
import { RecordedSession } from '../../src/inspector/recorded-session.js';
import { openRecording } from '../../src/inspector/recording.js';
import type { TimeCommand } from '../../src/inspector/wire.js';
import { openCapture } from '../../src/packet/capture-reader.js';
import { busyLog } from './busy-log.js';
import { header, LogBuilder } from './log-builder.js';
import { sceneLog } from './scene.js';

const scene = sceneLog();
const numberOf = (k: string, nth = 0): number =>
  scene.entries.filter((entry) => entry.k === k)[nth]?.n ?? Number.NaN;

/** A finished log, with its clock. */
function open(log: LogBuilder, at?: number) {
  const clock = new VirtualClock({ start: 5_000 });
  const place = at === undefined ? {} : { at };
  const session = new RecordedSession({ header, store: log.store(), clock, ...place });
  const go = async (command: TimeCommand): Promise<number> => {
    const done = session.command(command);
    clock.runDue();
    await done;
    return session.position().n;
  };
  return { session, clock, go };
}

/** A log that is made one entry each second step, as a replay makes it. */
function openReplay(log: LogBuilder) {
  const clock = new VirtualClock();
  const store = new EntryStore();
  let steps = 0;
  const producer: EntryProducer = {
    produce: () => {
      steps++;
      const next = log.entries[store.last];
      if (next !== undefined && steps % 2 === 0) store.append(next);
      return next !== undefined;
    },
  };
  const session = new RecordedSession({ header, store, clock, producer });
  return { session, clock, store, steps: () => steps };
}

describe('RecordedSession: a recording', () => {
  it('stands at its end, complete', () => {
    const { session } = open(scene);
    expect(session.position()).toEqual({
      kind: 'recording',
      n: scene.entries.length,
      last: scene.entries.length,
      t: 12_000,
      startedAt: 1_000,
      isRunning: false,
      pauses: 'everything',
      speed: 1,
      isComplete: true,
      dropped: {},
    });
  });

  it('steps by event and by phase, forward and backward', async () => {
    const { go } = open(scene, 3);
    expect(await go({ do: 'step', by: 'event' })).toBe(4);
    expect(await go({ do: 'step', by: 'event', backward: true })).toBe(3);
    const phases = scene.entries.filter((entry) => entry.k === 'phase' && entry.revalidator === 0);
    const [dump, , sweep, wait] = phases.map(({ n }) => n);
    expect(await go({ do: 'step', by: 'phase' })).toBe(dump);
    expect(await go({ do: 'step', by: 'phase' })).toBe(sweep);
    expect(await go({ do: 'step', by: 'phase' })).toBe(wait);
    expect(await go({ do: 'step', by: 'phase', backward: true })).toBe(sweep);
  });

  it('runs to upcalls, cycles and deletions, both ways, and to both ends', async () => {
    const { go } = open(scene, 0);
    expect(await go({ do: 'run', to: 'upcall' })).toBe(numberOf('upcall'));
    expect(await go({ do: 'run', to: 'upcall' })).toBe(numberOf('upcall', 1));
    expect(await go({ do: 'run', to: 'deletion' })).toBe(numberOf('delete'));
    expect(await go({ do: 'run', to: 'cycle', backward: true })).toBe(numberOf('cycle.start'));
    expect(await go({ do: 'run', to: 'end' })).toBe(scene.entries.length);
    expect(await go({ do: 'run', to: 'deletion', backward: true })).toBe(numberOf('delete'));
    expect(await go({ do: 'run', to: 'end', backward: true })).toBe(0);
  });

  it('is at an end to which it is to run, and says no more of it', async () => {
    const { go } = open(scene);
    expect(await go({ do: 'run', to: 'end' })).toBe(scene.entries.length);
    for (let times = 0; times < 2; times++) {
      expect(await go({ do: 'run', to: 'end', backward: true })).toBe(0);
    }
  });

  it('says that there is no further one, and stays where it is', async () => {
    const { session, go } = open(scene, 5);
    await expect(go({ do: 'run', to: 'cycle', backward: true })).rejects.toThrow(
      'Cannot run to the last cycle: there is none before entry 5; seek elsewhere',
    );
    expect(session.position()).toMatchObject({ n: 5, isRunning: false });
  });

  it('steps back to before the first entry, and no further', async () => {
    const { go } = open(scene, 1);
    expect(await go({ do: 'step', by: 'event', backward: true })).toBe(0);
    await expect(go({ do: 'step', by: 'event', backward: true })).rejects.toThrow(/none before/);
  });

  it('seeks to any entry, and to no other', async () => {
    const { session, go } = open(scene);
    expect(await go({ do: 'seek', n: 7 })).toBe(7);
    expect(session.position().t).toBe(scene.entries[6]?.t);
    for (const n of [-1, 1.5, scene.entries.length + 1]) {
      await expect(go({ do: 'seek', n })).rejects.toThrow(`Cannot seek to entry ${n}: there are 0`);
    }
  });

  it('shows the same at a place, however it came there', async () => {
    const log = busyLog(3, 200);
    const { session, go } = open(log, 0);
    const views = () => [session.view('house', {}), session.view('charts', { points: 9 })];
    for (let i = 0; i < 321; i++) await go({ do: 'step', by: 'event' });
    const there = views();
    await go({ do: 'run', to: 'end' });
    expect(views()).not.toEqual(there);
    await go({ do: 'seek', n: 321 });
    expect(views()).toEqual(there);
  });

  it('plays at a speed, and stops at the end', async () => {
    const { session, clock } = open(scene, 0);
    await session.command({ do: 'speed', speed: 2 });
    await session.command({ do: 'resume' });
    expect(session.position()).toMatchObject({ t: 1_000, isRunning: true, speed: 2 });
    clock.advance(300);
    expect(session.position().t).toBe(1_500);
    clock.advance(4_800);
    expect(session.position().t).toBe(1_500);
    clock.advance(200);
    expect(session.position().t).toBe(11_410);
    clock.advance(1_000);
    expect(session.position()).toMatchObject({ t: 12_000, isRunning: false });
    expect(clock.nextDeadline()).toBeUndefined();
  });

  it('goes on from where it was paused, and takes no time for it', async () => {
    const { session, clock } = open(scene, 0);
    await session.command({ do: 'resume' });
    clock.advance(600);
    await session.command({ do: 'pause' });
    const { n } = session.position();
    clock.advance(60_000);
    expect(session.position()).toMatchObject({ n, isRunning: false });
    await session.command({ do: 'resume' });
    clock.advance(1_000);
    expect(session.position().n).toBe(n);
  });

  it('plays from its beginning where it is at its end', async () => {
    const { session, clock } = open(scene);
    await session.command({ do: 'resume' });
    clock.advance(100);
    expect(session.position().t).toBe(1_002);
  });

  it('refuses a speed that is none', async () => {
    const { session } = open(scene);
    await expect(session.command({ do: 'speed', speed: -1 })).rejects.toThrow(
      /at speed -1: give 0/,
    );
  });

  it('tells of changes', async () => {
    const { session, go } = open(scene);
    let changes = 0;
    session.changes.subscribe(() => changes++);
    await go({ do: 'seek', n: 3 });
    expect(changes).toBe(1);
    session.close();
  });

  it('gives the frames of upcalls that pass a filter as a capture', () => {
    const { session } = open(scene);
    const path = join(folder, 'tail.pcap');
    writeFileSync(path, session.pcap('10.0.0.2'));
    expect([...openCapture(path)]).toMatchObject([{ seconds: 1, nanoseconds: 2_000_000 }]);
    writeFileSync(path, session.pcap(''));
    expect([...openCapture(path)]).toHaveLength(2);
  });
});

describe('RecordedSession: a replay', () => {
  it('goes on when somebody wants to see more, and not before', async () => {
    const { session, store, steps } = openReplay(scene);
    expect([store.last, steps()]).toEqual([0, 0]);
    await session.command({ do: 'step', by: 'event' });
    expect(store.last).toBe(1);
    await session.command({ do: 'run', to: 'upcall' });
    expect(store.last).toBe(numberOf('upcall'));
    expect(session.position()).toMatchObject({ kind: 'replay', isComplete: false });
    session.view('house', {});
    expect(store.last).toBe(numberOf('upcall'));
  });

  it('looks back without going on', async () => {
    const { session, store } = openReplay(scene);
    await session.command({ do: 'run', to: 'deletion' });
    const { last } = store;
    await session.command({ do: 'run', to: 'upcall', backward: true });
    await session.command({ do: 'step', by: 'event' });
    expect([session.position().n, store.last]).toEqual([numberOf('upcall', 1) + 1, last]);
  });

  it('runs to its end in slices, and can be stopped on the way', async () => {
    const { session, clock, store } = openReplay(busyLog(5, 4_000));
    const done = session.command({ do: 'run', to: 'end' });
    const made = store.last;
    expect(session.position()).toMatchObject({ n: 0, isRunning: true });
    expect(made).toBeGreaterThan(1_000);
    clock.runOne();
    expect(store.last).toBeGreaterThan(made);
    await session.command({ do: 'pause' });
    await done;
    expect(session.position()).toMatchObject({ n: 0, isRunning: false, isComplete: false });
    const end = session.command({ do: 'run', to: 'end' });
    clock.runDue();
    await end;
    expect(session.position()).toMatchObject({ n: store.last, isComplete: true });
  });

  it('plays as fast as it goes', async () => {
    const { session, clock, store } = openReplay(busyLog(5, 2_000));
    await session.command({ do: 'speed', speed: 0 });
    await session.command({ do: 'resume' });
    clock.runDue();
    expect(session.position()).toMatchObject({ n: store.last, isRunning: false, isComplete: true });
    expect(clock.now()).toBe(0);
  });

  it('is complete when nothing comes any more', async () => {
    const { session } = openReplay(new LogBuilder());
    await expect(session.command({ do: 'step', by: 'event' })).rejects.toThrow(
      /none after entry 0/,
    );
    expect(session.position().isComplete).toBe(true);
  });
});

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'upcall-session-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function record(name: string, log: LogBuilder): string {
  const path = join(folder, name);
  const writer = new LogFileWriter(path, header);
  for (const entry of log.entries) writer.write(entry);
  writer.close();
  return path;
}

describe('openRecording()', () => {
  const clock = new VirtualClock();

  it('shows what the log showed that was recorded', async () => {
    const log = busyLog(7, 300);
    const session = await openRecording(record('busy.gz', log), { clock });
    expect(session.header).toEqual(header);
    expect(session.view('house', {})).toEqual(open(log).session.view('house', {}));
  });

  it('says that a recording was cut short', async () => {
    const path = record('cut.gz', busyLog(7, 300));
    truncateSync(path, readFileSync(path).length - 400);
    const { header: found } = await openRecording(path, { clock });
    expect(found.title).toBe('made by hand (cut short)');
  });

  it('keeps the newest entries of one that is too long, and what they are based on', async () => {
    const log = busyLog(9, 3_000);
    const whole = open(log).session;
    const session = await openRecording(record('long.gz', log), { clock, limit: CHUNK_ENTRIES });
    const { dropped, last } = session.position();
    expect(last).toBe(log.entries.length);
    expect(dropped['old entries']).toBeGreaterThan(0);
    expect(session.view('house', {})).toEqual(whole.view('house', {}));
    const first = dropped['old entries'] ?? 0;
    await expect(session.command({ do: 'seek', n: first - 1 })).rejects.toThrow(/there are \d+ to/);
    await session.command({ do: 'seek', n: first });
    await whole.command({ do: 'seek', n: first });
    expect(session.view('house', {})).toEqual(whole.view('house', {}));
  });
});
