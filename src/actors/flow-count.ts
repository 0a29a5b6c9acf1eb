/**
 * How many flows the datapath has, asked at most ten times a second.
 *
 * Asking a kernel is a system call, and handlers want to know for every batch. Who asks while an
 * answer is under way gets the value before it; what an error leaves behind is the profile's to say
 * (B-29).
 *
 * Owner: one udpif. Rows U-026 to U-030. Answers to the seed's `udpif_get_n_flows` (L488).
 */

import type { Instant } from '../base/brands.js';
import type { Clock } from '../base/clock.js';
import type { Coverage } from '../base/coverage.js';
import type { Dpif } from '../datapath/dpif.js';
import { type FlowsAfterError, isFlowsCacheStale } from '../machines/flow-counts.js';
import type { Profile } from '../machines/profiles.js';

export interface FlowCountDeps {
  readonly dpif: Dpif;
  readonly clock: Clock;
  readonly coverage: Coverage;
  readonly profile: Pick<Profile, 'flowsAfterError'>;
}

export class FlowCount {
  readonly #flowsAfterError: FlowsAfterError;
  readonly #dpif: Dpif;
  readonly #clock: Clock;
  readonly #coverage: Coverage;
  #askedAt: Instant | undefined;
  #isAsking = false;
  #flows = 0;

  constructor({ dpif, clock, coverage, profile }: FlowCountDeps) {
    this.#dpif = dpif;
    this.#clock = clock;
    this.#coverage = coverage;
    this.#flowsAfterError = profile.flowsAfterError;
  }

  read(): number {
    const now = this.#clock.now();
    if (!this.#isAsking && isFlowsCacheStale(now, this.#askedAt)) this.#ask(now);
    return this.#flows;
  }

  /** Stands for a `read` at `time` that found no flow, or did not ask. */
  noteNone(time: Instant): void {
    if (!isFlowsCacheStale(time, this.#askedAt)) return;
    this.#askedAt = time;
    this.#flows = 0;
  }

  #ask(now: Instant): void {
    this.#askedAt = now;
    this.#isAsking = true;
    const stats = this.#dpif.getStats();
    this.#isAsking = false;
    if (typeof stats !== 'string') {
      this.#flows = stats.flows;
      return;
    }
    this.#coverage.inc('dpif_get_stats_error');
    this.#flows = this.#flowsAfterError(this.#flows);
  }
}
