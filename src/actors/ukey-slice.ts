/**
 * A slice of the ukeys: those of one revalidator, found by their flow's key.
 *
 * It moves them by the compiled machine of their life (`UkeyMoves`), keeps the machine's context in
 * columns, and has the machine's effects done by whoever owns it. `send` is the door for events as
 * objects; the phases, which see every flow in every cycle, use `move` with an event that they own
 * and use again. A ukey that somebody watches takes the longer way, on which observers and
 * inspectors are told.
 *
 * Owner: its revalidator; handlers come here only to install a ukey and to report its put.
 * Hot path. Bench: `bench/dump.ts`. Answers to the seed's `udpif->ukeys[i]`.
 */

import type { AnyActorRef } from 'xstate';
import { instant, seqNo } from '../base/brands.js';
import { assert } from '../base/errors.js';
import type { ErrorReport } from '../base/guarded-observable.js';
import type { FlowKey } from '../datapath/flow-key.js';
import { deleteReasonOf, deleteReasons } from '../machines/delete-reasons.js';
import type { FlowCounters } from '../machines/stats-delta.js';
import type { UkeyContext, UkeyEffect } from '../machines/ukey-machine.js';
import type { ActorSystemDoor } from './actor-system.js';
import { UkeyActor } from './ukey-actor.js';
import { FREE_ROW, UkeyColumns, type UkeySeed } from './ukey-columns.js';
import { UkeyIndex } from './ukey-index.js';
import { SliceInspection } from './ukey-inspection.js';
import {
  type AnyUkeyEvent,
  STAY,
  type UkeyMoves,
  type UkeySnapshot,
  ukeyActionNames,
  ukeyMoves,
} from './ukey-moves.js';
import { UkeyWatch } from './ukey-watch.js';

/** The machine's effects; `event` is the one that asked for them. */
export type UkeyEffects = Record<
  UkeyEffect,
  (slice: UkeySlice, handle: number, event: AnyUkeyEvent) => void
>;

export interface UkeySliceDeps {
  readonly door: ActorSystemDoor;
  readonly parent: AnyActorRef;
  readonly effects: UkeyEffects;
  /** Takes what an observer of a ukey throws. */
  readonly report: ErrorReport;
  /** The life that its ukeys have. Default: that of profile `current`. */
  readonly moves?: UkeyMoves;
}

const INIT_EVENT = { type: 'xstate.init' } as const;

export class UkeySlice {
  readonly columns = new UkeyColumns();
  readonly door: ActorSystemDoor;
  readonly parent: AnyActorRef;
  readonly moves: UkeyMoves;
  /** Of `moves`, for each step of each ukey asks them. */
  readonly #next: UkeyMoves['next'];
  readonly #actions: UkeyMoves['actions'];
  readonly #eventsCount: number;
  readonly #effects: UkeyEffects;
  readonly #report: ErrorReport;
  readonly #index = new UkeyIndex(this.columns.keys);
  /** Which of the ukeys here inspectors hear of. */
  readonly #inspection: SliceInspection;
  /** Ukeys here that somebody observes. */
  #observedCount = 0;

  constructor(deps: UkeySliceDeps) {
    this.door = deps.door;
    this.parent = deps.parent;
    this.moves = deps.moves ?? ukeyMoves;
    this.#next = this.moves.next;
    this.#actions = this.moves.actions;
    this.#eventsCount = this.moves.eventsCount;
    this.#effects = deps.effects;
    this.#report = deps.report;
    this.#inspection = new SliceInspection(deps.door.ukeys);
  }

  get count(): number {
    return this.columns.count;
  }

  find(key: FlowKey): number {
    return this.#index.find(key);
  }

  /** A new ukey in the first state of its life; its key must not be here yet. */
  create(seed: UkeySeed): number {
    const columns = this.columns;
    const handle = columns.allocate(seed);
    columns.state[handle] = this.moves.initial;
    this.#index.insert(handle);
    const actor = new UkeyActor(this, handle);
    columns.actors[handle] = actor;
    if (this.door.isInspected && this.#inspection.decide(handle, seed.key)) this.#announce(actor);
    return handle;
  }

  actor(handle: number): UkeyActor {
    return this.columns.actors[handle]!;
  }

  /** All ukeys, in the order of their rows. */
  *[Symbol.iterator](): IterableIterator<UkeyActor> {
    for (let handle = 0; handle < this.columns.end; handle++) {
      if (this.columns.state[handle] !== FREE_ROW) yield this.actor(handle);
    }
  }

  /** Sends `event`, whatever its type, to the ukey at `handle`. */
  send(handle: number, event: AnyUkeyEvent): void {
    this.move(handle, this.moves.eventCodeOf(event.type), event);
  }

  /** The same with the event's code. `event` is not kept. */
  move(handle: number, code: number | undefined, event: AnyUkeyEvent): void {
    if ((this.#observedCount > 0 || this.door.isInspected) && this.#isWatched(handle)) {
      this.#moveWatched(handle, code, event);
    } else {
      this.#moveUnseen(handle, code, event);
    }
  }

  snapshot(handle: number): UkeySnapshot {
    return this.moves.snapshot(this.columns.state[handle]!, this.#context(handle));
  }

  /** A watch for one of the ukeys here, which takes the longer way while it is observed. */
  watchUkey(): UkeyWatch {
    return new UkeyWatch(this.#report, (isObserved) => {
      this.#observedCount += isObserved ? 1 : -1;
    });
  }

  /** The state that the ukey is now in, or `STAY`; one that has ended still has its row. */
  #step(handle: number, code: number, event: AnyUkeyEvent): number {
    const columns = this.columns;
    const from = columns.state[handle]!;
    const cell = from * this.#eventsCount + code;
    const to = this.#next[cell]!;
    if (to === STAY) return STAY;
    const actions = this.#actions[cell]!;
    for (let i = 0; i < actions.length; i++) this.#act(actions[i]!, handle, event);
    columns.state[handle] = to;
    return to;
  }

  #act(action: number, handle: number, event: AnyUkeyEvent): void {
    const name = ukeyActionNames[action]!;
    switch (name) {
      case 'acceptSighting':
        this.#acceptSighting(handle, event);
        break;
      case 'acceptStats':
        assert(event.type === 'stats.accept', 'counters were expected');
        this.#acceptStats(handle, event.stats);
        break;
      case 'countMissedDump':
        this.columns.missedDumps[handle]!++;
        break;
      case 'rememberReason':
        assert(event.type === 'flow.delete', 'a reason comes with a deletion');
        this.columns.reason[handle] = deleteReasons[event.reason].code;
        break;
      case 'forgetReason':
        this.columns.reason[handle] = 0;
        break;
      default:
        this.#effects[name](this, handle, event);
    }
  }

  #acceptSighting(handle: number, event: AnyUkeyEvent): void {
    assert(event.type === 'flow.keep' || event.type === 'flow.modify', 'a sighting was expected');
    const columns = this.columns;
    this.#acceptStats(handle, event.stats);
    columns.revalSeq[handle] = event.revalSeq;
    if (columns.dumpSeq[handle] === event.dumpSeq) return;
    columns.dumpSeq[handle] = event.dumpSeq;
    columns.missedDumps[handle] = 0;
  }

  #acceptStats(handle: number, stats: FlowCounters): void {
    const columns = this.columns;
    columns.packets[handle] = stats.packets;
    columns.bytes[handle] = stats.bytes;
    columns.used[handle] = stats.used;
    columns.tcpFlags[handle] = stats.tcpFlags;
  }

  #isWatched(handle: number): boolean {
    return this.actor(handle).watch !== undefined || this.#isInspected(handle);
  }

  /** Whether inspectors hear of the ukey, which may be older than they are: then of it first. */
  #isInspected(handle: number): boolean {
    if (!this.door.isInspected) return false;
    if (this.#inspection.isDecided(handle)) return this.#inspection.isChosen(handle);
    const isChosen = this.#inspection.decide(handle, this.columns.keys[handle]!);
    if (isChosen) this.door.announceActor(this.actor(handle));
    return isChosen;
  }

  #moveUnseen(handle: number, code: number | undefined, event: AnyUkeyEvent): void {
    if (code === undefined) return;
    const to = this.#step(handle, code, event);
    if (to === this.moves.deleted) this.#end(handle, this.snapshot(handle), false);
  }

  /** Whether the event leads from the state that the ukey is in to another one. */
  #isLeaving(handle: number, code: number | undefined): boolean {
    if (code === undefined) return false;
    const from = this.columns.state[handle]!;
    const to = this.#next[from * this.#eventsCount + code]!;
    return to !== STAY && to !== from;
  }

  /** What is told, and in what order, is what xstate's interpreter tells. */
  #moveWatched(handle: number, code: number | undefined, event: AnyUkeyEvent): void {
    const actor = this.actor(handle);
    const isInspected =
      this.#isInspected(handle) && (this.door.hearsStays || this.#isLeaving(handle, code));
    if (!isInspected && actor.watch === undefined) {
      this.#moveUnseen(handle, code, event);
      return;
    }
    // Phases own their events and change them: who is told later must not see that.
    const copy = { ...event };
    if (isInspected) this.door.announceEvent(actor, copy);
    const from = this.columns.state[handle]!;
    const to = code === undefined ? STAY : this.#step(handle, code, event);
    const snapshot = this.snapshot(handle);
    if (isInspected) {
      const transitions = this.moves.transitionsOf(from, code);
      this.door.announceMicrostep(actor, copy, snapshot, transitions);
    }
    if (to === this.moves.deleted) this.#end(handle, snapshot, isInspected);
    else actor.watch?.tell(snapshot);
    if (isInspected) this.door.announceSnapshot(actor, copy, snapshot);
    if (to !== this.moves.deleted) this.#sendBacklog(actor);
  }

  /** What observers sent while they were told. */
  #sendBacklog(actor: UkeyActor): void {
    const backlog = actor.watch?.backlog ?? [];
    for (let next = backlog.shift(); next !== undefined; next = backlog.shift()) actor.send(next);
  }

  /** The ukey at `handle` is deleted: it leaves the table, and whoever followed it hears of it. */
  #end(handle: number, last: UkeySnapshot, isInspected: boolean): void {
    const actor = this.actor(handle);
    this.#index.remove(handle);
    this.columns.release(handle);
    actor.end(last);
    actor.watch?.tell(last);
    actor.watch?.complete();
    this.#tellParent(actor, isInspected);
  }

  /** An inspector that never heard of the ukey shall not hear of its end. */
  #tellParent(actor: UkeyActor, isInspected: boolean): void {
    const type = `xstate.done.actor.${actor.id}`;
    const event = { type, actorId: actor.id, output: undefined };
    if (isInspected) this.door.relay(actor, this.parent, event);
    else this.door.relayUnseen(this.parent, event);
  }

  #announce(actor: UkeyActor): void {
    this.door.announceActor(actor);
    this.door.announceEvent(actor, INIT_EVENT, this.parent);
    this.door.announceSnapshot(actor, INIT_EVENT, actor.getSnapshot());
  }

  #context(handle: number): UkeyContext {
    const columns = this.columns;
    return {
      createdAt: instant(columns.createdAt[handle]!),
      revalSeq: seqNo(columns.revalSeq[handle]!),
      dumpSeq: seqNo(columns.dumpSeq[handle]!),
      stats: this.stats(handle),
      missedDumps: columns.missedDumps[handle]!,
      reason: deleteReasonOf(columns.reason[handle]!),
    };
  }

  /** The state of the ukey at `handle`: one of `UkeyState`, or of `Ukey2014State`. */
  stateOf(handle: number): number {
    return this.columns.state[handle]!;
  }

  /** The counters that have been pushed. */
  stats(handle: number): FlowCounters {
    const columns = this.columns;
    return {
      packets: columns.packets[handle]!,
      bytes: columns.bytes[handle]!,
      used: instant(columns.used[handle]!),
      tcpFlags: columns.tcpFlags[handle]!,
    };
  }
}
