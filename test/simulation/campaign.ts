/**
 * Many seeds: each is planned and run, and what fails is shrunk.
 *
 * A violation is shrunk the first few times that its kind (invariant and label) comes up; then it
 * is only counted.
 */

import { labelOf } from './circumstances.js';
import type { Violation } from './court.js';
import type { Plan, ProfileName } from './plan.js';
import { generatePlan } from './plan-generator.js';
import { shrink } from './shrink.js';
import { type Outcome, simulate } from './simulation.js';
import { addOutcome, createTally, type Tally } from './tally.js';
import type { Sabotage } from './world.js';

export interface Campaign {
  readonly profile: ProfileName;
  readonly seeds: Iterable<number>;
  readonly sabotage?: () => Sabotage;
  /** Violations of one kind that are shrunk; default 1. */
  readonly shrunkMax?: number;
  /** Called when a seed is done. */
  readonly onSeed?: (seed: number) => void;
}

/** One violation, as short as it could be made. */
export interface Conviction {
  readonly violation: Violation;
  /** The defect of the seed that it shows, if it is a known one. */
  readonly label: string | undefined;
  /** As it came, of all its events. */
  readonly seed: number;
  readonly plan: Plan;
}

export interface Verdicts {
  readonly tally: Tally;
  readonly convictions: readonly Conviction[];
  /** How many seeds failed, by kind. */
  readonly failures: ReadonlyMap<string, number>;
}

export async function runCampaign(campaign: Campaign): Promise<Verdicts> {
  const { profile, seeds, sabotage, shrunkMax = 1, onSeed } = campaign;
  const tally = createTally();
  const convictions: Conviction[] = [];
  const failures = new Map<string, number>();
  for (const seed of seeds) {
    const plan = generatePlan(seed, profile);
    const outcome = await simulate(plan, sabotage?.());
    addOutcome(tally, plan, outcome);
    const kind = kindOf(outcome);
    if (kind !== undefined) {
      const count = failures.get(kind) ?? 0;
      failures.set(kind, count + 1);
      if (count < shrunkMax) convictions.push(await convict(plan, outcome, sabotage));
    }
    onSeed?.(seed);
  }
  return { tally, convictions, failures };
}

/** "S1 B-02", or only the invariant's number; undefined: nothing is wrong. */
export function kindOf({ violation, noted }: Outcome): string | undefined {
  if (violation === undefined) return undefined;
  const label = labelOf(violation, noted);
  return label === undefined ? violation.id : `${violation.id} ${label}`;
}

/** Shrinks a plan that failed with `outcome`. */
export async function convict(
  plan: Plan,
  outcome: Outcome,
  sabotage?: () => Sabotage,
): Promise<Conviction> {
  const kind = kindOf(outcome);
  const failed = { ...plan, events: plan.events.slice(0, outcome.steps) };
  const shrunk = await shrink(
    failed,
    async (shorter) => kindOf(await simulate(shorter, sabotage?.())) === kind,
  );
  const { violation, noted } = await simulate(shrunk, sabotage?.());
  if (violation === undefined) {
    throw new Error(`Cannot shrink seed ${plan.seed}: its violation does not come again`);
  }
  return { violation, label: labelOf(violation, noted), seed: plan.seed, plan: shrunk };
}
