import { describe, expect, it } from 'vitest';
import { Coverage } from '../../src/base/coverage.js';
import { createRng } from '../../src/base/rng.js';
import { TokenBucket } from '../../src/base/token-bucket.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { PacketInScheduler } from '../../src/openflow/packet-in-scheduler.js';
import { OF10, OF13 } from '../../src/openflow/protocol.js';
import { packet } from '../../src/switch-packet.js';
import { createBench, TestPeer } from './test-peer.js';

const RATE = 100;
const BURST = 4;
/** Milliseconds that a token takes at `RATE`. */
const TOKEN_MS = 10;

/** A scheduler under a virtual clock; what it lets through is the first byte of each message. */
function setUp(burst = BURST) {
  const clock = new VirtualClock();
  const sent: number[] = [];
  const coverage = new Coverage();
  const scheduler = new PacketInScheduler(RATE, burst, {
    clock,
    coverage,
    rng: createRng(1),
    send: ([first = -1]) => sent.push(first),
  });
  const send = (port: number, ...names: readonly number[]): void => {
    for (const name of names) scheduler.send(port, Uint8Array.of(name));
  };
  return { clock, sent, coverage, scheduler, send };
}

describe('TokenBucket', () => {
  it('is full at its first use, and never more than full', () => {
    const bucket = new TokenBucket(RATE, 2);
    expect([5, 5, 5].map((now) => bucket.take(now))).toEqual([true, true, false]);
    expect([9_005, 9_005, 9_005].map((now) => bucket.take(now))).toEqual([true, true, false]);
  });

  it('has a token again when it said', () => {
    const bucket = new TokenBucket(3, 1);
    expect(bucket.take(0)).toBe(true);
    expect(bucket.waitMs(0)).toBe(334);
    expect(bucket.take(333)).toBe(false);
    expect(bucket.waitMs(333)).toBe(1);
    expect(bucket.take(334)).toBe(true);
  });
});

describe('PacketInScheduler', () => {
  it('sends a burst at once and the rest at the rate', () => {
    const { clock, sent, send, scheduler } = setUp();
    send(1, 0, 1, 2, 3, 4, 5);
    expect(sent).toEqual([0, 1, 2, 3]);
    clock.advance(TOKEN_MS - 1);
    expect(sent).toHaveLength(4);
    clock.advance(1);
    expect(sent).toEqual([0, 1, 2, 3, 4]);
    clock.advance(TOKEN_MS);
    expect(sent).toEqual([0, 1, 2, 3, 4, 5]);
    expect(scheduler.counts).toEqual({ backlog: 0, bypassed: 4, queued: 2, dropped: 0 });
  });

  it('lets nothing overtake what waits', () => {
    const { clock, sent, send } = setUp(1);
    send(1, 0, 1);
    clock.advance(TOKEN_MS - 1);
    send(1, 2);
    clock.advance(2 * TOKEN_MS);
    expect(sent).toEqual([0, 2]);
  });

  it('serves ports in turn', () => {
    const { clock, sent, send } = setUp();
    send(9, 0, 0, 0, 0);
    sent.length = 0;
    send(1, 10, 11);
    send(2, 20);
    send(3, 30);
    clock.advance(4 * TOKEN_MS);
    expect(sent).toEqual([10, 20, 30, 11]);
  });

  it('drops the first packet of the longest queue when it is full', () => {
    const { clock, sent, send, scheduler, coverage } = setUp();
    send(9, 0, 0, 0, 0);
    sent.length = 0;
    send(1, 10, 11, 12);
    send(2, 20, 21);
    expect(scheduler.counts).toMatchObject({ backlog: BURST, queued: 5, dropped: 1 });
    expect(coverage.read('ofconn_packet_in_queued')).toBe(5);
    expect(coverage.read('ofconn_packet_in_dropped')).toBe(1);
    clock.advance(4 * TOKEN_MS);
    expect(sent).toEqual([11, 20, 12, 21]);
  });

  it('takes from each of the longest queues when they are equally long', () => {
    const { send, scheduler, clock, sent } = setUp();
    send(9, 0, 0, 0, 0);
    sent.length = 0;
    for (let round = 0; round < 20; round++) for (const port of [1, 2, 3, 4]) send(port, port);
    expect(scheduler.counts).toMatchObject({ backlog: BURST, dropped: 76 });
    clock.advance(4 * TOKEN_MS);
    expect(new Set(sent).size).toBeGreaterThan(1);
  });

  it('lets a quarter of the rate wait unless it is told how many', () => {
    const { sent, send, scheduler } = setUp(0);
    for (let i = 0; i < 100; i++) send(1, i);
    expect(sent).toHaveLength(25);
    expect(scheduler.counts).toEqual({ backlog: 25, bypassed: 25, queued: 75, dropped: 50 });
  });

  it('sends nothing once it is closed', () => {
    const { clock, sent, send, scheduler } = setUp(1);
    send(1, 0, 1);
    scheduler.close();
    clock.advance(10 * TOKEN_MS);
    expect(sent).toEqual([0]);
  });
});

describe('a connection with limits', () => {
  const limits = { controllerRateLimit: RATE, controllerBurstLimit: BURST };

  it('holds back misses and what rules send, each by itself', () => {
    const bench = createBench('in_port=1,actions=controller');
    const peer = new TestPeer(OF10, bench, { limits });
    peer.ask('set_config', (body) => body.u16(0).u16(0xffff));
    for (let i = 0; i < 2 * BURST; i++) bench.sw.inject(1, packet(`udp,tp_src=${i}`));
    bench.sw.inject(2, packet('udp'));
    bench.clock.runDue();
    expect(peer.take()).toHaveLength(BURST + 1);
    bench.clock.advance(TOKEN_MS);
    expect(peer.take()).toHaveLength(1);
    const [{ schedulers } = { schedulers: undefined }] = bench.server.controllers.peers;
    expect(schedulers?.miss.counts).toMatchObject({ bypassed: 1, queued: 0 });
    expect(schedulers?.action.counts).toMatchObject({ backlog: BURST - 1, queued: BURST });
  });

  it('leaves nothing behind when it ends', () => {
    const bench = createBench('actions=controller');
    const peer = new TestPeer(OF13, bench, { limits });
    peer.ask('set_config', (body) => body.u16(0).u16(0xffff));
    for (let i = 0; i < 2 * BURST; i++) bench.sw.inject(1, packet(`udp,tp_src=${i}`));
    bench.clock.runDue();
    const [{ schedulers } = { schedulers: undefined }] = bench.server.controllers.peers;
    expect(schedulers?.action.counts.backlog).toBe(BURST);
    peer.channel.hangUp();
    expect(schedulers?.action.counts.backlog).toBe(0);
  });
});
