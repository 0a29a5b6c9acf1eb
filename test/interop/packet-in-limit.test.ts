/**
 * The rate limit of packet-ins, on our switch and on a real one: time stands still on both, a flood
 * comes in, time goes on, and both must tell the same of the same packets, byte by byte.
 */

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VirtualClock } from '../../src/base/virtual-clock.js';
import { encodeMessage } from '../../src/openflow/message.js';
import { OF10 } from '../../src/openflow/protocol.js';
import { packet } from '../../src/switch-packet.js';
import { OpenFlowTwins } from './openflow-twins.js';
import { hasOvsPeer } from './ovs-peer.js';
import { RawOpenFlow } from './raw-openflow.js';

/** The least that the columns of the real one take. */
const RATE = 100;
const BURST = 25;
const RULE = 'in_port=1,actions=controller';

let twins: OpenFlowTwins;

beforeAll(async () => {
  if (!hasOvsPeer) return;
  twins = await OpenFlowTwins.start();
});

afterAll(async () => {
  if (hasOvsPeer) await twins.stop();
});

/** One that listens to both, and what each has told since the last time, in hex. */
class Hearer {
  readonly #raws: readonly RawOpenFlow[];

  private constructor(raws: readonly RawOpenFlow[]) {
    this.#raws = raws;
  }

  static async connect(): Promise<Hearer> {
    const limits = { controllerRateLimit: RATE, controllerBurstLimit: BURST };
    const { port: ours } = await twins.ours.server.listen('ptcp:0:127.0.0.1', limits);
    const theirs = await freePort();
    twins.theirs.configure('set-controller', 'br0', `ptcp:${theirs}:127.0.0.1`);
    const columns = [`controller_rate_limit=${RATE}`, `controller_burst_limit=${BURST}`];
    twins.theirs.configure('set', 'controller', 'br0', ...columns);
    const raws = [await RawOpenFlow.connect(ours, OF10), await RawOpenFlow.connect(theirs, OF10)];
    for (const raw of raws) {
      await raw.send(encodeMessage(OF10, 'set_config', 1, (body) => body.u16(0).u16(0xffff)));
    }
    return new Hearer(raws);
  }

  async take(): Promise<readonly (readonly string[])[]> {
    const taken: string[][] = [];
    for (const raw of this.#raws) {
      const messages = await raw.send(new Uint8Array(0));
      const packetIns = messages.filter(({ type }) => type === 'packet_in');
      taken.push(packetIns.map(({ bytes }) => Buffer.from(bytes).toString('hex')));
    }
    return taken;
  }

  close(): void {
    for (const raw of this.#raws) raw.close();
  }
}

/** A real one says nowhere which port it was given. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** `count` packets that differ, into port `port` of both. */
async function flood(port: number, count: number): Promise<void> {
  const frames = Array.from({ length: count }, (_, i) => packet(`udp,tp_src=${i},tp_dst=9`));
  await twins.theirs.receive(frames.map((data) => ({ port, data })));
  for (const frame of frames) {
    twins.ours.sw.inject(port, frame);
    (twins.ours.sw.clock as VirtualClock).runDue();
  }
}

async function pass(ms: number): Promise<void> {
  (twins.ours.sw.clock as VirtualClock).advance(ms);
  await twins.theirs.command('time/warp', String(ms));
}

describe.runIf(hasOvsPeer)('a controller with a rate limit', () => {
  it('hears of a flood what a real one is told, and when', async () => {
    await twins.run('OpenFlow10', 'add-flow', 'SWITCH', RULE);
    const hearer = await Hearer.connect();
    // Misses have a limit of their own, and queues by port are served in turn.
    await flood(1, 2 * BURST + 10);
    await flood(2, BURST + 5);
    await flood(3, 5);
    const sizes: number[] = [];
    for (const ms of [0, 10, 100, 300, 1_000]) {
      if (ms > 0) await pass(ms);
      const [ours = [], theirs = []] = await hearer.take();
      expect(new Set(ours)).toEqual(new Set(theirs));
      sizes.push(theirs.length);
    }
    hearer.close();
    expect(sizes).toEqual([2 * BURST, 2, 19, 14, 0]);
  });
});
