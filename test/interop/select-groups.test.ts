/**
 * Select groups that the datapath hashes for, beside Open vSwitch: the hash is the datapath's own,
 * so a flow keeps to one bucket in each switch, and buckets get the same shares in both.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSwitch, type Switch } from '../../src/switch.js';
import { packet } from '../../src/switch-packet.js';
import { hasOvsPeer, OvsPeer } from './ovs-peer.js';
import { readSentFrames } from './sent-frames.js';

const PORTS_COUNT = 4;
const FLOWS_COUNT = 3000;
const BURST_MAX = 500;
/** Of all flows: how far a share may be from its weight's. */
const TOLERANCE = 0.05;
/** Offset of the source port in a frame of TCP over IPv4 without tags, in hex digits. */
const SOURCE_PORT_AT = 2 * 34;

/** Each flow once, then each once more. */
const FRAMES = Array.from({ length: 2 * FLOWS_COUNT }, (_, i) =>
  packet(`tcp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=${1024 + (i % FLOWS_COUNT)},tp_dst=53`),
);

interface Weighted {
  readonly method: string;
  /** Of ports 2, 3 and 4. */
  readonly weights: readonly number[];
}

const GROUPS: readonly Weighted[] = [
  { method: 'dp_hash', weights: [1, 3] },
  { method: 'dp_hash', weights: [2, 2, 4] },
  { method: 'dp_hash,selection_method_param=0x100000007', weights: [1, 1, 2] },
];

function groupOf({ method, weights }: Weighted): string {
  const buckets = weights.map((weight, i) => `bucket=weight:${weight},actions=output:${i + 2}`);
  return `group_id=1,type=select,selection_method=${method},${buckets.join()}`;
}

/** Source ports by the port that they left through. */
type Sent = ReadonlyMap<number, readonly string[]>;

async function sentByUs(sw: Switch): Promise<Sent> {
  const sent = new Map<number, string[]>();
  const subscription = sw.transmitted.subscribe((batch) => {
    for (const { port, data } of batch) {
      const flows = sent.get(port.number) ?? [];
      flows.push(flowOf(Buffer.from(data).toString('hex')));
      sent.set(port.number, flows);
    }
  });
  for (const [i, frame] of FRAMES.entries()) {
    sw.inject(1, frame);
    // No more than upcalls may wait.
    if (i % BURST_MAX === 0) await sw.settled();
  }
  await sw.settled();
  subscription.unsubscribe();
  return sent;
}

function flowOf(hex: string): string {
  return hex.slice(SOURCE_PORT_AT, SOURCE_PORT_AT + 4);
}

/** What each flow's packets left through. */
function portsOf(sent: Sent): Map<string, Set<number>> {
  const ports = new Map<string, Set<number>>();
  for (const [port, flows] of sent) {
    for (const flow of flows) ports.set(flow, (ports.get(flow) ?? new Set()).add(port));
  }
  return ports;
}

/** Expects one port for each flow, and shares by the weights. */
function expectSpread(sent: Sent, weights: readonly number[]): void {
  const ports = portsOf(sent);
  expect(ports.size).toBe(FLOWS_COUNT);
  expect([...ports.values()].filter(({ size }) => size > 1)).toEqual([]);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  for (const [i, weight] of weights.entries()) {
    const share = (sent.get(i + 2)?.length ?? 0) / FRAMES.length;
    expect(Math.abs(share - weight / sum)).toBeLessThan(TOLERANCE);
  }
}

describe.skipIf(!hasOvsPeer)('a select group that the datapath hashes for', () => {
  let peer: OvsPeer;
  let captures: readonly string[];

  beforeAll(async () => {
    peer = await OvsPeer.start({ portCount: PORTS_COUNT });
    captures = [2, 3, 4].map((port) => peer.captureSent(port));
  });

  afterAll(() => peer.stop());

  async function sentByThem(group: string): Promise<Sent> {
    peer.clear();
    peer.addLines('OpenFlow15', 'add-groups', [group]);
    peer.changeRules('add-flow', '-OOpenFlow15', 'actions=group:1');
    await peer.purge();
    const before = captures.map((path) => readSentFrames(path).length);
    await peer.receive(FRAMES.map((data) => ({ port: 1, data })));
    return new Map(
      captures.map((path, i) => [i + 2, readSentFrames(path).slice(before[i]).map(flowOf)]),
    );
  }

  it.each(GROUPS)('spreads flows by weights with $method, $weights', async (weighted) => {
    const group = groupOf(weighted);
    const sw = createSwitch({ ports: PORTS_COUNT, groups: group, flows: 'actions=group:1' });
    expectSpread(await sentByUs(sw), weighted.weights);
    await sw.stop();
    expectSpread(await sentByThem(group), weighted.weights);
  });
});
