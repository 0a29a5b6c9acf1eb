/**
 * The mailbox of one running actor, in a driver's hands: what anybody sends to the actor, itself
 * included, is held until the driver delivers it.
 *
 * A running udpif answers most of its own questions in the same turn, so that its states in between
 * are never seen from outside and nothing can come in the middle. Holding back what is sent (not
 * making it up: an event that nobody has sent cannot be delivered) lets a path decide what arrives
 * first, as another thread would in the C original.
 *
 * Owner: the events that are held.
 */

import type { AnyActorRef, AnyEventObject, AnyMachineSnapshot, InspectionEvent } from 'xstate';

export class Mailbox {
  readonly #id: string;
  readonly #held: AnyEventObject[] = [];
  #actor: AnyActorRef | undefined;
  #send: (event: AnyEventObject) => void = () => {};
  /** Whether events pass through, as if there was no mailbox. */
  isOpen: boolean;

  /** Of the first actor called `id`. */
  constructor(id: string, { isOpen = false }: { readonly isOpen?: boolean } = {}) {
    this.#id = id;
    this.isOpen = isOpen;
  }

  /** To be attached to the actor system: takes hold of the actor before it starts. */
  readonly inspect = ({ type, actorRef }: InspectionEvent): void => {
    if (type !== '@xstate.actor' || this.#actor !== undefined) return;
    const actor = actorRef as AnyActorRef;
    if (actor.id !== this.#id) return;
    this.#actor = actor;
    this.#send = actor.send;
    const receive = (event: AnyEventObject): void => {
      if (this.isOpen) this.#send(event);
      else this.#held.push(event);
    };
    Object.assign(actor, { send: receive });
  };

  /** Whether the actor is there. */
  get isTaken(): boolean {
    return this.#actor !== undefined;
  }

  /** Types of the held events, oldest first. */
  get held(): readonly string[] {
    return this.#held.map(({ type }) => type);
  }

  get snapshot(): AnyMachineSnapshot {
    if (this.#actor === undefined) throw new Error(`Cannot look at actor "${this.#id}": none yet`);
    return this.#actor.getSnapshot() as AnyMachineSnapshot;
  }

  /** Whether an event is held that `isWanted` accepts. */
  has(isWanted: (event: AnyEventObject) => boolean): boolean {
    return this.#held.some(isWanted);
  }

  /** Delivers the oldest event that `isWanted` accepts; false where there is none. */
  deliver(isWanted: (event: AnyEventObject) => boolean): boolean {
    const index = this.#held.findIndex(isWanted);
    const [event] = index < 0 ? [] : this.#held.splice(index, 1);
    if (event !== undefined) this.#send(event);
    return event !== undefined;
  }
}
