/**
 * The page's connection: what it watches, what it hands on, and how it comes back.
 */

import { describe, expect, it } from 'vitest';
import type { HouseView } from '../../../src/inspector/view-data.js';
import { RETRY_MS_MAX } from '../../../src/inspector/web/server-connection.js';
import { fakeConnection } from './fake-socket.js';

const HOUSE: HouseView = {
  root: undefined,
  ukeyMachine: 'ukey',
  ukeys: [],
  flows: 3,
  flowLimit: 10,
  upcallsPerSecond: 0,
};

describe('ServerConnection.watch()', () => {
  it('says what it watches when there is a connection', () => {
    const { connection, socket } = fakeConnection();
    connection.watch('house', {}, () => {});
    expect(socket().sent).toEqual([]);
    socket().onopen?.();
    expect(socket().sent).toEqual([{ type: 'watch', slot: 'house.1', view: 'house', query: {} }]);
  });

  it('hands on the documents of its own slot only', () => {
    const { connection, socket } = fakeConnection();
    const seen: number[] = [];
    socket().onopen?.();
    connection.watch('house', {}, ({ flows }) => seen.push(flows));
    socket().say({ type: 'view', slot: 'house.1', view: 'house', n: 1, document: HOUSE });
    socket().say({ type: 'view', slot: 'house.9', view: 'house', n: 1, document: HOUSE });
    expect(seen).toEqual([3]);
  });

  it('takes nothing in any more when it is given up', () => {
    const { connection, socket } = fakeConnection();
    const seen: number[] = [];
    socket().onopen?.();
    const stop = connection.watch('house', {}, ({ flows }) => seen.push(flows));
    stop();
    socket().say({ type: 'view', slot: 'house.1', view: 'house', n: 1, document: HOUSE });
    expect(seen).toEqual([]);
    expect(socket().sent.at(-1)).toEqual({ type: 'unwatch', slot: 'house.1' });
  });
});

describe('ServerConnection after a loss', () => {
  it('tries again ever less often, up to a limit', () => {
    const { socket, waits } = fakeConnection();
    for (let i = 0; i < 7; i++) {
      socket().close();
      waits.at(-1)?.task();
    }
    expect(waits.map(({ ms }) => ms)).toEqual([250, 500, 1000, 2000, 4000, 5000, RETRY_MS_MAX]);
  });

  it('begins anew with a short wait once it has been connected', () => {
    const { socket, waits } = fakeConnection();
    socket().close();
    waits.at(-1)?.task();
    socket().onopen?.();
    socket().close();
    expect(waits.map(({ ms }) => ms)).toEqual([250, 250]);
  });

  it('watches the same views as before, and those meant meanwhile', () => {
    const { connection, socket, waits } = fakeConnection();
    socket().onopen?.();
    connection.watch('house', {}, () => {});
    socket().close();
    expect(connection.isConnected.value).toBe(false);
    connection.watch('cycle', {}, () => {});
    waits.at(-1)?.task();
    socket().onopen?.();
    expect(socket().sent.map((message) => 'slot' in message && message.slot)).toEqual([
      'house.1',
      'cycle.2',
    ]);
  });

  it('fails the commands that have had no reply', async () => {
    const { connection, socket } = fakeConnection();
    socket().onopen?.();
    const paused = connection.sendTime({ do: 'pause' });
    socket().close();
    await expect(paused).rejects.toThrow(/lost/);
  });
});

describe('ServerConnection.sendTime()', () => {
  it('resolves with the reply to its own number', async () => {
    const { connection, socket } = fakeConnection();
    socket().onopen?.();
    const first = connection.sendTime({ do: 'pause' });
    const second = connection.openScenario('burst');
    socket().say({ type: 'reply', id: 2, error: 'Cannot run scenario "burst": there is none' });
    socket().say({ type: 'reply', id: 1 });
    await expect(first).resolves.toBeUndefined();
    await expect(second).rejects.toThrow('Cannot run scenario "burst": there is none');
  });

  it('rejects at once without a connection', async () => {
    const { connection } = fakeConnection();
    await expect(connection.sendTime({ do: 'pause' })).rejects.toThrow(/Not connected/);
  });

  it('keeps the newest position, and what was skipped', () => {
    const { connection, socket } = fakeConnection();
    socket().onopen?.();
    const position = {
      kind: 'live',
      n: 7,
      last: 7,
      t: 70,
      startedAt: 0,
      isRunning: true,
      pauses: 'revalidators',
      speed: 1,
      isComplete: false,
      dropped: {},
    } as const;
    socket().say({ type: 'position', position, skipped: 4 });
    expect(connection.position.value).toEqual(position);
    expect(connection.skipped.value).toBe(4);
  });
});
