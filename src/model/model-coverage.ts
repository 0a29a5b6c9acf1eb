/**
 * What of a machine has been covered: states entered, transitions taken, guards answered both ways.
 *
 * Counted from the traces of the model's steps, so states that are left at once count as well.
 *
 * Owner: whoever made it.
 */

import { UpcallError } from '../base/errors.js';
import type { MarkedMachine, Trace } from './marked-machine.js';

/** Percent that must be covered; what is not named need not be. */
export interface CoverageGoal {
  readonly states?: number;
  readonly transitions?: number;
  /** Of the guards, one for each transition that has one, those that answered both ways. */
  readonly guards?: number;
}

export const GOAL_DEFAULT: CoverageGoal = { states: 100, transitions: 100 };

export interface Share {
  readonly covered: number;
  readonly total: number;
  /** Their names. */
  readonly missing: readonly string[];
}

/** As plain data, for a file. */
export interface CoverageReport {
  readonly states: Share;
  readonly transitions: Share;
  readonly guards: Share;
}

export class ModelCoverage {
  readonly #marked: MarkedMachine;
  readonly #states = new Set<number>();
  readonly #transitions = new Set<number>();
  readonly #answers = { true: new Set<number>(), false: new Set<number>() };

  constructor(marked: MarkedMachine) {
    this.#marked = marked;
  }

  /** Whether `trace` has something that no trace had before. */
  isNew({ states, transitions, guards }: Trace): boolean {
    return (
      states.some((state) => !this.#states.has(state)) ||
      transitions.some((index) => !this.#transitions.has(index)) ||
      guards.some(({ transition, isTrue }) => !this.#answers[`${isTrue}`].has(transition))
    );
  }

  add({ states, transitions, guards }: Trace): void {
    for (const state of states) this.#states.add(state);
    for (const index of transitions) this.#transitions.add(index);
    for (const { transition, isTrue } of guards) this.#answers[`${isTrue}`].add(transition);
  }

  report(): CoverageReport {
    const { states, transitions } = this.#marked;
    const names = transitions.map(({ name }) => name);
    const guarded = [...transitions.keys()].filter((i) => transitions[i]?.guard !== undefined);
    return {
      states: share(states, (i) => this.#states.has(i)),
      transitions: share(names, (i) => this.#transitions.has(i)),
      guards: share(
        guarded.map((i) => `${names[i]}${this.#missingAnswer(i)}`),
        (i) => this.#missingAnswer(guarded[i] ?? 0) === '',
      ),
    };
  }

  #missingAnswer(transition: number): string {
    const missing = ([true, false] as const).filter(
      (isTrue) => !this.#answers[`${isTrue}`].has(transition),
    );
    return missing.length === 0 ? '' : `: never ${missing.join(', nor ')}`;
  }
}

/** Covered percent, rounded down: 100 means all. */
export function percentOf({ covered, total }: Share): number {
  return total === 0 ? 100 : Math.floor((100 * covered) / total);
}

/** Throws an `UpcallError` that names what is missing, where `report` is short of `goal`. */
export function checkGoal(name: string, report: CoverageReport, goal: CoverageGoal): void {
  const short = (['states', 'transitions', 'guards'] as const).filter(
    (kind) => percentOf(report[kind]) < (goal[kind] ?? 0),
  );
  if (short.length === 0) return;
  const lines = short.flatMap((kind) => {
    const { covered, total, missing } = report[kind];
    return [`${kind}: ${covered} of ${total}, without`, ...missing.map((name) => `  ${name}`)];
  });
  throw new UpcallError(
    `Cannot accept coverage of model "${name}": its paths are short of the goal, ` +
      `add events or let the abstraction tell more apart\n${lines.join('\n')}`,
  );
}

function share(names: readonly string[], isCovered: (index: number) => boolean): Share {
  const missing = names.filter((_, index) => !isCovered(index));
  return { covered: names.length - missing.length, total: names.length, missing };
}
