/**
 * Where a scenario plays: a switch, its clock, and a record of what came and went.
 *
 * Time passes by `wait`, one task of the clock a step, so that whoever replays the scenario can
 * stop between any two of them. What scenarios measure is the switch's own; here is only counted
 * what the switch tells and does not add up itself.
 *
 * Owner: one run.
 */

import type { VirtualClock } from '../../base/virtual-clock.js';
import type { DpStats } from '../../datapath/dpif.js';
import type { FlowKey } from '../../datapath/flow-key.js';
import type { DeleteReason } from '../../machines/delete-reasons.js';
import type { Switch } from '../../switch.js';

export class Stage {
  readonly target: Switch;
  readonly clock: VirtualClock;
  readonly isRemedied: boolean;
  /** Changes of the flow limit, in order. */
  readonly limits: { readonly from: number; readonly to: number }[] = [];
  readonly #startedAt: number;
  readonly #putCounts = new Map<string, number>();
  readonly #sent = new Map<string, number>();

  constructor(target: Switch, clock: VirtualClock, isRemedied: boolean) {
    this.target = target;
    this.clock = clock;
    this.isRemedied = isRemedied;
    this.#startedAt = clock.now();
    target.events.subscribe((record) => {
      if (record.type === 'limit') this.limits.push({ from: record.from, to: record.to });
      if (record.type === 'put' && record.error === undefined) this.#countPut(record.key);
    });
    target.transmitted.subscribe((frames) => {
      for (const { port } of frames) this.#sent.set(port.name, this.sent(port.name) + 1);
    });
  }

  /** Milliseconds since the beginning. */
  get elapsedMs(): number {
    return this.clock.now() - this.#startedAt;
  }

  get datapath(): DpStats {
    return this.target.datapath.getStats();
  }

  /** Flows put with success, by all handlers. */
  get puts(): number {
    let sum = 0;
    for (const count of this.#putCounts.values()) sum += count;
    return sum;
  }

  /** How often the same key was put, at most. */
  get putsOfOneKeyMax(): number {
    return Math.max(0, ...this.#putCounts.values());
  }

  /** Frames that left by a port. */
  sent(port: string): number {
    return this.#sent.get(port) ?? 0;
  }

  /** Flows deleted for `reason`, or for any. */
  deleted(reason?: DeleteReason): number {
    const { deleted } = this.target.udpif.status();
    if (reason !== undefined) return deleted[reason] ?? 0;
    return Object.values(deleted).reduce((sum, count) => sum + count, 0);
  }

  coverage(counter: string): number {
    return this.target.coverage.read(counter);
  }

  /** Lets time pass, running what is due on the way, one task a step. */
  *wait(ms: number): Generator<void> {
    const { clock } = this;
    const end = clock.now() + ms;
    for (let next = clock.nextDeadline(); next !== undefined && next <= end; ) {
      if (next > clock.now()) clock.jump(next);
      if (clock.runOne()) yield;
      next = clock.nextDeadline();
    }
    clock.jump(end);
    yield;
  }

  #countPut(key: FlowKey): void {
    const text = key.toFlow().join();
    this.#putCounts.set(text, (this.#putCounts.get(text) ?? 0) + 1);
  }
}
