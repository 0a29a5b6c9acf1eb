/**
 * Profile `ovs-2.3`: the slow path as the seed has it, its defects included, so that they can be
 * shown.
 *
 * What only exists in C is not here: references that leak (B-05), threads that are quiescent or not
 * (B-23), memory that is read after its end. Of B-14 there is a clear error in place of the crash.
 * `docs/ovs-map.md` says what became of each row. Answers to the seed, Open vSwitch 2.3.0.
 */

import { milliseconds } from '../base/brands.js';
import { COOKIE_SIZES_2014 } from './classify-upcall.js';
import { counterName2014 } from './coverage-counters.js';
import { cycleInterval2014 } from './cycle-timing.js';
import { noFlows } from './flow-counts.js';
import { growAbove2000 } from './flow-limit.js';
import { killThresholdWrapped } from './idle.js';
import { MESSAGES_2014 } from './profile-messages.js';
import type { Profile } from './profiles.js';
import { SETTINGS_2014, shouldRevalidate } from './should-revalidate.js';
import { SLOW_REASONS_2014 } from './slow-reasons.js';

export const ovs23Profile: Profile = {
  name: 'ovs-2.3',
  ukeyLife: 'mark',
  deltaOnDeleteError: () => 'wrapped',
  ukeyAtPut: false,
  missSharing: 'batch',
  limitGrowth: growAbove2000,
  limitReadAt: 'dump end',
  minCycleGap: milliseconds(0),
  cycleInterval: cycleInterval2014,
  modifyInPlace: false,
  missedDumpsMax: Number.POSITIVE_INFINITY,
  zeroPush: (packets, netflowExists) => packets !== 0 || netflowExists,
  fitnessCheck: false,
  unmaskedFlow: 'unknown',
  showFormat: 'ovs-2.3',
  showThreads: 'configured',
  commandsFrom: 'first udpif',
  failOpenBatch: true,
  vlanSplinters: true,
  controllerAction: 'slow path',
  yieldsBetweenBatches: false,
  flowsAfterError: noFlows,
  reportsFailedDumps: false,
  reportsLostDeltas: false,
  shouldRevalidate: (facts) => shouldRevalidate(facts, SETTINGS_2014),
  killThreshold: killThresholdWrapped,
  cookieSizes: COOKIE_SIZES_2014,
  slowReasons: SLOW_REASONS_2014,
  longDumpLevel: 'info',
  messages: MESSAGES_2014,
  counterName: counterName2014,
  defaults: {
    maxIdle: milliseconds(1_500),
    maxIdleMin: milliseconds(1),
    maxRevalidator: milliseconds(500),
    minRevalidatePps: 5,
    flowLimit: 200_000,
    macTableSize: 2_048,
  },
};
