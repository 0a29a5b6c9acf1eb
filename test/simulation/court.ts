/**
 * All invariants at once, on one world: passes on what happens, and keeps the first complaint of
 * each. A run goes on after a complaint, for others may follow; it ends with a crash.
 *
 * Owner: one run.
 */

import type { InspectionEvent } from 'xstate';
import { labelOf } from './circumstances.js';
import type { Fact } from './fact.js';
import type { Complaint, Invariant, Watcher } from './invariants/invariant.js';
import type { World } from './world.js';

export interface Violation {
  /** Of the invariant; or "crash". */
  readonly id: string;
  readonly complaint: string;
  /** The defect of the seed that it shows, if it is a known one. */
  readonly label: string | undefined;
  /** Events that had begun by then. */
  readonly steps: number;
}

/** What makes two violations alike: the invariant and the label. */
export function kindOf({ id, label }: Violation): string {
  return label === undefined ? id : `${id} ${label}`;
}

const CRASH = 'crash';

interface Seat {
  readonly id: string;
  readonly watcher: Watcher;
}

export class Court {
  /** The first violation of each invariant, in order of time. */
  readonly violations: Violation[] = [];
  /** Events that have begun. */
  steps = 0;
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
    this.#note(CRASH, text.split('\n').slice(0, 4).join(' '));
  }

  get hasCrashed(): boolean {
    return this.violations.some(({ id }) => id === CRASH);
  }

  #hear(fact: Fact): void {
    for (const { id, watcher } of this.#hearers) this.#note(id, watcher.hear?.(fact));
  }

  #inspect(event: InspectionEvent): void {
    for (const { id, watcher } of this.#inspectors) this.#note(id, watcher.inspect?.(event));
  }

  #note(id: string, complaint: Complaint): void {
    if (complaint === undefined || this.violations.some((known) => known.id === id)) return;
    const label = labelOf(id, this.#world.noted);
    this.violations.push({ id, complaint, label, steps: this.steps });
  }
}
