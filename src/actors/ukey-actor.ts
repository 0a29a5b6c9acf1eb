/**
 * One ukey as an actor: a name for a row of a slice's columns that speaks xstate's `ActorRef`.
 *
 * `send` moves the row by the compiled machine, `getSnapshot` reads it, `subscribe` follows it. It
 * is a member of the udpif's actor system: parent, session id, inspection events while an inspector
 * is attached. What nobody asks for is not made: session id, observers and snapshots come on
 * demand. It keeps its last snapshot when its row goes to another ukey.
 *
 * Owner: its watch. Hot path. Bench: `bench/set-up.ts`. See `ukey-machine.ts` for the states.
 */

import type { ActorRef, AnyActorRef, EventObject, Readable, Snapshot, Subscription } from 'xstate';
import { UpcallError } from '../base/errors.js';
import type { AnyActorSystem } from './actor-system.js';
import { NO_HANDLE } from './ukey-columns.js';
import type { AnyUkeyEvent, UkeyMoves, UkeySnapshot } from './ukey-moves.js';
import type { UkeySlice } from './ukey-slice.js';
import type { UkeyObserver, UkeyWatch } from './ukey-watch.js';

type Listener = UkeyObserver | ((snapshot: UkeySnapshot) => void);

/** As xstate and rxjs name it where the language does not. */
const OBSERVABLE: typeof Symbol.observable = (Symbol.observable ??
  '@@observable') as typeof Symbol.observable;

export class UkeyActor implements ActorRef<UkeySnapshot, AnyUkeyEvent, EventObject> {
  readonly slice: UkeySlice;
  #handle: number;
  #sessionId: string | undefined;
  #watch: UkeyWatch | undefined;
  #last: UkeySnapshot | undefined;

  constructor(slice: UkeySlice, handle: number) {
    this.slice = slice;
    this.#handle = handle;
  }

  /** Its row, or `NO_HANDLE` once it has ended. */
  get handle(): number {
    return this.#handle;
  }

  get watch(): UkeyWatch | undefined {
    return this.#watch;
  }

  get sessionId(): string {
    this.#sessionId ??= this.slice.door.bookId();
    return this.#sessionId;
  }

  get id(): string {
    return this.sessionId;
  }

  get _parent(): AnyActorRef {
    return this.slice.parent;
  }

  get system(): AnyActorSystem {
    return this.slice.door.system;
  }

  /** The definition, where inspectors look for it. */
  get logic(): UkeyMoves['machine'] {
    return this.slice.moves.machine;
  }

  get src(): UkeyMoves['machine'] {
    return this.slice.moves.machine;
  }

  get ref(): this {
    return this;
  }

  /** Moves the ukey. Events that its state has no arrow for, and all after its end, are ignored. */
  send(event: AnyUkeyEvent): void {
    if (this.#handle === NO_HANDLE) return;
    if (this.#watch?.isTelling) this.#watch.backlog.push(event);
    else this.slice.send(this.#handle, event);
  }

  /** How xstate's own actors reach it. */
  _send(event: AnyUkeyEvent): void {
    this.send(event);
  }

  getSnapshot(): UkeySnapshot {
    return this.#last ?? this.slice.snapshot(this.#handle);
  }

  getPersistedSnapshot(): Snapshot<unknown> {
    return this.getSnapshot().toPersisted();
  }

  subscribe(
    listener?: Listener,
    onError?: (error: unknown) => void,
    onComplete?: () => void,
  ): Subscription {
    const observer = asObserver(listener, onError, onComplete);
    if (this.#handle === NO_HANDLE) {
      observer.complete?.();
      return { unsubscribe: () => {} };
    }
    this.#watch ??= this.slice.watchUkey();
    return this.#watch.add(observer);
  }

  /** A ukey emits no events of its own. */
  on(): Subscription {
    return { unsubscribe: () => {} };
  }

  select<Selected>(
    selector: (snapshot: UkeySnapshot) => Selected,
    isEqual: (a: Selected, b: Selected) => boolean = Object.is,
  ): Readable<Selected> {
    const get = (): Selected => selector(this.getSnapshot());
    const subscribe = (listener: SelectedListener<Selected>): Subscription => {
      let before = get();
      return this.subscribe((snapshot) => {
        const selected = selector(snapshot);
        if (isEqual(before, selected)) return;
        before = selected;
        if (typeof listener === 'function') listener(selected);
        else listener?.next?.(selected);
      });
    };
    return { get, subscribe };
  }

  /** It runs from its creation on. */
  start(): this {
    return this;
  }

  stop(): never {
    throw new UpcallError('Cannot stop ukey: a child ends by reaching its final state');
  }

  toJSON(): { xstate$$type: 1; id: string } {
    return { xstate$$type: 1, id: this.id };
  }

  [OBSERVABLE](): this {
    return this;
  }

  /** Called by the slice when the row goes: the actor lives on with its last snapshot. */
  end(last: UkeySnapshot): void {
    this.#last = last;
    this.#handle = NO_HANDLE;
  }
}

type SelectedListener<Value> =
  | ((value: Value) => void)
  | { readonly next?: (value: Value) => void }
  | undefined;

function asObserver(
  listener: Listener | undefined,
  error: ((error: unknown) => void) | undefined,
  complete: (() => void) | undefined,
): UkeyObserver {
  if (typeof listener !== 'function') return listener ?? {};
  return {
    next: listener,
    ...(error === undefined ? {} : { error }),
    ...(complete === undefined ? {} : { complete }),
  };
}
