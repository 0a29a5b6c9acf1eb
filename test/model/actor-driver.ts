/**
 * A driver for one actor of a running udpif: fakes around it, a virtual clock, and the actor's
 * mailbox in hand.
 *
 * To perform an event it has the surroundings send it, then delivers it. To observe, it looks at
 * the running actor's snapshot.
 */

import type { AnyEventObject, AnyMachineSnapshot } from 'xstate';
import type { Driver } from '../../src/model/driver.js';
import { type Bench, createBench } from '../actors/udpif-bench.js';
import { Mailbox } from './mailbox.js';

/** A udpif and the mailbox of one of its actors. */
export interface Stage {
  readonly bench: Bench;
  readonly mailbox: Mailbox;
}

export interface ActorPlay<Event> {
  /** The actor's id. */
  readonly id: string;
  /** Brings the actor to its initial state. */
  setUp(stage: Stage): void;
  /** Gives the command that leads to `event`. Default: none, it comes by itself in time. */
  provoke?(event: Event, stage: Stage): void;
  /** Sets up, before `event` is performed, what `upcoming` hangs on. Default: nothing. */
  prepare?(event: Event, upcoming: readonly Event[], stage: Stage): void;
  /** Lets happen, after an event, what is to be there before the next. Default: nothing. */
  settle?(stage: Stage): void;
  /** Whether the event that was sent is the wanted one. Default: its type is. */
  isSame?(event: Event, sent: AnyEventObject): boolean;
  view(snapshot: AnyMachineSnapshot): unknown;
}

/** How many tasks may have to run before an event is sent; a cycle is about ten. */
const TURNS_MAX = 500;

export function createActorDriver<Event extends AnyEventObject>(
  play: ActorPlay<Event>,
): Driver<Event> {
  let stage: Stage | undefined;
  const theStage = (): Stage => {
    if (stage === undefined) throw new Error('Cannot drive actor: reset() comes first');
    return stage;
  };
  return {
    reset: () => {
      const mailbox = new Mailbox(play.id);
      const bench = createBench({ isStarted: false, inspect: mailbox.inspect });
      stage = { bench, mailbox };
      play.setUp(stage);
    },
    perform: (event, upcoming) => {
      const { mailbox } = theStage();
      const isWanted = (sent: AnyEventObject): boolean =>
        sent.type === event.type && (play.isSame?.(event, sent) ?? true);
      play.prepare?.(event, upcoming, theStage());
      if (!mailbox.has(isWanted)) {
        play.provoke?.(event, theStage());
        waitFor(isWanted, theStage());
      }
      if (!mailbox.deliver(isWanted)) {
        throw new Error(`nobody sent it; sent were: ${mailbox.held.join(', ') || 'none'}`);
      }
      play.settle?.(theStage());
    },
    observe: () => play.view(theStage().mailbox.snapshot),
  };
}

/** Runs one task after the other, moving on in time where none is due, until the event is held. */
function waitFor(isWanted: (event: AnyEventObject) => boolean, { bench, mailbox }: Stage): void {
  const { clock } = bench;
  for (let turn = 0; turn < TURNS_MAX && !mailbox.has(isWanted); turn++) {
    if (clock.runOne()) continue;
    const next = clock.nextDeadline();
    if (next === undefined) return;
    clock.jump(next);
  }
}

/** Starts threads and runs until the actor is there. */
export function startThreads({ bench, mailbox }: Stage, revalidators = 1): void {
  bench.udpif.setThreads(1, revalidators);
  while (!mailbox.isTaken && bench.clock.runOne());
}
