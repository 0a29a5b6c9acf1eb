/**
 * The demonstration's actors: a udpif with handlers, revalidators, barrier and slices.
 */

import type { HouseNode, HouseView } from '../../src/inspector/view-data.js';

const LEADER = [
  ['dumping.working', 'dumps its share of the flows'],
  ['sweeping.working', 'looks at ukeys that the dump did not bring'],
  ['waiting.watching', 'waits for a change of rules, 312 ms at most'],
] as const;

/** Every actor, as the house has them. */
export function demoActors(n: number): (HouseNode & { readonly machine: string | undefined })[] {
  const [state, doing] = LEADER[Math.floor(n / 10) % 3] ?? LEADER[0];
  const follower = n % 30 < 10 ? 'dumping.working' : 'atStartBarrier';
  return [
    node('x:1', 'handler-0', 'handler', 'waiting', 'waits for upcalls', 151.2),
    node('x:2', 'handler-1', 'handler', 'translating', 'translates 12 upcalls', 148.7),
    node('x:3', 'leader', 'leader', state, doing, 22.4),
    node('x:4', 'revalidator-1', 'revalidator', follower, 'waits for the others', 18),
    node('x:5', 'revalidator-2', 'revalidator', follower, 'waits for the others', 18),
    node('x:6', 'barrier', 'barrier', 'open', 'two of three have come', 36),
    node('x:7', 'slice-0', undefined, 'active', 'holds 62 ukeys', 40.1),
    node('x:8', 'slice-1', undefined, 'active', 'holds 63 ukeys', 39.8),
    node('x:9', 'slice-2', undefined, 'active', 'holds 62 ukeys', 41.3),
  ];
}

export function demoHouse(n: number): HouseView {
  const root = node('x:0', 'udpif', 'udpif', 'running.cycling', 'runs handlers and cycles', 0.2);
  const counts = [1, 4, 176 + (n % 9), 2, 3, 0, 1];
  return {
    root: { ...root, children: demoActors(n) },
    ukeyMachine: 'ukey',
    ukeys: UKEY_STATES.map((state, i) => ({ state, count: counts[i] ?? 0 })),
    flows: 187,
    flowLimit: 2000,
    upcallsPerSecond: 312,
  };
}

const UKEY_STATES = [
  'created',
  'visible',
  'operational',
  'inconsistent',
  'evicting',
  'evicted',
  'deleted',
];

function node(
  actor: string,
  name: string,
  machine: string | undefined,
  state: string,
  doing: string,
  rate: number,
): HouseNode {
  const events = Math.round(rate * 60);
  return { actor, name, machine, state, status: 'active', rate, events, doing, children: [] };
}
