/**
 * Profiles: which Open vSwitch the slow path behaves like.
 *
 * A profile is one object of named policies, chosen once when a udpif is created; nothing else asks
 * for a version. `current` (the default) behaves like 3.1, with the seed's defects mended and the
 * later improvements that `docs/ovs-map.md` lists. `ovs-2.3`, the seed to the letter, follows; what
 * it needs is told apart here already.
 */

import { type Milliseconds, milliseconds } from '../base/brands.js';
import { COOKIE_SIZES, type CookieSizes } from './classify-upcall.js';
import { MIN_CYCLE_GAP_MS } from './cycle-timing.js';
import { growAlways, type LimitGrowth } from './flow-limit.js';
import { type KillThreshold, killThreshold } from './idle.js';
import { MISSED_DUMPS_MAX } from './missed-dumps.js';
import {
  type RevalidationFacts,
  type RevalidationSettings,
  shouldRevalidate,
} from './should-revalidate.js';

export type ProfileName = 'current' | 'ovs-2.3';

/**
 * What a failed deletion means. `missed`: the flow is gone, its counters too. `refused`: it is
 * still there, and tried again. `wrapped`: push 0 minus what was cached, as the seed does (B-02).
 */
export type DeletionOutcome = 'missed' | 'refused' | 'wrapped';

export interface ProfileDefaults {
  readonly maxIdle: Milliseconds;
  readonly maxRevalidator: Milliseconds;
  readonly minRevalidatePps: number;
  /** The configured limit, `ofproto_flow_limit`. */
  readonly flowLimit: number;
  /** Entries of a bridge's MAC table. */
  readonly macTableSize: number;
}

export interface Profile {
  readonly name: ProfileName;
  /** By the error's POSIX name. B-02. */
  readonly deltaOnDeleteError: (error: string) => DeletionOutcome;
  /** The handler makes the ukey with its put; else the next dump does. B-01. */
  readonly ukeyAtPut: boolean;
  /** Misses of one flow in a batch share a translation, or each has its own. B-04. */
  readonly missSharing: 'none' | 'batch';
  /** B-06. */
  readonly limitGrowth: LimitGrowth;
  /** Between the starts of two cycles. B-07. */
  readonly minCycleGap: Milliseconds;
  /** Changed actions are put into the flow; else it is deleted. B-17. */
  readonly modifyInPlace: boolean;
  /** Complete dumps that may miss a flow, the last included; infinite: any number. B-12. */
  readonly missedDumpsMax: number;
  /** Whether a deleted flow's rest is pushed, by its packets and whether NetFlow exists. B-13. */
  readonly zeroPush: (packets: number, netflowExists: boolean) => boolean;
  /** A key that the datapath cannot match wholly makes a slow flow. B-11. */
  readonly fitnessCheck: boolean;
  /** The text of `upcall/show`. */
  readonly showFormat: ProfileName;
  /** A fail-open miss sends packet-ins for its whole batch. B-22. */
  readonly failOpenBatch: boolean;
  /** Cheap deletion (U-112). */
  readonly shouldRevalidate: (facts: RevalidationFacts, settings: RevalidationSettings) => boolean;
  /** B-28. */
  readonly killThreshold: KillThreshold;
  readonly cookieSizes: CookieSizes;
  /** How loud a long dump is. B-25. */
  readonly longDumpLevel: 'info' | 'warn';
  readonly defaults: ProfileDefaults;
}

export const currentProfile: Profile = {
  name: 'current',
  deltaOnDeleteError: (error) => (error === 'ENOENT' ? 'missed' : 'refused'),
  ukeyAtPut: true,
  missSharing: 'none',
  limitGrowth: growAlways,
  minCycleGap: MIN_CYCLE_GAP_MS,
  modifyInPlace: true,
  missedDumpsMax: MISSED_DUMPS_MAX,
  zeroPush: (packets) => packets > 0,
  fitnessCheck: true,
  showFormat: 'current',
  failOpenBatch: false,
  shouldRevalidate,
  killThreshold,
  cookieSizes: COOKIE_SIZES,
  longDumpLevel: 'warn',
  defaults: {
    maxIdle: milliseconds(10_000),
    maxRevalidator: milliseconds(500),
    minRevalidatePps: 5,
    flowLimit: 200_000,
    macTableSize: 8_192,
  },
};
