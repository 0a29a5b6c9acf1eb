/**
 * From a seed to a plan: which steps, how often, with what in them.
 *
 * Weights are chosen so that a plan of 240 steps sends about 500 packets, of which a burst brings
 * half when there is one, and that every kind of fault occurs in every few plans.
 */

import { createRng, type Rng } from '../../src/base/rng.js';
import type { Errno } from '../../src/datapath/dpif.js';
import {
  type Change,
  type DumpWay,
  type FailingCall,
  type FrameKind,
  type LayoutName,
  type Plan,
  type ProfileName,
  RUN_ALL,
  type SettingName,
  type SimEvent,
  type Step,
  type Thrower,
} from './plan.js';
import { ADDED, CROSSING, DELETED, GROUPS, METERS, MODIFIED, USING } from './plan-rules.js';

export const STEPS_COUNT = 240;
/** Datapath ports of the simulated switch, from 1. */
export const PORTS_COUNT = 6;
/** Packets that a plan sends again and again. */
const REGULARS_COUNT = 8;
/** Places for patch ports, in the layout that has most of them. */
const ENDS_COUNT = 4;
/** Hosts with an address each. */
export const HOSTS_COUNT = 8;

type Sending = Extract<Step, { readonly do: 'send' }>;
/** Makes a step; `regulars` are packets that this plan sends again and again. */
type Maker = (rng: Rng, regulars: readonly Sending[]) => Step;

const KINDS: readonly FrameKind[] = [
  'udp',
  'udp',
  'udp',
  'tcp',
  'dns',
  'icmp',
  'arp',
  'flood',
  'mpls',
];
const LAYOUT_NAMES: readonly LayoutName[] = ['apart', 'apart', 'joined', 'joined', 'chain'];
const DUMP_WAYS: readonly DumpWay[] = ['miss', 'repeat', 'shuffle', 'mixed', 'stop', 'break'];
const THROWERS: readonly Thrower[] = [
  'receive',
  'translate',
  'push',
  'clear',
  'createCache',
  'events',
  'transmitted',
  'packetIns',
  'ukey',
];
/** What each call may fail with. */
const FAILURES: Readonly<Record<FailingCall, readonly Errno[]>> = {
  put: ['ENOSPC', 'EEXIST', 'EINVAL', 'EBUSY'],
  modify: ['ENOENT', 'EINVAL', 'EBUSY'],
  delete: ['ENOENT', 'EBUSY', 'EINVAL'],
  get: ['ENOENT', 'EINVAL'],
  execute: ['EINVAL', 'EBUSY'],
  stats: ['EINVAL', 'EBUSY'],
  receive: ['EAGAIN', 'EINVAL'],
  flush: ['EBUSY'],
  handlers: ['EBUSY'],
};
const FAILING_CALLS: readonly FailingCall[] = [
  ...(['put', 'put', 'modify', 'modify', 'delete', 'delete', 'delete', 'get'] as const),
  ...(['execute', 'stats', 'receive', 'flush'] as const),
];

const SETTINGS: Readonly<Record<SettingName, readonly number[]>> = {
  flowLimit: [0, 5, 40, 3_000, 200_000, 200_000, 200_000],
  maxIdleMs: [500, 1_500, 10_000, 10_000],
  maxRevalidatorMs: [100, 500, 500, 2_000],
  minRevalidatePps: [0, 5, 5, 100],
};

const STEPS: readonly (readonly [weight: number, make: Maker])[] = [
  [300, send],
  [16, again],
  [
    30,
    (rng) => ({
      do: 'move',
      port: 1 + rng.below(PORTS_COUNT),
      from: rng.below(HOSTS_COUNT),
      to: rng.below(HOSTS_COUNT),
    }),
  ],
  [9, (rng) => ({ do: 'burst', ...sender(rng), id: newId(rng), count: 100 + rng.below(150) })],
  [6, (rng) => ({ do: 'runt', ...sender(rng) })],
  [70, (rng) => ({ ...rule(rng), bridge: bridge(rng) })],
  [40, (rng) => ({ ...group(rng), bridge: bridge(rng) })],
  [16, bundle],
  [14, meter],
  [14, (rng) => ({ do: 'link', ...sender(rng), isUp: rng.below(2) > 0 })],
  [12, (rng) => ({ do: 'unplug', ...sender(rng), of: oneOf(rng, ['bridge', 'datapath', 'both']) })],
  [26, (rng) => ({ do: 'plug', ...sender(rng) })],
  [14, (rng) => ({ do: 'unpatch', ...end(rng) })],
  [26, (rng) => ({ do: 'patch', ...end(rng) })],
  [20, (rng) => ({ do: 'repoint', ...end(rng), peer: rng.below(ENDS_COUNT) })],
  [10, (rng) => ({ do: 'threads', handlers: 1 + rng.below(3), revalidators: 1 + rng.below(3) })],
  [5, () => ({ do: 'stop' })],
  [14, () => ({ do: 'start' })],
  [6, () => ({ do: 'synchronize' })],
  [6, () => ({ do: 'flush' })],
  [8, () => ({ do: 'purge' })],
  [8, () => ({ do: 'pause' })],
  [18, () => ({ do: 'resume' })],
  [8, () => ({ do: 'show' })],
  [14, (rng) => ({ do: 'limit', flows: oneOf(rng, [0, 5, 12, 30, 1_000, 100_000]) })],
  [14, setting],
  [6, (rng) => ({ do: 'megaflows', isOn: rng.below(3) > 0 })],
  [170, (rng) => ({ do: 'wait', ms: waitMs(rng) })],
  [12, (rng) => ({ do: 'leap', ms: oneOf(rng, [90, 700, 30_000, 3_600_000]) })],
  [16, (rng) => ({ do: 'shift', ms: oneOf(rng, [-3_600_000, -700, -50, 50, 700, 3_600_000]) })],
  [36, (rng) => ({ do: 'dumps', way: oneOf(rng, DUMP_WAYS), times: 1 + rng.below(4) })],
  [70, failure],
  [
    24,
    (rng) => ({
      do: 'late',
      way: oneOf(rng, ['answer', 'work']),
      ms: oneOf(rng, [0, 0, 20]),
      times: 1 + rng.below(3),
    }),
  ],
  [26, (rng) => ({ do: 'steal', nth: rng.below(64) })],
  [34, (rng) => ({ do: 'throw', who: oneOf(rng, THROWERS), times: 1 + rng.below(2) })],
  [14, (rng) => ({ do: 'slow', us: oneOf(rng, [0.8, 0.8, 5_000, 40_000, 100_000]) })],
];

const WEIGHTS_SUM = STEPS.reduce((sum, [weight]) => sum + weight, 0);

/** The plan that `seed` stands for. */
export function generatePlan(seed: number, profile: ProfileName): Plan {
  const rng = createRng(seed);
  const regulars = Array.from({ length: REGULARS_COUNT }, () => newSending(rng));
  return {
    seed,
    profile,
    handlers: 1 + rng.below(3),
    revalidators: 1 + rng.below(3),
    isInspected: rng.below(4) === 0,
    isInline: rng.below(4) === 0,
    layout: oneOf(rng, LAYOUT_NAMES),
    events: Array.from({ length: STEPS_COUNT }, () => nextEvent(rng, regulars)),
  };
}

function nextEvent(rng: Rng, regulars: readonly Sending[]): SimEvent {
  const step = nextStep(rng, regulars);
  const run = rng.below(5) < 3 ? RUN_ALL : rng.below(8);
  return { ...step, run, luck: rng.uint32() };
}

function nextStep(rng: Rng, regulars: readonly Sending[]): Step {
  let left = rng.below(WEIGHTS_SUM);
  for (const [weight, make] of STEPS) {
    if (left < weight) return make(rng, regulars);
    left -= weight;
  }
  return { do: 'show' };
}

/** Mostly a packet that was sent before, so that flows are hit. */
function send(rng: Rng, regulars: readonly Sending[]): Step {
  const regular = rng.below(10) < 7 ? regulars[rng.below(regulars.length)] : undefined;
  return { ...(regular ?? newSending(rng)), count: 1 + rng.below(4) };
}

/** Mostly a packet that takes the slow path: then the two are different kinds of upcalls. */
function again(rng: Rng, regulars: readonly Sending[]): Step {
  const slow = regulars.filter(({ kind }) => kind === 'icmp' || kind === 'dns');
  const { port, kind, from, to, id, size } = slow[rng.below(slow.length + 1)] ?? newSending(rng);
  return { do: 'again', port, kind, from, to, id, size };
}

function newSending(rng: Rng): Sending {
  return {
    do: 'send',
    ...sender(rng),
    count: 1,
    kind: oneOf(rng, KINDS),
    from: rng.below(HOSTS_COUNT),
    to: rng.below(HOSTS_COUNT),
    id: rng.below(3) > 0 ? rng.below(4) : newId(rng),
    size: oneOf(rng, [0, 18, 100, 700]),
  };
}

function sender(rng: Rng): { readonly port: number } {
  return { port: 1 + rng.below(PORTS_COUNT) };
}

function end(rng: Rng): { readonly end: number } {
  return { end: rng.below(ENDS_COUNT) };
}

/** Mostly the first one, which has most of the ports. */
function bridge(rng: Rng): number {
  const roll = rng.below(6);
  return roll < 3 ? 0 : roll < 5 ? 1 : 2;
}

/** A source port that hardly anybody has had. */
function newId(rng: Rng): number {
  return 1_024 + rng.below(60_000);
}

function bundle(rng: Rng): Step {
  const count = 2 + rng.below(3);
  const changes = Array.from({ length: count }, () => (rng.below(3) > 0 ? rule(rng) : group(rng)));
  return { do: 'bundle', bridge: bridge(rng), changes };
}

function rule(rng: Rng): Change {
  const roll = rng.below(15);
  if (roll < 4) return { do: 'rule', verb: 'add', flow: oneOf(rng, USING) };
  if (roll < 8) return { do: 'rule', verb: 'add', flow: oneOf(rng, ADDED) };
  if (roll < 11) return { do: 'rule', verb: 'add', flow: oneOf(rng, CROSSING) };
  if (roll < 13) return { do: 'rule', verb: 'modify', flow: oneOf(rng, MODIFIED) };
  return { do: 'rule', verb: 'delete', flow: oneOf(rng, DELETED) };
}

function group(rng: Rng): Change {
  const [verb, text] = pairOf(rng, GROUPS);
  return { do: 'group', verb, group: text };
}

function meter(rng: Rng): Step {
  const [verb, text] = pairOf(rng, METERS);
  return { do: 'meter', verb, meter: text };
}

function setting(rng: Rng): Step {
  const name = oneOf(rng, ['flowLimit', 'maxIdleMs', 'maxRevalidatorMs', 'minRevalidatePps']);
  return { do: 'setting', name, value: oneOf(rng, SETTINGS[name]) };
}

function failure(rng: Rng): Step {
  const what = oneOf(rng, FAILING_CALLS);
  return { do: 'fail', what, error: oneOf(rng, FAILURES[what]), times: 1 + rng.below(3) };
}

/** Mostly within a cycle, sometimes several, now and then longer than a flow may be idle. */
function waitMs(rng: Rng): number {
  const roll = rng.below(20);
  if (roll < 8) return rng.below(12);
  if (roll < 17) return rng.below(700);
  return roll < 19 ? rng.below(2_500) : 11_000;
}

function pairOf<Pair extends readonly unknown[]>(rng: Rng, pairs: readonly Pair[]): Pair {
  const chosen = pairs[rng.below(pairs.length)];
  if (chosen === undefined) throw new RangeError('Cannot choose: there is nothing to choose from');
  return chosen;
}

function oneOf<Value extends string | number>(rng: Rng, values: readonly Value[]): Value {
  const chosen = values[rng.below(values.length)];
  if (chosen === undefined) throw new RangeError('Cannot choose: there is nothing to choose from');
  return chosen;
}
