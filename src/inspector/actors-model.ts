/**
 * The actors at one position of the log: who there is, in which state, and how busy.
 *
 * Ended actors stay to be seen until one of the same name takes their place. Ukeys are counted by
 * `FlowsModel`; here stand only those that the recorder announced as actors, because somebody
 * watches them, and of these the newest.
 *
 * Owner: one `ModelState`.
 */

import type { ActorEntry, ActorId, StepEntry } from './log-entry.js';
import { RateMeter } from './rate-meter.js';

/** Watched ukeys that are remembered; each is one line in a list of the page. */
export const WATCHED_UKEYS_MAX = 200;

export interface ActorRecord {
  readonly actor: ActorId;
  readonly parent: ActorId | undefined;
  readonly name: string;
  readonly machine: string | undefined;
  readonly state: string;
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  readonly events: number;
  /** The last step; undefined: none yet. */
  readonly last: StepEntry | undefined;
}

interface Slot {
  record: ActorRecord;
  readonly meter: RateMeter;
}

export class ActorsModel {
  readonly #startedAt: number;
  readonly #ukeyMachine: string;
  readonly #slots = new Map<ActorId, Slot>();
  readonly #ukeys: ActorId[] = [];

  constructor(startedAt: number, ukeyMachine: string) {
    this.#startedAt = startedAt;
    this.#ukeyMachine = ukeyMachine;
  }

  /** In the order in which they came. */
  all(): readonly ActorRecord[] {
    return [...this.#slots.values()].map(({ record }) => record);
  }

  get(actor: ActorId): ActorRecord | undefined {
    return this.#slots.get(actor)?.record;
  }

  /** Events a second at time `t`. */
  rate(actor: ActorId, t: number): number {
    return this.#slots.get(actor)?.meter.rate(t) ?? 0;
  }

  start({ actor, parent, name, machine, state }: ActorEntry): void {
    if (machine === this.#ukeyMachine) this.#watchUkey(actor);
    else this.#forgetPredecessor(name, parent);
    const record: ActorRecord = {
      actor,
      parent,
      name,
      machine,
      state,
      status: 'active',
      events: 0,
      last: undefined,
    };
    this.#slots.set(actor, { record, meter: new RateMeter(this.#startedAt) });
  }

  step(entry: StepEntry): void {
    const slot = this.#slots.get(entry.actor);
    if (slot === undefined) return;
    slot.record = {
      ...slot.record,
      state: entry.to,
      status: entry.status ?? 'active',
      events: slot.record.events + 1,
      last: entry,
    };
    slot.meter.add(entry.t);
  }

  copy(): ActorsModel {
    const copy = new ActorsModel(this.#startedAt, this.#ukeyMachine);
    for (const [actor, { record, meter }] of this.#slots) {
      copy.#slots.set(actor, { record, meter: meter.copy() });
    }
    copy.#ukeys.push(...this.#ukeys);
    return copy;
  }

  #watchUkey(actor: ActorId): void {
    this.#ukeys.push(actor);
    if (this.#ukeys.length <= WATCHED_UKEYS_MAX) return;
    const oldest = this.#ukeys.shift();
    if (oldest !== undefined) this.#slots.delete(oldest);
  }

  #forgetPredecessor(name: string, parent: ActorId | undefined): void {
    for (const [actor, { record }] of this.#slots) {
      const isEnded = record.status !== 'active';
      if (isEnded && record.name === name && record.parent === parent) this.#slots.delete(actor);
    }
  }
}
