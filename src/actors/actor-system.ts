/**
 * The udpif's actor system, seen by actors that are not xstate's own.
 *
 * xstate offers no public way to ask whether an inspector is attached, nor to announce an actor
 * that `createActor` did not make. This is the one file that reaches for what xstate's types hide
 * (`_bookId`, `_relay`, `_sendInspectionEvent`, of 5.33).
 *
 * Owner: the count of inspectors.
 */

import type { AnyActorRef, AnyEventObject, Snapshot, Subscription } from 'xstate';

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
}

type Inspect = AnyActorSystem['inspect'];

export class ActorSystemDoor {
  readonly system: AnyActorSystem;
  readonly #internals: AnyActorSystem & SystemInternals;
  #inspectors: number;

  /** `inspectorsAtStart`: those that `createActor` attached before this door was made. */
  constructor(system: AnyActorSystem, inspectorsAtStart: number) {
    this.system = system;
    this.#internals = system as AnyActorSystem & SystemInternals;
    this.#inspectors = inspectorsAtStart;
    system.inspect = this.#counted(system.inspect);
  }

  get isInspected(): boolean {
    return this.#inspectors > 0;
  }

  /** A session id that no other actor of the process has. */
  bookId(): string {
    return this.#internals._bookId();
  }

  /** Delivers `event` as from `source`; inspectors see it. */
  relay(source: AnyActorRef, target: AnyActorRef, event: AnyEventObject): void {
    this.#internals._relay(source, target, event);
  }

  announceActor(actorRef: AnyActorRef): void {
    this.#internals._sendInspectionEvent({ type: '@xstate.actor', actorRef });
  }

  announceEvent(actorRef: AnyActorRef, event: AnyEventObject, sourceRef?: AnyActorRef): void {
    this.#internals._sendInspectionEvent({ type: '@xstate.event', actorRef, sourceRef, event });
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
