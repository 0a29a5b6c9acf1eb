/**
 * Many seeds: each is planned and run, and what fails is shrunk.
 *
 * A violation is shrunk the first few times that its kind (invariant and label) comes up; then it
 * is only counted.
 */

import { kindOf, type Violation } from './court.js';
import type { Plan, ProfileName } from './plan.js';
import { generatePlan } from './plan-generator.js';
import { shrink } from './shrink.js';
import { simulate } from './simulation.js';
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
  /** Where it came from. */
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
    const outcome = await simulate(plan, { sabotage: sabotage?.() });
    addOutcome(tally, plan, outcome);
    for (const violation of outcome.violations) {
      const kind = kindOf(violation);
      const count = failures.get(kind) ?? 0;
      failures.set(kind, count + 1);
      if (count < shrunkMax) convictions.push(await convict(plan, violation, sabotage));
    }
    onSeed?.(seed);
  }
  return { tally, convictions, failures };
}

/** Shrinks a plan that ended with `violation`. */
export async function convict(
  plan: Plan,
  violation: Violation,
  sabotage?: () => Sabotage,
): Promise<Conviction> {
  const kind = kindOf(violation);
  const again = async (shorter: Plan): Promise<Violation | undefined> => {
    const { violations } = await simulate(shorter, { sabotage: sabotage?.(), until: kind });
    return violations.find((each) => kindOf(each) === kind);
  };
  const failed = { ...plan, events: plan.events.slice(0, violation.steps) };
  const shrunk = await shrink(failed, async (shorter) => (await again(shorter)) !== undefined);
  const left = await again(shrunk);
  if (left === undefined) {
    throw new Error(`Cannot shrink seed ${plan.seed}: its violation does not come again`);
  }
  return { violation: left, seed: plan.seed, plan: shrunk };
}
