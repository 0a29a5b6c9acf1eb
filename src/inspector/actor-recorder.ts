/**
 * What xstate's inspection tells of a udpif's actors, as entries: who there is, their steps with
 * the edges taken, the phases of the revalidators, and how ukeys move.
 *
 * A step is told when it is done, by the snapshot that ends it; a phase when it begins, by the
 * action that begins it. A ukey's events that change nothing of its state are left out: what a dump
 * saw of it is in the verdicts.
 *
 * Owner: one recorder.
 */

import type {
  AnyActorRef,
  AnyMachineSnapshot,
  AnyTransitionDefinition,
  InspectionEvent,
  StateValue,
} from 'xstate';
import { StateMachine } from 'xstate';
import type { ActorTree } from '../actors/actor-tree.js';
import { UkeyActor } from '../actors/ukey-actor.js';
import { NO_HANDLE } from '../actors/ukey-columns.js';
import type { UkeySnapshot } from '../actors/ukey-moves.js';
import { edgeIdOf } from './edge-id.js';
import type { EntrySink } from './entry-sink.js';
import type { FlowLedger, KnownFlow } from './flow-ledger.js';
import type { PhaseEntry, StepEntry } from './log-entry.js';

type Phase = PhaseEntry['phase'];

/** What begins with an action of a leader or a follower. */
const PHASE_OF_ACTION: ReadonlyMap<string, Phase> = new Map([
  ['startDump', 'dump'],
  ['startSweep', 'sweep'],
  ['closeDump', 'finish'],
  ['armWait', 'wait'],
  ['arrive', 'barrier'],
  ['reportParked', 'parked'],
  ['reportExited', 'exited'],
]);

/** What one is in that was there before us, by the beginning of its state's name. */
const PHASE_OF_STATE: readonly (readonly [RegExp, Phase])[] = [
  [/Barrier$/, 'barrier'],
  [/^dumping/, 'dump'],
  [/^sweeping/, 'sweep'],
  [/^waiting/, 'wait'],
  [/^paused$/, 'parked'],
];

/** The event of entries that say where somebody is who was there before us, or was left out. */
export const CAUGHT_UP = '(caught up)';
const INIT = 'xstate.init';
const LEADER = 'leader';

interface KnownActor {
  readonly id: string;
  readonly isMachine: boolean;
  /** Undefined: no revalidator. */
  readonly revalidator: number | undefined;
  /** As it is, and as the log has it. */
  state: string;
  told: string;
  edges: string[];
}

export interface ActorRecorderDeps {
  readonly sink: EntrySink;
  readonly flows: FlowLedger;
  /** Whether a flow's ukey is there before its put is told. */
  readonly isUkeyFirst: boolean;
}

export class ActorRecorder {
  readonly #deps: ActorRecorderDeps;
  readonly #actors = new Map<unknown, KnownActor>();
  readonly #ukeys = new Map<UkeyActor, KnownFlow>();
  readonly #edgeIds = new WeakMap<AnyTransitionDefinition, string>();

  constructor(deps: ActorRecorderDeps) {
    this.#deps = deps;
  }

  /** Tells of the actors that there are, ukeys left out. */
  tellTree({ actor, children }: ActorTree): void {
    this.#tellActor(actor);
    for (const child of children()) this.#tellActor(child.actor);
  }

  /** Takes an inspection event. */
  inspect(event: InspectionEvent): void {
    const { actorRef } = event;
    if (actorRef instanceof UkeyActor) {
      if (event.type === '@xstate.snapshot') this.#moveUkey(actorRef, event.snapshot, event.event);
      else if (event.type === '@xstate.event') this.#noteState(actorRef);
      else if (event.type === '@xstate.actor') this.#meetUkey(actorRef);
      return;
    }
    switch (event.type) {
      case '@xstate.event':
        // Before that an actor has no state.
        if (event.event.type === INIT) this.#tellActor(actorRef as AnyActorRef);
        break;
      case '@xstate.microstep':
        this.#noteEdges(actorRef, event._transitions);
        break;
      case '@xstate.action':
        this.#tellPhase(actorRef, PHASE_OF_ACTION.get(event.action.type));
        break;
      case '@xstate.snapshot':
        this.#tellStep(actorRef as AnyActorRef, event.event.type);
        break;
    }
  }

  /** Tells where those are whose last steps were left out. */
  catchUp(): void {
    for (const actor of this.#actors.values()) {
      const { id, told, state } = actor;
      if (told === state) continue;
      actor.told = state;
      const step = { actor: id, event: CAUGHT_UP, from: told, to: state, edges: [] };
      this.#deps.sink.add({ k: 'step', ...step });
    }
  }

  /** Tells where the ukey of a flow is that was there before us. */
  tellUkeyState(known: KnownFlow, ukey: UkeyActor): void {
    const { moves } = ukey.slice;
    const now = stateOf(ukey);
    const from = known.state ?? moves.stateName(moves.initial);
    known.state = now;
    if (now === from || !this.#deps.sink.admits('ukey')) return;
    this.#deps.sink.add({ k: 'ukey', flow: known.flow, event: CAUGHT_UP, from, to: now });
  }

  #tellActor(actor: AnyActorRef): void {
    if (this.#actors.has(actor)) return;
    const name = actor.id;
    const logic: unknown = 'logic' in actor ? actor.logic : undefined;
    const machine = logic instanceof StateMachine ? logic.id : undefined;
    const state = stateOf(actor);
    const known: KnownActor = {
      id: actor.sessionId,
      isMachine: machine !== undefined,
      revalidator: revalidatorOf(name),
      state,
      told: state,
      edges: [],
    };
    this.#actors.set(actor, known);
    this.#deps.sink.add({
      k: 'actor',
      actor: known.id,
      ...(actor._parent === undefined ? {} : { parent: actor._parent.sessionId }),
      name,
      ...(machine === undefined ? {} : { machine }),
      state,
    });
    this.#tellPhase(actor, PHASE_OF_STATE.find(([pattern]) => pattern.test(state))?.[1]);
  }

  #noteEdges(actor: unknown, transitions: readonly AnyTransitionDefinition[]): void {
    const known = this.#actors.get(actor);
    if (known === undefined) return;
    for (const transition of transitions) known.edges.push(this.#edgeIdOf(transition));
  }

  #edgeIdOf(transition: AnyTransitionDefinition): string {
    let id = this.#edgeIds.get(transition);
    if (id === undefined) {
      id = edgeIdOf(transition);
      this.#edgeIds.set(transition, id);
    }
    return id;
  }

  #tellPhase(actor: unknown, phase: Phase | undefined): void {
    if (phase === undefined) return;
    const revalidator = this.#actors.get(actor)?.revalidator;
    if (revalidator !== undefined) this.#deps.sink.add({ k: 'phase', revalidator, phase });
  }

  #tellStep(actor: AnyActorRef, event: string): void {
    const known = this.#actors.get(actor);
    if (known === undefined || event === INIT) return;
    const { edges } = known;
    const from = known.state;
    const to = stateOf(actor);
    const { status } = actor.getSnapshot();
    known.edges = [];
    known.state = to;
    if (status !== 'active') this.#actors.delete(actor);
    // An actor that is no machine hears of each ukey's end, and does nothing.
    if (!known.isMachine && from === to) return;
    if (status === 'active' && !this.#deps.sink.admits('step')) return;
    known.told = to;
    const body = { k: 'step', actor: known.id, event, from, to, edges } as const;
    this.#deps.sink.add(status === 'active' ? body : { ...body, status: statusOf(status) });
  }

  /** A ukey is announced: a new one, or one that was there. */
  #meetUkey(ukey: UkeyActor): void {
    if (this.#ukeys.has(ukey)) return;
    const { flows, isUkeyFirst } = this.#deps;
    const { columns, moves } = ukey.slice;
    const key = columns.keys[ukey.handle];
    if (key === undefined) return;
    const found = flows.find(key);
    const isNew = ukey.slice.stateOf(ukey.handle) === moves.initial;
    const isAnother = isUkeyFirst && isNew && found?.key !== key;
    const known = found === undefined || isAnother ? flows.add(key) : found;
    this.#ukeys.set(ukey, known);
    this.#tellUkey(ukey, known);
    if (isNew) known.state = stateOf(ukey);
    else if (known.standing === 'told') this.tellUkeyState(known, ukey);
  }

  /** A ukey is followed from now on: that makes an actor of it, as far as the log is concerned. */
  #tellUkey({ slice }: UkeyActor, { flow, state }: KnownFlow): void {
    const { machine, initial } = slice.moves;
    if (!this.#deps.sink.admits('ukey')) return;
    this.#deps.sink.add({
      k: 'actor',
      actor: `ukey:${flow}`,
      parent: slice.parent.sessionId,
      name: `ukey-${flow}`,
      machine: machine.id,
      state: state ?? slice.moves.stateName(initial),
    });
  }

  /** Where a ukey is that was there before us, as soon as it moves. */
  #noteState(ukey: UkeyActor): void {
    const known = this.#ukeys.get(ukey);
    if (known !== undefined) known.state ??= stateOf(ukey);
  }

  #moveUkey(ukey: UkeyActor, snapshot: unknown, { type }: { readonly type: string }): void {
    const known = this.#ukeys.get(ukey);
    if (known === undefined) return;
    const to = String((snapshot as UkeySnapshot).value);
    const from = known.state ?? to;
    known.state = to;
    if (ukey.handle === NO_HANDLE) this.#ukeys.delete(ukey);
    if (from === to || known.standing === 'omitted' || !this.#deps.sink.admits('ukey')) return;
    this.#deps.sink.add({ k: 'ukey', flow: known.flow, event: type, from, to });
  }
}

function statusOf(status: string): NonNullable<StepEntry['status']> {
  return status === 'done' || status === 'error' ? status : 'stopped';
}

/** "running.cycling"; of an actor that is no machine, its status. */
function stateOf(actor: AnyActorRef | UkeyActor): string {
  const snapshot = actor.getSnapshot() as Partial<AnyMachineSnapshot>;
  const { value } = snapshot;
  return value === undefined ? String(snapshot.status) : pathOf(value as StateValue);
}

function pathOf(value: StateValue): string {
  if (typeof value === 'string') return value;
  const [state = '', below] = Object.entries(value)[0] ?? [];
  return below === undefined ? state : `${state}.${pathOf(below)}`;
}

/** The leader is revalidator 0. */
function revalidatorOf(name: string): number | undefined {
  if (name === LEADER) return 0;
  const number = /^revalidator-(\d+)$/.exec(name)?.[1];
  return number === undefined ? undefined : Number(number);
}
