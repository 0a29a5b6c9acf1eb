/**
 * The udpif's actor system, seen by actors that are not xstate's own.
 *
 * xstate offers no public way to ask whether an inspector is attached, nor to announce an actor
 * that `createActor` did not make. This is the one file that reaches for what xstate's types hide
 * (`_bookId`, `_relay`, `_sendInspectionEvent`, of 5.33).
 *
 * Owner: the count of inspectors.
 */

import type {
  AnyActorRef,
  AnyEventObject,
  AnyTransitionDefinition,
  Snapshot,
  Subscription,
} from 'xstate';
import { UkeyInspection } from './ukey-inspection.js';

export type AnyActorSystem = AnyActorRef['system'];

interface SystemInternals {
  _bookId(): string;
  _relay(source: AnyActorRef | undefined, target: AnyActorRef, event: AnyEventObject): void;
  _sendInspectionEvent(event: Inspection): void;
}

interface Inspection {
  readonly type: string;
  readonly actorRef: AnyActorRef;
  readonly sourceRef?: AnyActorRef | undefined;
  readonly event?: AnyEventObject;
  readonly snapshot?: Snapshot<unknown>;
  readonly _transitions?: readonly AnyTransitionDefinition[];
}

/** As xstate's own actors reach each other. */
interface Receiver {
  _send(event: AnyEventObject): void;
}

type Inspect = AnyActorSystem['inspect'];

export class ActorSystemDoor {
  readonly system: AnyActorSystem;
  /** Which ukeys inspectors hear of. */
  readonly ukeys: UkeyInspection;
  readonly #internals: AnyActorSystem & SystemInternals;
  #inspectors: number;
  /** Those of them that want to hear of a ukey only when it moves. */
  #modestInspectors = 0;
  /** Whose inspection events go to nobody just now. */
  #unseen: AnyActorRef | undefined;

  /**
   * `inspectorsAtStart`: those that `createActor` attached before this door was made. `ukeys`:
   * default all.
   */
  constructor(
    system: AnyActorSystem,
    inspectorsAtStart: number,
    ukeys: UkeyInspection = new UkeyInspection('all'),
  ) {
    this.system = system;
    this.ukeys = ukeys;
    this.#internals = system as AnyActorSystem & SystemInternals;
    this.#inspectors = inspectorsAtStart;
    system.inspect = this.#counted(system.inspect);
    const announce = this.#internals._sendInspectionEvent;
    this.#internals._sendInspectionEvent = (event) => {
      if (event.actorRef !== this.#unseen) announce(event);
    };
  }

  get isInspected(): boolean {
    return this.#inspectors > 0;
  }

  /** Whether somebody wants to hear of events that leave a ukey in its state. */
  get hearsStays(): boolean {
    return this.#inspectors > this.#modestInspectors;
  }

  /**
   * Attaches an inspector that need not hear of events which leave a ukey in its state: a dump has
   * one for every flow. It hears of them where others want to.
   */
  inspectMoves(observer: Parameters<Inspect>[0]): Subscription {
    const subscription = this.system.inspect(observer);
    this.#modestInspectors++;
    let isAttached = true;
    return {
      unsubscribe: () => {
        if (isAttached) this.#modestInspectors--;
        isAttached = false;
        subscription.unsubscribe();
      },
    };
  }

  /** A session id that no other actor of the process has. */
  bookId(): string {
    return this.#internals._bookId();
  }

  /** Delivers `event` as from `source`; inspectors see it. */
  relay(source: AnyActorRef, target: AnyActorRef, event: AnyEventObject): void {
    this.#internals._relay(source, target, event);
  }

  /** Delivers `event` without inspectors seeing it, nor what `target` makes of it. */
  relayUnseen(target: AnyActorRef, event: AnyEventObject): void {
    const before = this.#unseen;
    this.#unseen = target;
    try {
      (target as AnyActorRef & Receiver)._send(event);
    } finally {
      this.#unseen = before;
    }
  }

  announceActor(actorRef: AnyActorRef): void {
    this.#internals._sendInspectionEvent({ type: '@xstate.actor', actorRef });
  }

  announceEvent(actorRef: AnyActorRef, event: AnyEventObject, sourceRef?: AnyActorRef): void {
    this.#internals._sendInspectionEvent({ type: '@xstate.event', actorRef, sourceRef, event });
  }

  announceMicrostep(
    actorRef: AnyActorRef,
    event: AnyEventObject,
    snapshot: Snapshot<unknown>,
    transitions: readonly AnyTransitionDefinition[],
  ): void {
    const type = '@xstate.microstep';
    const _transitions = transitions;
    this.#internals._sendInspectionEvent({ type, actorRef, event, snapshot, _transitions });
  }

  announceSnapshot(
    actorRef: AnyActorRef,
    event: AnyEventObject,
    snapshot: Snapshot<unknown>,
  ): void {
    this.#internals._sendInspectionEvent({ type: '@xstate.snapshot', actorRef, event, snapshot });
  }

  #counted(inspect: Inspect): Inspect {
    return (observer: Parameters<Inspect>[0]): Subscription => {
      const subscription = inspect(observer);
      if (this.#inspectors === 0) this.ukeys.restart();
      this.#inspectors++;
      let isAttached = true;
      return {
        unsubscribe: () => {
          if (isAttached) this.#inspectors--;
          isAttached = false;
          subscription.unsubscribe();
        },
      };
    };
  }
}
