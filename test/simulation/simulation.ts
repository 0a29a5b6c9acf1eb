/**
 * Runs a plan: event after event, with all invariants watching; then everything is let go, stopped
 * and looked at for the last time.
 */

import { createRng } from '../../src/base/rng.js';
import { Court, kindOf, type Violation } from './court.js';
import { invariants } from './invariants/all-invariants.js';
import type { Traffic } from './ledger.js';
import { type Plan, RUN_ALL, type SimEvent } from './plan.js';
import { perform } from './steps.js';
import { type Sabotage, World } from './world.js';

/** More tasks than any event can cause: a run that gets there goes round in a circle. */
const TASKS_MAX = 100_000;
/** Longer than any late answer, and than two cycles. */
const LAST_WAIT_MS = 1_200;

export interface Outcome {
  /** The first violation of each invariant, in order of time. */
  readonly violations: readonly Violation[];
  /** Events that were carried out; those after a crash are not. */
  readonly steps: number;
  /** What went in, all of it accounted for if there is no violation. */
  readonly sent: Traffic;
  readonly cycles: number;
  /** Packets that patch ports have carried. */
  readonly crossings: number;
  /** How often each kind of fault happened. */
  readonly faults: ReadonlyMap<string, number>;
}

export interface RunOptions {
  readonly sabotage?: Sabotage | undefined;
  /** The run ends with a violation of this kind. */
  readonly until?: string;
}

export async function simulate(plan: Plan, options: RunOptions = {}): Promise<Outcome> {
  const world = new World(plan, options.sabotage);
  const court = new Court(world, invariants);
  const isOver = (): boolean =>
    court.hasCrashed || court.violations.some((each) => kindOf(each) === options.until);
  for (const event of plan.events) {
    if (isOver()) break;
    court.steps++;
    guarded(court, () => carryOut(world, event));
    guarded(court, () => court.look());
  }
  if (!isOver()) await finish(world, court, plan.seed);
  return {
    violations: court.violations,
    steps: court.steps,
    sent: world.ledger.sent,
    cycles: world.sw.udpif.dumpSeq.read() - 1,
    crossings: world.cables.crossings,
    faults: world.faults.happened,
  };
}

function carryOut(world: World, event: SimEvent): void {
  world.luck = createRng(event.luck);
  perform(world, event);
  const tasksMax = event.run === RUN_ALL ? TASKS_MAX : event.run;
  const count = world.clock.runDue(tasksMax);
  if (count === TASKS_MAX) throw new RangeError(`Cannot come to rest: ${count} tasks have run`);
}

/** Nothing fails any more, everything runs again; then the switch is stopped. */
async function finish(world: World, court: Court, seed: number): Promise<void> {
  const { sw, clock, faults } = world;
  world.luck = createRng(seed);
  guarded(court, () => {
    faults.disarm();
    clock.runDue(TASKS_MAX);
    clock.advance(LAST_WAIT_MS);
    if (world.isUdpifIn('stopped')) sw.udpif.setThreads(1, 1);
    sw.udpif.resume();
    clock.advance(LAST_WAIT_MS);
    world.show();
    court.look();
  });
  if (court.hasCrashed) return;
  if (!(await hasStopped(world))) court.crashed('the switch does not stop');
  else guarded(court, () => court.look());
}

/** Stops the switch; under a virtual clock that takes no longer than the promises on the way. */
async function hasStopped({ sw }: World): Promise<boolean> {
  let isDone = false;
  const stopping = sw.stop().then(() => {
    isDone = true;
  });
  const turns = async (): Promise<void> => {
    for (let i = 0; i < 50; i++) await Promise.resolve();
  };
  await Promise.race([stopping, turns()]);
  return isDone;
}

function guarded(court: Court, task: () => void): void {
  try {
    task();
  } catch (error) {
    court.crashed(error);
  }
}
