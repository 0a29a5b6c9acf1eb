/**
 * Profiles: which Open vSwitch the slow path behaves like.
 *
 * A profile is one object of named policies, chosen once when a udpif is created; nothing else asks
 * for a version. `current` (the default) behaves like 3.1, with the seed's defects mended and the
 * later improvements that `docs/ovs-map.md` lists. `ovs-2.3` (`profile-2014.ts`) is the seed to the
 * letter, its defects included; a policy that stands for one has its number.
 */

import { type Milliseconds, milliseconds } from '../base/brands.js';
import { UpcallError } from '../base/errors.js';
import { COOKIE_SIZES, type CookieSizes } from './classify-upcall.js';
import type { CoverageCounter } from './coverage-counters.js';
import { type CycleInterval, cycleInterval, MIN_CYCLE_GAP_MS } from './cycle-timing.js';
import { type FlowsAfterError, keepFlows } from './flow-counts.js';
import { growAlways, type LimitGrowth } from './flow-limit.js';
import { type KillThreshold, killThreshold } from './idle.js';
import { MISSED_DUMPS_MAX } from './missed-dumps.js';
import { ovs23Profile } from './profile-2014.js';
import { MESSAGES, type ProfileMessages } from './profile-messages.js';
import {
  type RevalidationFacts,
  type RevalidationSettings,
  shouldRevalidate,
} from './should-revalidate.js';
import { SLOW_REASONS, type SlowReasons } from './slow-reasons.js';

export type ProfileName = 'current' | 'ovs-2.3';

/**
 * What a failed deletion means. `missed`: the flow is gone, its counters too. `refused`: it is
 * still there, and tried again. `wrapped`: the ukey is forgotten and 0 minus what was cached is
 * pushed, as the seed does (B-02); see `wrappedDelta` for how that number looks here.
 */
export type DeletionOutcome = 'missed' | 'refused' | 'wrapped';

export interface ProfileDefaults {
  readonly maxIdle: Milliseconds;
  /** The least that an operator may say. */
  readonly maxIdleMin: Milliseconds;
  readonly maxRevalidator: Milliseconds;
  readonly minRevalidatePps: number;
  /** The configured limit, `ofproto_flow_limit`. */
  readonly flowLimit: number;
  /** Entries of a bridge's MAC table. */
  readonly macTableSize: number;
}

export interface Profile {
  readonly name: ProfileName;
  /**
   * The life that ukeys have: the states of `ukey-machine.ts`, looked at again by `reval_seq`, with
   * the actions and the mask that were put; or the mark of `ukey-2014-machine.ts`, looked at again
   * in cycles that need it, with what the datapath says (B-10, B-12, B-16, B-17, B-18, B-26).
   */
  readonly ukeyLife: 'states' | 'mark';
  /** By the error's POSIX name; where ukeys have a mark, it is always `wrapped`. B-02. */
  readonly deltaOnDeleteError: (error: string) => DeletionOutcome;
  /** The handler makes the ukey with its put; else the next dump does, as all marks ask. B-01. */
  readonly ukeyAtPut: boolean;
  /** Misses of one flow in a batch share a translation, or each has its own. B-04. */
  readonly missSharing: 'none' | 'batch';
  /** B-06. */
  readonly limitGrowth: LimitGrowth;
  /** The leader reads the limit when the dump ends, or only when it writes it. B-08. */
  readonly limitReadAt: 'dump end' | 'write';
  /** Between the starts of two cycles. B-07. */
  readonly minCycleGap: Milliseconds;
  /** From one start to the next, where nothing happens before. */
  readonly cycleInterval: CycleInterval;
  /** Changed actions are put into the flow; else it is deleted. B-17. */
  readonly modifyInPlace: boolean;
  /** Complete dumps that may miss a flow, the last included; infinite: any number. B-12. */
  readonly missedDumpsMax: number;
  /** Whether a deleted flow's rest is pushed, by its packets and whether NetFlow exists. B-13. */
  readonly zeroPush: (packets: number, netflowExists: boolean) => boolean;
  /** A key that the datapath cannot match wholly makes a slow flow. B-11. */
  readonly fitnessCheck: boolean;
  /** What a datapath flow without a mask matches: one packet, or nothing to rely on. B-09. */
  readonly unmaskedFlow: 'exact' | 'unknown';
  /** The text of `upcall/show`. */
  readonly showFormat: ProfileName;
  /** The revalidators that `upcall/show` lists. B-14. */
  readonly showThreads: 'running' | 'configured';
  /** From when on operators' commands are known. B-21. */
  readonly commandsFrom: 'start' | 'first udpif';
  /** A fail-open miss sends packet-ins for its whole batch. B-22. */
  readonly failOpenBatch: boolean;
  /** Ports that stand for a VLAN of another port (U-074). */
  readonly vlanSplinters: boolean;
  /** How packets for a controller come up: by an action of their own, or as those of slow flows. */
  readonly controllerAction: 'userspace' | 'slow path';
  /** A handler with more to read lets others run first. B-03. */
  readonly yieldsBetweenBatches: boolean;
  /** B-29. */
  readonly flowsAfterError: FlowsAfterError;
  /** A dump that failed is counted, logged and told. B-30. */
  readonly reportsFailedDumps: boolean;
  /** Counters that nobody can be credited with are counted and told. B-27. */
  readonly reportsLostDeltas: boolean;
  /** Cheap deletion (U-112). */
  readonly shouldRevalidate: (facts: RevalidationFacts, settings: RevalidationSettings) => boolean;
  /** B-28. */
  readonly killThreshold: KillThreshold;
  readonly cookieSizes: CookieSizes;
  readonly slowReasons: SlowReasons;
  /** How loud a long dump is. B-25. */
  readonly longDumpLevel: 'info' | 'warn';
  readonly messages: ProfileMessages;
  /** What a counter of the slow path is called; undefined: it is not counted. */
  readonly counterName: (counter: CoverageCounter) => string | undefined;
  readonly defaults: ProfileDefaults;
}

export const currentProfile: Profile = {
  name: 'current',
  ukeyLife: 'states',
  deltaOnDeleteError: (error) => (error === 'ENOENT' ? 'missed' : 'refused'),
  ukeyAtPut: true,
  missSharing: 'none',
  limitGrowth: growAlways,
  limitReadAt: 'write',
  minCycleGap: MIN_CYCLE_GAP_MS,
  cycleInterval,
  modifyInPlace: true,
  missedDumpsMax: MISSED_DUMPS_MAX,
  zeroPush: (packets) => packets > 0,
  fitnessCheck: true,
  unmaskedFlow: 'exact',
  showFormat: 'current',
  showThreads: 'running',
  commandsFrom: 'start',
  failOpenBatch: false,
  vlanSplinters: false,
  controllerAction: 'userspace',
  yieldsBetweenBatches: true,
  flowsAfterError: keepFlows,
  reportsFailedDumps: true,
  reportsLostDeltas: true,
  shouldRevalidate,
  killThreshold,
  cookieSizes: COOKIE_SIZES,
  slowReasons: SLOW_REASONS,
  longDumpLevel: 'warn',
  messages: MESSAGES,
  counterName: (counter) => counter,
  defaults: {
    maxIdle: milliseconds(10_000),
    maxIdleMin: milliseconds(500),
    maxRevalidator: milliseconds(500),
    minRevalidatePps: 5,
    flowLimit: 200_000,
    macTableSize: 8_192,
  },
};

/** All profiles by name. */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  current: currentProfile,
  'ovs-2.3': ovs23Profile,
};

export const profileNames: readonly ProfileName[] = ['current', 'ovs-2.3'];

/** The profile of that name; throws an `UpcallError` where there is none. */
export function findProfile(name: string): Profile {
  const found = profileNames.find((known) => known === name);
  if (found !== undefined) return profiles[found];
  throw new UpcallError(`Cannot find profile "${name}": use one of ${profileNames.join(', ')}`);
}
