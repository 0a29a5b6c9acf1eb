/**
 * What all actors of one udpif share: its surroundings, and the few values that cross from one
 * actor to another.
 *
 * Owners: the leader writes the cycle's values (`dumpDurationMs` to `dump`), only while no
 * follower is at work; the leader and the operator write `flowLimit`, each in one step (B-08); the
 * udpif writes `slices`, only while nobody runs; everybody adds to the tallies.
 *
 * Hot path. Bench: `bench/dump.ts`. Answers to the seed's `struct udpif`.
 */

import type { Clock } from '../base/clock.js';
import type { Coverage } from '../base/coverage.js';
import { UpcallError } from '../base/errors.js';
import type { Log, LogLevel } from '../base/log.js';
import { RateLimit } from '../base/rate-limit.js';
import type { Rng } from '../base/rng.js';
import { Seq } from '../base/seq.js';
import type { Dpif } from '../datapath/dpif.js';
import type { FlowKey } from '../datapath/flow-key.js';
import type { MaskTable } from '../datapath/mask.js';
import type { RevalidationReason, Translator } from '../datapath/translator.js';
import type { CoverageCounter } from '../machines/coverage-counters.js';
import type { DeleteReason } from '../machines/delete-reasons.js';
import { type FlowCounts, NO_FLOW_COUNTS } from '../machines/flow-counts.js';
import { initialFlowLimit } from '../machines/flow-limit.js';
import type { Profile } from '../machines/profiles.js';
import type { CostModel } from './cost-model.js';
import { FlowCount } from './flow-count.js';
import type { OpenDump } from './open-dump.js';
import { RecordStream } from './record-stream.js';
import { type UdpifRecord, type UncreditedCause, uncreditedCauses } from './udpif-event.js';
import type { UkeySlice } from './ukey-slice.js';

/** Read whenever they are needed, so that a change counts at once. */
export interface UdpifSettings {
  /** `flow-limit`: the most that the dynamic limit may become. */
  flowLimit(): number;
  /** `max-idle`, in ms. */
  maxIdle(): number;
  /** `max-revalidator`, in ms. */
  maxRevalidator(): number;
  /** `min-revalidate-pps`; 0: revalidate always. */
  minRevalidatePps(): number;
}

/** What a udpif needs from outside. */
export interface UdpifDeps {
  readonly dpif: Dpif;
  readonly translator: Translator;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly coverage: Coverage;
  readonly log: Log;
  readonly masks: MaskTable;
  readonly profile: Profile;
  readonly settings: UdpifSettings;
  readonly costModel: CostModel;
}

/** A count of packets and of their bytes. */
export interface Tally {
  packets: number;
  bytes: number;
}

export class UdpifCore {
  readonly deps: UdpifDeps;
  readonly revalSeq = new Seq();
  readonly dumpSeq = new Seq();
  readonly flowCount: FlowCount;
  readonly records = new RecordStream((error) => this.reportFault('event', error));
  /** One bucket for all messages about upcalls, as in the seed (L207). */
  readonly #rateLimit = new RateLimit(1, 5);
  readonly #killRateLimit = new RateLimit(1, 1);

  areMegaflowsEnabled: boolean;
  flowLimit: number;
  dumpDurationMs = 0;
  flowCounts: FlowCounts = NO_FLOW_COUNTS;
  /** Cycles that began, and that ended. */
  cyclesBegun = 0;
  cycles = 0;
  /** Whether answers have changed since the cycle before this one began. */
  needsRevalidation = true;
  /** The dump that is open, if one is. */
  dump: OpenDump | undefined;
  slices: readonly UkeySlice[] = [];
  readonly deleted = new Map<DeleteReason, number>();
  readonly uncredited: Record<UncreditedCause, Tally>;

  /** Throws an `UpcallError` where policies of the profile do not go together. */
  constructor(deps: UdpifDeps, areMegaflowsEnabled: boolean) {
    checkProfile(deps.profile);
    this.deps = deps;
    this.areMegaflowsEnabled = areMegaflowsEnabled;
    this.flowCount = new FlowCount(deps);
    this.flowLimit = initialFlowLimit(deps.settings.flowLimit());
    this.uncredited = Object.fromEntries(
      uncreditedCauses.map((cause) => [cause, { packets: 0, bytes: 0 }]),
    ) as Record<UncreditedCause, Tally>;
  }

  /** Whether a record is worth building. */
  get isObserved(): boolean {
    return this.records.isObserved;
  }

  /** Counts under the name that the profile has for it, if it has one. */
  count(counter: CoverageCounter): void {
    const { profile, coverage } = this.deps;
    const name = profile.counterName(counter);
    if (name !== undefined) coverage.inc(name);
  }

  emit(record: UdpifRecord): void {
    this.records.emit(record);
  }

  /** The slice that the ukey of `key` belongs to. */
  sliceOf(key: FlowKey): UkeySlice {
    const slices = this.slices;
    return slices.length === 1 ? slices[0]! : slices[key.hash % slices.length]!;
  }

  /** Logs under the shared allowance. */
  warnLimited(level: LogLevel, fields: object, message: string): void {
    const { log, clock } = this.deps;
    this.#rateLimit.log(log, level, clock.now(), fields, message);
  }

  warnKill(fields: object, message: string): void {
    const { log, clock } = this.deps;
    this.#killRateLimit.log(log, 'warn', clock.now(), fields, message);
  }

  /** Something that is not ours threw: it is counted, logged and told, and we go on. */
  reportFault(where: 'event' | 'ukey' | 'translator' | 'push' | 'telemetry', error: unknown): void {
    this.deps.coverage.inc(`upcall_${where}_fault`);
    this.warnLimited('error', { err: error, where }, 'code from outside the slow path threw');
    if (this.isObserved && where !== 'event') {
      this.emit({ type: 'fault', time: this.deps.clock.now(), where, error });
    }
  }

  /** Packets that came and that no rule will ever hear of. */
  countUncredited(cause: UncreditedCause, packets: number, bytes: number): void {
    const tally = this.uncredited[cause];
    tally.packets += packets;
    tally.bytes += bytes;
    this.deps.coverage.inc(`upcall_uncredited_${cause}`, packets);
    if (!this.isObserved) return;
    const time = this.deps.clock.now();
    this.emit({ type: 'uncredited', time, cause, packets, bytes });
  }

  /** A flow's packets whose key is not received any more; 2.3 says nothing of them (B-27). */
  countLostDelta(error: 'ENODEV' | 'EINVAL', { packets, bytes }: Readonly<Tally>): void {
    if (!this.deps.profile.reportsLostDeltas) return;
    this.countUncredited(error === 'ENODEV' ? 'unassociated' : 'push', packets, bytes);
  }

  /** Answers may have changed. */
  countChange(reason: RevalidationReason): void {
    this.deps.coverage.inc(`rev_${reason}`);
    if (this.isObserved) this.emit({ type: 'change', time: this.deps.clock.now(), reason });
  }

  setFlowLimit(to: number, cause: 'cycle' | 'operator'): void {
    const from = this.flowLimit;
    this.flowLimit = to;
    if (from === to || !this.isObserved) return;
    this.emit({ type: 'limit', time: this.deps.clock.now(), from, to, cause });
  }

  countDeleted(reason: DeleteReason): void {
    this.deleted.set(reason, (this.deleted.get(reason) ?? 0) + 1);
  }

  /** Ukeys of all slices. */
  get ukeysCount(): number {
    let count = 0;
    for (const slice of this.slices) count += slice.count;
    return count;
  }

  complete(): void {
    this.records.complete();
  }
}

function checkProfile({ name, ukeyLife, ukeyAtPut }: Profile): void {
  if (ukeyLife !== 'mark' || !ukeyAtPut) return;
  throw new UpcallError(
    `Cannot create udpif: profile "${name}" makes ukeys at their flow's put, where ukeys with a ` +
      "mark have no state for that; set ukeyAtPut to false, or ukeyLife to 'states'",
  );
}
