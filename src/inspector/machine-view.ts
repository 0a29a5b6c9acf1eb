/**
 * The statechart of an actor: the machine's graph, where the actor stands, and its last steps.
 *
 * A ukey is an actor as well (`ukey:17`); it moves in entries of their own, which name no edge: the
 * graph says along which one it went.
 */

import { UpcallError } from '../base/errors.js';
import type { ActorRecord } from './actors-model.js';
import type { ChunkIndex } from './chunk-index.js';
import type { LogEntry, StepEntry, UkeyEntry } from './log-entry.js';
import type { Moment } from './moment.js';
import type { EdgeEvent, MachineView, ViewQueries } from './view-data.js';

/** Steps of one answer. */
export const EDGE_EVENTS_MAX = 50;
const UKEY_PREFIX = 'ukey:';

/** Whose steps are shown. */
interface Subject {
  readonly machine: string;
  readonly actor: string | undefined;
  readonly state: string | undefined;
  /** A ukey's flow. */
  readonly flow: number | undefined;
}

/** Throws an `UpcallError` for an actor or a machine that there is not. */
export function machineView(moment: Moment, query: ViewQueries['machine']): MachineView {
  const subject = subjectOf(moment, query);
  const graph = moment.graphs.get(subject.machine);
  const last = stepsOf(moment, subject, undefined, 1)[0];
  const initial = graph.states.find(({ isInitial, parent }) => isInitial && parent === undefined);
  const state = subject.state ?? last?.to ?? initial?.path ?? '';
  return {
    machine: subject.machine,
    graph,
    actor: subject.actor,
    actors: actorsOf(moment, subject.machine),
    state,
    active: withAncestors(state),
    last,
    events: stepsOf(moment, subject, query.edge, EDGE_EVENTS_MAX),
  };
}

function subjectOf(moment: Moment, { actor, machine }: ViewQueries['machine']): Subject {
  const { header, model } = moment;
  if (actor !== undefined) return actorSubject(moment, actor);
  const name = machine ?? (Object.hasOwn(header.machines, 'leader') ? 'leader' : '');
  const graph = moment.graphs.get(name === '' ? (moment.graphs.names[0] ?? '') : name);
  const runs = model.actors.all().filter((record) => record.machine === name);
  const last = runs.reduce<ActorRecord | undefined>(later, undefined);
  const isUkey = name === header.ukeyMachine;
  // Of all ukeys, the last that moved: its state is where its last step went.
  const state = isUkey ? undefined : last?.state;
  return { machine: name === '' ? graph.id : name, actor: undefined, state, flow: undefined };
}

function later(a: ActorRecord | undefined, b: ActorRecord): ActorRecord {
  return a === undefined || (b.last?.n ?? 0) > (a.last?.n ?? 0) ? b : a;
}

function actorSubject({ header, model }: Moment, actor: string): Subject {
  const record = model.actors.get(actor);
  const flow = actor.startsWith(UKEY_PREFIX) ? Number(actor.slice(UKEY_PREFIX.length)) : undefined;
  if (flow !== undefined) {
    const place = model.flows.find(flow);
    const state = place?.page.states[place.slot] || record?.state;
    if (state === undefined) throw noActor(actor, model.n);
    return { machine: header.ukeyMachine, actor, state, flow };
  }
  if (record?.machine === undefined) throw noActor(actor, model.n);
  return { machine: record.machine, actor, state: record.state, flow: undefined };
}

function noActor(actor: string, n: number): UpcallError {
  const state = `there is no actor "${actor}" with a machine at entry ${n}`;
  return new UpcallError(`Cannot show machine: ${state}; choose one of the house`);
}

function actorsOf({ model }: Moment, machine: string): MachineView['actors'] {
  return model.actors
    .all()
    .filter((record) => record.machine === machine)
    .map(({ actor, name }) => ({ actor, name }));
}

/** The newest first, `limit` at most; of one edge, if one is named. */
function stepsOf(
  moment: Moment,
  subject: Subject,
  edge: string | undefined,
  limit: number,
): EdgeEvent[] {
  const { store, model } = moment;
  const found: EdgeEvent[] = [];
  const indexes = store.indexes(store.first, model.n);
  for (let i = indexes.length - 1; i >= 0 && found.length < limit; i--) {
    const entries = indexes[i] === undefined ? [] : entriesOf(moment, subject, indexes[i]);
    for (let j = entries.length - 1; j >= 0 && found.length < limit; j--) {
      const entry = entries[j];
      if (entry === undefined || entry.n > model.n) continue;
      const event = entry.k === 'step' ? stepEvent(entry) : moveEvent(moment, entry);
      if (edge === undefined || event.edges.includes(edge)) found.push(event);
    }
  }
  return found;
}

function entriesOf(
  { header, model }: Moment,
  { machine, actor, flow }: Subject,
  index: ChunkIndex | undefined,
): readonly (StepEntry | UkeyEntry)[] {
  if (index === undefined) return [];
  if (flow !== undefined) return index.ofFlow(flow).filter(isMove);
  if (actor !== undefined) return index.stepsOf(actor);
  if (machine === header.ukeyMachine) return index.ofKind('ukey');
  const runs = model.actors.all().filter((record) => record.machine === machine);
  const actors = new Set(runs.map((record) => record.actor));
  return index.ofKind('step').filter((step) => actors.has(step.actor));
}

function isMove(entry: LogEntry): entry is UkeyEntry {
  return entry.k === 'ukey';
}

function stepEvent({ n, t, actor, event, from, to, edges }: StepEntry): EdgeEvent {
  return { n, t, actor, event, from, to, edges };
}

function moveEvent({ header, graphs }: Moment, entry: UkeyEntry): EdgeEvent {
  const { n, t, flow, event, from, to } = entry;
  const edge = graphs.edgeOf(header.ukeyMachine, event, from, to);
  const edges = edge === undefined ? [] : [edge.id];
  return { n, t, actor: `${UKEY_PREFIX}${flow}`, event, from, to, edges };
}

/** "running.cycling": "running" and "running.cycling". */
function withAncestors(state: string): string[] {
  const parts = state.split('.');
  return parts.map((_, i) => parts.slice(0, i + 1).join('.'));
}
