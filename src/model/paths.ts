/**
 * Paths through a model: sequences of events that together cover it.
 *
 * The situations that can be reached, with what each event leads to, come from xstate's
 * `getAdjacencyMap`, breadth first. Shortest paths cover states and not transitions, so each step
 * out of a situation is appended to a shortest path there. A path's snapshots are those of one
 * walk, so that payloads that were made for them fit. What is the beginning of another path is no
 * path of its own.
 */

import type { AnyMachineSnapshot, EventObject } from 'xstate';
import { getAdjacencyMap } from 'xstate/graph';
import { UpcallError } from '../base/errors.js';
import type { Step, Trace } from './marked-machine.js';
import type { Model } from './model.js';
import { ModelCoverage } from './model-coverage.js';

/**
 * How much paths cover. `states`: every situation. `transitions`: every transition, and both
 * answers of every guard where both can be had, by as few steps as come first. `steps`: every event
 * in every situation that heeds it. `all`: those that ignore it, too.
 */
export type Thoroughness = 'states' | 'transitions' | 'steps' | 'all';

export interface PathStep<Event> extends Step {
  readonly event: Event;
}

export interface ModelPath<Event> {
  /** 'evicting < deletion.missed': the state before the last event, and that event. */
  readonly name: string;
  readonly start: Step;
  readonly steps: readonly PathStep<Event>[];
}

/** A situation with the walk that found it. */
interface Situation<Event> {
  readonly snapshot: AnyMachineSnapshot;
  readonly walk: readonly PathStep<Event>[];
}

/** As `xstate/graph` has it, without its brands. */
interface Reached<Event> {
  readonly state: AnyMachineSnapshot;
  readonly transitions: Readonly<
    Record<string, { readonly event: Event; readonly state: AnyMachineSnapshot }>
  >;
}

/** Paths through `model`; by default each event in each situation that heeds it. */
export function pathsOf<Event extends EventObject>(
  model: Model<Event>,
  thoroughness: Thoroughness = 'steps',
): readonly ModelPath<Event>[] {
  const start = model.start();
  const situations = explore(model, start.snapshot);
  const walks =
    thoroughness === 'states'
      ? situations.map(({ walk }) => walk)
      : situations.flatMap((situation) => walksBeyond(model, situation));
  const chosen = choose(model, walks, { start, thoroughness });
  return withoutBeginnings(chosen).map((steps) => {
    return { name: nameOf(model, start, steps), start, steps };
  });
}

/** Every situation that can be reached, in the order in which they are found. */
function explore<Event extends EventObject>(
  model: Model<Event>,
  snapshot: AnyMachineSnapshot,
): readonly Situation<Event>[] {
  const map = reachableFrom(model, snapshot);
  const first = { snapshot, walk: [] };
  const found = new Map<string, Situation<Event>>([[model.situation(snapshot), first]]);
  // A map grows while it is walked.
  for (const [key, from] of found) {
    for (const { event, state } of Object.values(map[key]?.transitions ?? {})) {
      const next = model.situation(state);
      // Of several ways to a situation, the one that found it: its snapshot is the map's.
      if (found.has(next) || map[next]?.state !== state) continue;
      const walk = [...from.walk, { event, ...model.step(from.snapshot, event) }];
      found.set(next, { snapshot: state, walk });
    }
  }
  return [...found.values()];
}

function reachableFrom<Event extends EventObject>(
  model: Model<Event>,
  snapshot: AnyMachineSnapshot,
): Readonly<Record<string, Reached<Event>>> {
  const { stepsMax } = model;
  try {
    const map = getAdjacencyMap<AnyMachineSnapshot, Event, unknown>(model.marked.machine, {
      fromState: snapshot,
      events: (state) => model.events(state),
      serializeState: (state) => model.situation(state),
      limit: stepsMax,
    });
    return map as Readonly<Record<string, Reached<Event>>>;
  } catch (cause) {
    throw new UpcallError(
      `Cannot explore model "${model.name}" within ${stepsMax} steps: ` +
        'let its abstraction tell fewer situations apart, or raise stepsMax',
      { cause },
    );
  }
}

function walksBeyond<Event extends EventObject>(
  model: Model<Event>,
  { snapshot, walk }: Situation<Event>,
): readonly (readonly PathStep<Event>[])[] {
  return model
    .events(snapshot)
    .map((event) => [...walk, { event, ...model.step(snapshot, event) }]);
}

function choose<Event extends EventObject>(
  model: Model<Event>,
  walks: readonly (readonly PathStep<Event>[])[],
  { start, thoroughness }: { readonly start: Step; readonly thoroughness: Thoroughness },
): readonly (readonly PathStep<Event>[])[] {
  if (thoroughness === 'states' || thoroughness === 'all') return walks;
  const heeded = walks.filter((walk) => isHeeded(walk.at(-1)?.trace));
  if (thoroughness === 'steps') return heeded;
  const coverage = new ModelCoverage(model.marked);
  coverage.add(start.trace);
  return heeded.filter((walk) => {
    const isNew = walk.some(({ trace }) => coverage.isNew(trace));
    if (isNew) for (const { trace } of walk) coverage.add(trace);
    return isNew;
  });
}

function isHeeded(trace: Trace | undefined): boolean {
  return trace !== undefined && trace.transitions.length > 0;
}

function withoutBeginnings<Event>(
  walks: readonly (readonly PathStep<Event>[])[],
): readonly (readonly PathStep<Event>[])[] {
  const beginnings = new Set(
    walks.flatMap((walk) => walk.map((_, length) => keyOf(walk.slice(0, length)))),
  );
  const unique = new Map(walks.map((walk) => [keyOf(walk), walk]));
  return [...unique].filter(([key]) => !beginnings.has(key)).map(([, walk]) => walk);
}

function keyOf<Event>(walk: readonly PathStep<Event>[]): string {
  return JSON.stringify(walk.map(({ event }) => event));
}

function nameOf<Event extends EventObject>(
  model: Model<Event>,
  start: Step,
  steps: readonly PathStep<Event>[],
): string {
  const before = steps.at(-2)?.snapshot ?? start.snapshot;
  const state = stateName(before.value);
  const last = steps.at(-1);
  return last === undefined ? state : `${state} < ${model.nameEvent(last.event)}`;
}

/** 'running.parked' for `{ running: 'parked' }`. */
export function stateName(value: AnyMachineSnapshot['value']): string {
  if (typeof value === 'string') return value;
  const names = Object.entries(value).map(([name, inner]) => {
    const rest = inner === undefined ? '' : stateName(inner);
    return rest === '' ? name : `${name}.${rest}`;
  });
  return names.length === 1 ? `${names[0]}` : `(${names.join(', ')})`;
}
