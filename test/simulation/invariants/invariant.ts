/**
 * What an invariant is: a number, mostly of behaviours.md 5.5, and a function that makes its
 * watcher for one world. A watcher is told every fact at the moment it happens, may look around
 * after every event and, more closely, whenever the switch is at rest. It answers what is wrong, or
 * nothing.
 */

import type { InspectionEvent } from 'xstate';
import type { Fact } from '../fact.js';
import type { World } from '../world.js';

/** What is wrong; undefined: nothing. */
export type Complaint = string | undefined;

export interface Watcher {
  /** At every fact, while it happens. */
  hear?(fact: Fact): Complaint;
  /** At every inspection event of the actors, where the plan is inspected. */
  inspect?(event: InspectionEvent): Complaint;
  /** After every event of the plan, whatever is still under way. */
  look?(): Complaint;
  /** At rest: nothing runs, nothing is queued. */
  check?(): Complaint;
}

export interface Invariant {
  /** "S1" to "S22", "L1" to "L8"; "P1" and "P2" are ours. */
  readonly id: string;
  /** What holds, in a few words. */
  readonly holds: string;
  watch(world: World): Watcher;
}
