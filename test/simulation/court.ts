/**
 * All invariants at once, on one world: passes on what happens, and keeps the first complaint.
 *
 * Owner: one run.
 */

import type { InspectionEvent } from 'xstate';
import type { Fact } from './fact.js';
import type { Complaint, Invariant, Watcher } from './invariants/invariant.js';
import type { World } from './world.js';

export interface Violation {
  /** Of the invariant; or "crash". */
  readonly id: string;
  readonly complaint: string;
}

interface Seat {
  readonly id: string;
  readonly watcher: Watcher;
}

export class Court {
  violation: Violation | undefined;
  readonly #world: World;
  readonly #seats: readonly Seat[];
  readonly #hearers: readonly Seat[];
  readonly #inspectors: readonly Seat[];

  constructor(world: World, invariants: readonly Invariant[]) {
    this.#world = world;
    this.#seats = invariants.map(({ id, watch }) => ({ id, watcher: watch(world) }));
    this.#hearers = this.#seats.filter(({ watcher }) => watcher.hear !== undefined);
    this.#inspectors = this.#seats.filter(({ watcher }) => watcher.inspect !== undefined);
    world.listen(
      (fact) => this.#hear(fact),
      (event) => this.#inspect(event),
    );
  }

  /** After an event: looks at everything, closely if the switch is at rest. */
  look(): void {
    const isAtRest = this.#world.isAtRest;
    for (const { id, watcher } of this.#seats) {
      this.#note(id, watcher.look?.());
      if (isAtRest) this.#note(id, watcher.check?.());
    }
    if (isAtRest) this.#world.forgetUpcalls();
  }

  /** Something threw that should not have. */
  crashed(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#note('crash', text.split('\n').slice(0, 4).join(' '));
  }

  #hear(fact: Fact): void {
    for (const { id, watcher } of this.#hearers) this.#note(id, watcher.hear?.(fact));
  }

  #inspect(event: InspectionEvent): void {
    for (const { id, watcher } of this.#inspectors) this.#note(id, watcher.inspect?.(event));
  }

  #note(id: string, complaint: Complaint): void {
    if (complaint !== undefined) this.violation ??= { id, complaint };
  }
}
