/**
 * The faults that are armed, and those that have happened.
 *
 * A step arms a fault for the next so many occasions; whoever stands between the slow path and the
 * world asks here, at each occasion, whether it is time. Only what was taken counts as happened.
 *
 * Owner: one run of the simulator.
 */

import type { Errno } from '../../src/datapath/dpif.js';
import type { DumpWay, FailingCall, Thrower } from './plan.js';

interface Armed<What> {
  readonly what: What;
  times: number;
}

interface Lateness {
  readonly way: 'answer' | 'work';
  readonly ms: number;
}

/** What a thrower throws. */
export class PlannedError extends Error {
  override readonly name = 'PlannedError';
}

export class Faults {
  /** How often each kind of fault happened. */
  readonly happened = new Map<string, number>();
  readonly #failures = new Map<FailingCall, Armed<Errno>>();
  readonly #throws = new Map<Thrower, Armed<Thrower>>();
  #dumps: Armed<DumpWay> | undefined;
  #late: Armed<Lateness> | undefined;

  fail(call: FailingCall, error: Errno, times: number): void {
    this.#failures.set(call, { what: error, times });
  }

  throwFrom(thrower: Thrower, times: number): void {
    this.#throws.set(thrower, { what: thrower, times });
  }

  spoilDumps(way: DumpWay, times: number): void {
    this.#dumps = { what: way, times };
  }

  delay(lateness: Lateness, times: number): void {
    this.#late = { what: lateness, times };
  }

  /** From now on nothing fails. */
  disarm(): void {
    this.#failures.clear();
    this.#throws.clear();
    this.#dumps = undefined;
    this.#late = undefined;
  }

  /** What `call` is to fail with now, if it is. */
  takeFailure(call: FailingCall): Errno | undefined {
    const armed = this.#failures.get(call);
    if (armed === undefined || armed.times === 0) return undefined;
    armed.times--;
    this.count(`${call} ${armed.what}`);
    return armed.what;
  }

  /** How the dump that begins now is spoilt, if it is. */
  takeDumpWay(): DumpWay | undefined {
    const armed = this.#dumps;
    if (armed === undefined || armed.times === 0) return undefined;
    armed.times--;
    this.count(`dump ${armed.what}`);
    return armed.what;
  }

  /** How late the operation that comes now is, if it is. */
  takeLateness(): Lateness | undefined {
    const armed = this.#late;
    if (armed === undefined || armed.times === 0) return undefined;
    armed.times--;
    this.count(`late ${armed.what.way}`);
    return armed.what;
  }

  /** Throws if it is `thrower`'s time. */
  mayThrow(thrower: Thrower): void {
    const armed = this.#throws.get(thrower);
    if (armed === undefined || armed.times === 0) return;
    armed.times--;
    this.count(`throw ${thrower}`);
    throw new PlannedError(`${thrower} throws, as planned`);
  }

  count(kind: string): void {
    this.happened.set(kind, (this.happened.get(kind) ?? 0) + 1);
  }
}
