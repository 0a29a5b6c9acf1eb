/**
 * When the next cycle starts, and which settings may shape that.
 *
 * A cycle follows the last one's start by min(max-idle, max-revalidator), or a change of
 * `reval_seq` by at least the minimum gap. Rows U-089, U-090. Answers to the seed's L626-629, and
 * to `ofproto_set_max_idle`, `ofproto_set_max_revalidator` of OVS.
 */

import { type Instant, instant, type Milliseconds, milliseconds } from '../base/brands.js';

/** Profile `current`: starts are at least so far apart, but for exit and pause (70d0cd067). */
export const MIN_CYCLE_GAP_MS: Milliseconds = milliseconds(5);
/** A lower max-idle counts as this. */
export const MAX_IDLE_MS_MIN: Milliseconds = milliseconds(500);
/** A lower max-revalidator is ignored. */
export const MAX_REVALIDATOR_MS_MIN: Milliseconds = milliseconds(100);

export interface CycleSettings {
  readonly maxIdle: Milliseconds;
  readonly maxRevalidator: Milliseconds;
}

/** From one start to the next. */
export type CycleInterval = (settings: CycleSettings) => Milliseconds;

/** Profile `current`. */
export const cycleInterval: CycleInterval = ({ maxIdle, maxRevalidator }) =>
  milliseconds(Math.min(maxIdle, maxRevalidator));

/** Profile `ovs-2.3`, which has no max-revalidator (L626). */
export const cycleInterval2014: CycleInterval = ({ maxIdle }) =>
  milliseconds(Math.min(maxIdle, 500));

/** When a cycle that began at `startedAt` is followed by the next, where nothing else happens. */
export function cycleDeadline(
  startedAt: Instant,
  settings: CycleSettings,
  intervalOf: CycleInterval = cycleInterval,
): Instant {
  return instant(startedAt + intervalOf(settings));
}

/** The duration of a dump as it is recorded: whole, and at least 1 ms (U-084). */
export function recordedDumpMs(elapsedMs: number): number {
  return Math.max(Math.floor(elapsedMs), 1);
}

/** What a configured max-idle counts as. */
export function acceptMaxIdle(wanted: Milliseconds): Milliseconds {
  return milliseconds(Math.max(wanted, MAX_IDLE_MS_MIN));
}

/** What a configured max-revalidator counts as, `current` being in force. */
export function acceptMaxRevalidator(wanted: Milliseconds, current: Milliseconds): Milliseconds {
  return wanted >= MAX_REVALIDATOR_MS_MIN ? wanted : current;
}
