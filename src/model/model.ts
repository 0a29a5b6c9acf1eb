/**
 * A model: a machine, the events that may happen to it, and how it is looked at.
 *
 * Two views of a snapshot must not be confused. The *abstraction* tells situations apart while the
 * machine is explored: as little as covers the machine, for a context that counts has no end. The
 * *view* is what the thing under test is compared by: as much as a driver can observe.
 */

import type {
  AnyMachineSnapshot,
  AnyStateMachine,
  EventFrom,
  EventObject,
  InputFrom,
  SnapshotFrom,
} from 'xstate';
import { delayEvents, MarkedMachine, type Step } from './marked-machine.js';

/** Steps that an exploration may take; most machines need hundreds. */
export const STEPS_MAX = 100_000;

export interface ModelOptions<Machine extends AnyStateMachine> {
  readonly machine: Machine;
  readonly input?: InputFrom<Machine>;
  /** At least one of each type, or those that may happen to a snapshot. Delays are added. */
  readonly events:
    | readonly EventFrom<Machine>[]
    | ((snapshot: SnapshotFrom<Machine>) => readonly EventFrom<Machine>[]);
  /** What tells situations apart, besides the state. Default: nothing. */
  readonly abstraction?: (snapshot: SnapshotFrom<Machine>) => unknown;
  /** What `observe()` of a driver is compared with. Default: the state's value. */
  readonly view?: (snapshot: SnapshotFrom<Machine>) => unknown;
  /** An event in the names of paths. Default: its type, and its payload as JSON. */
  readonly nameEvent?: (event: EventFrom<Machine>) => string;
  /** Default: `STEPS_MAX`. */
  readonly stepsMax?: number;
}

export interface Model<Event extends EventObject> {
  /** The machine's id. */
  readonly name: string;
  readonly marked: MarkedMachine;
  readonly stepsMax: number;
  start(): Step;
  step(snapshot: AnyMachineSnapshot, event: Event): Step;
  /** What may happen; nothing once the machine is done. */
  events(snapshot: AnyMachineSnapshot): readonly Event[];
  /** Equal for snapshots that are one situation. */
  situation(snapshot: AnyMachineSnapshot): string;
  view(snapshot: AnyMachineSnapshot): unknown;
  nameEvent(event: Event): string;
}

/** The model that `options` describe. */
export function createModel<Machine extends AnyStateMachine>(
  options: ModelOptions<Machine>,
): Model<EventFrom<Machine>> {
  type Event = EventFrom<Machine>;
  const { machine, input, nameEvent = nameWithPayload, stepsMax = STEPS_MAX } = options;
  const abstraction = options.abstraction ?? (() => undefined);
  const view = options.view ?? (({ value }: AnyMachineSnapshot) => value);
  const events = (snapshot: AnyMachineSnapshot): readonly Event[] =>
    typeof options.events === 'function'
      ? options.events(snapshot as SnapshotFrom<Machine>)
      : options.events;
  const marked = new MarkedMachine(machine);
  return {
    name: machine.id,
    marked,
    stepsMax,
    start: () => marked.start(input),
    step: (snapshot, event) => marked.step(snapshot, event),
    events: (snapshot) =>
      snapshot.status === 'active'
        ? [...events(snapshot), ...(delayEvents(snapshot) as readonly Event[])]
        : [],
    situation: (snapshot) =>
      JSON.stringify([snapshot.value, abstraction(snapshot as SnapshotFrom<Machine>)]),
    view: (snapshot) => view(snapshot as SnapshotFrom<Machine>),
    nameEvent,
  };
}

/** 'threads.set {"handlers":1}'. */
function nameWithPayload({ type, ...payload }: EventObject): string {
  return Object.keys(payload).length === 0 ? type : `${type} ${JSON.stringify(payload)}`;
}
