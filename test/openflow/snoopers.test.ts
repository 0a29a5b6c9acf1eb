import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../src/openflow/message.js';
import { OF10, OF13 } from '../../src/openflow/protocol.js';
import { SNOOP_BYTES_MAX, SNOOPERS_MAX } from '../../src/openflow/snoopers.js';
import { MemoryChannel } from './memory-channel.js';
import { type Bench, createBench, TestPeer } from './test-peer.js';

function snoop(bench: Bench): MemoryChannel {
  const channel = new MemoryChannel();
  bench.server.controllers.acceptSnooper(channel);
  return channel;
}

/** The versions and types of what somebody has heard. */
function heardBy(channel: MemoryChannel): string[] {
  return channel.read
    .splice(0)
    .map((bytes) => parseMessage(bytes))
    .map(({ version, type }) => `${version} ${type}`);
}

const CONTROLLER = { isService: false };

describe('Snoopers', () => {
  it('greet, and pass on what a controller and the switch say', () => {
    const bench = createBench();
    const controller = new TestPeer(OF10, bench, CONTROLLER);
    const channel = snoop(bench);
    controller.ask('barrier_request');
    expect(heardBy(channel)).toEqual(['6 hello', '1 barrier_request', '1 barrier_reply']);
  });

  it('pass on nothing of what tools say', () => {
    const bench = createBench();
    const tool = new TestPeer(OF13, bench);
    const channel = snoop(bench);
    tool.ask('barrier_request');
    expect(heardBy(channel)).toEqual(['6 hello']);
  });

  it('follow the first of equal controllers, and a primary before it', () => {
    const bench = createBench();
    const first = new TestPeer(OF10, bench, CONTROLLER);
    const second = new TestPeer(OF13, bench, CONTROLLER);
    const channel = snoop(bench);
    const ask = (): void => {
      first.ask('barrier_request');
      second.ask('barrier_request');
    };
    heardBy(channel);
    ask();
    expect(heardBy(channel)).toEqual(['1 barrier_request', '1 barrier_reply']);
    second.ask('role_request', (body) => body.u32(2).zeros(4).u64(1n));
    heardBy(channel);
    ask();
    expect(heardBy(channel)).toEqual(['4 barrier_request', '4 barrier_reply']);
  });

  it('miss what they do not read, beyond a limit', () => {
    const bench = createBench();
    const controller = new TestPeer(OF13, bench, CONTROLLER);
    const channel = snoop(bench);
    channel.isReading = false;
    const echo = controller.encode('echo_request', (body) => body.zeros(60_000));
    for (let i = 0; i < 20; i++) controller.send(echo);
    expect(channel.unsent).toBeLessThan(SNOOP_BYTES_MAX + echo.length);
    expect(bench.sw.coverage.read('ofconn_snoop_overflow')).toBeGreaterThan(0);
  });

  it('are sent away when there are too many, and make room when they go', () => {
    const bench = createBench();
    const channels = Array.from({ length: SNOOPERS_MAX }, () => snoop(bench));
    expect(snoop(bench).state).toBe('destroyed');
    channels[0]?.hangUp();
    expect(snoop(bench).state).toBe('open');
  });

  it('end with the bridge', async () => {
    const bench = createBench();
    const channel = snoop(bench);
    await bench.server.close();
    expect(channel.state).toBe('destroyed');
  });
});
