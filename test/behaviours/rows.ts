/**
 * What the rows' tests have in common: the profiles they hold in, and short words over the bench.
 *
 * A test's name starts with the number of its row in behaviours.md. `U-034: …` holds in every
 * profile and is run in each; `U-046 in current: …` and `U-046 in ovs-2.3: …` are the two sides of
 * a row that `current` overrides. `completeness.test.ts` checks that nothing is missing.
 */

import { describe } from 'vitest';
import type { UserspaceCookie } from '../../src/datapath/cookie.js';
import type { DpifOp, FlowStats } from '../../src/datapath/dpif.js';
import { ovs23Profile } from '../../src/machines/profile-2014.js';
import { currentProfile, type Profile } from '../../src/machines/profiles.js';
import type { Flow } from '../../src/packet/flow.js';
import {
  type Bench,
  type BenchOptions,
  createBench,
  flowOf,
  runCycle,
} from '../actors/udpif-bench.js';

export type CreateBench = (options?: BenchOptions) => Bench;

const profiles: readonly Profile[] = [currentProfile, ovs23Profile];

/** A bench in profile `ovs-2.3`. */
export const create2014: CreateBench = (options = {}) =>
  createBench({ profile: ovs23Profile, ...options });

/** Rows that hold whatever the profile: `body` declares them once for each. */
export function describeProfiles(
  name: string,
  body: (create: CreateBench, profile: Profile) => void,
): void {
  for (const profile of profiles) {
    describe(`${name} [${profile.name}]`, () =>
      body((options = {}) => createBench({ profile, ...options }), profile));
  }
}

/** Misses of the flows `from` to `to`, answered. */
export function install(bench: Bench, from: number, to = from): void {
  for (let id = from; id <= to; id++) bench.dpif.miss(flowOf(id));
  bench.clock.runDue();
}

/** The same, and a cycle that sees the flows: whatever the profile, each has its ukey then. */
export function installAndDump(bench: Bench, from: number, to = from): void {
  install(bench, from, to);
  runCycle(bench);
}

/** The types of operations, a list for each batch that came down since the batch `from`. */
export function typesOf({ dpif }: Bench, from = 0): DpifOp['type'][][] {
  return dpif.batches.slice(from).map((batch) => batch.map(({ type }) => type));
}

/** How many operations each batch had that came down since the batch `from`. */
export function sizesOf({ dpif }: Bench, from = 0): number[] {
  return dpif.batches.slice(from).map(({ length }) => length);
}

/** What was asked of the datapath beside operations, of the kinds in `pattern`. */
export function callsOf({ dpif }: Bench, pattern: RegExp): string[] {
  return dpif.calls.filter((call) => pattern.test(call));
}

/** The verdicts that were reported, with the phase that each was reached in. */
export function verdictsOf({ records }: Bench): string[] {
  return records.flatMap((record) =>
    record.type === 'verdict' ? [`${record.phase} ${record.verdict}`] : [],
  );
}

export function messagesOf({ logged }: Bench): string[] {
  return logged.map(({ message }) => message);
}

/** The counters of an installed flow, to be changed. */
export function setCounters(bench: Bench, key: Flow, counters: Partial<FlowStats>): void {
  const flow = bench.dpif.flow(key);
  if (flow === undefined) throw new Error('Cannot set counters: the flow is not installed');
  flow.stats = { ...flow.stats, ...counters };
}

/** Goes to the last moment before the next cycle. */
export function goToCycle({ clock, udpif }: Bench): void {
  clock.advanceTo((udpif.nextDeadline() ?? clock.now()) - 1);
}

/** Tells `hear` what becomes of each dump from now on. */
export function watchDumps(
  { dpif }: Bench,
  hear: (what: 'opened' | 'joined' | 'closed') => void,
): void {
  const flowDumpStart = dpif.flowDumpStart.bind(dpif);
  dpif.flowDumpStart = () => {
    hear('opened');
    const dump = flowDumpStart();
    const thread = () => {
      hear('joined');
      return dump.thread();
    };
    const done = () => {
      hear('closed');
      return dump.done();
    };
    return { thread, done };
  };
}

export const slowCookie = {
  type: 'slow_path',
  reason: 1,
  ofprotoUuid: '00000000-0000-0000-0000-000000000000',
  inPort: 101,
} as UserspaceCookie;
