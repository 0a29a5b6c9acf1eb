/**
 * The ukey of 2014 under a running udpif of profile `ovs-2.3`: its model, and a driver that lets
 * its surroundings move it.
 *
 * As in `ukey-model.ts`: dumps bring the flow or miss it, the datapath answers a deletion when the
 * path says so, the translator changes its mind; what the ukey was told is read from the inspection
 * events. A ukey is made by the dump that finds its flow, so a path begins with one that has lived
 * through a cycle in which nothing was counted: that leaves it as it was made.
 *
 * A dump that brings no news is told to the ukey all the same, and shows in nothing. While a ukey
 * is marked, nobody in the slow path sends it anything but the sweep (a purge comes after it); the
 * other two arrows of `marked` are tried by an event from outside, while the dump is held up.
 */

import type { InspectionEvent, SnapshotFrom } from 'xstate';
import { instant } from '../../src/base/brands.js';
import type { DeleteReason } from '../../src/machines/delete-reasons.js';
import { ovs23Profile } from '../../src/machines/profile-2014.js';
import {
  type Ukey2014Event,
  type Ukey2014Input,
  ukey2014Machine,
} from '../../src/machines/ukey-2014-machine.js';
import type { Driver } from '../../src/model/driver.js';
import { createModel } from '../../src/model/model.js';
import { type Bench, createBench } from '../actors/udpif-bench.js';
import { createUkey2014, provokeUkey2014Event } from './ukey-2014-provocations.js';

type UkeySnapshot = SnapshotFrom<typeof ukey2014Machine>;

const input: Ukey2014Input = { createdAt: instant(1_000) };
const stats = { packets: 7, bytes: 420, used: instant(1_500), tcpFlags: 0 };

/** Why an unmarked ukey's flow may go. */
const VERDICTS: readonly DeleteReason[] = [
  'flow_idle',
  'flow_limit',
  'flow_missing_dp',
  'flow_wildcarded',
  'no_ofproto',
  'purge',
  'xlation_error',
];

export const ukey2014Model = createModel({
  machine: ukey2014Machine,
  input,
  events: possibleEvents,
  abstraction: ({ value, context }) => ({
    packets: context.stats.packets,
    reason: value === 'gone' ? context.reason : undefined,
  }),
  view: viewOf,
  nameEvent: (event) =>
    event.type === 'flow.delete' ? `${event.type} ${event.reason}` : event.type,
});

function possibleEvents({ value }: UkeySnapshot): readonly Ukey2014Event[] {
  const accept: Ukey2014Event = { type: 'stats.accept', stats };
  const sweep: Ukey2014Event = { type: 'ukey.sweep' };
  switch (value) {
    case 'unmarked':
      return [accept, { type: 'flow.keep' }, ...VERDICTS.map(deletionFor)];
    case 'marked':
      return [accept, sweep, deletionFor('purge')];
    default:
      return [sweep];
  }
}

function deletionFor(reason: DeleteReason): Ukey2014Event {
  return { type: 'flow.delete', reason };
}

/** What a ukey was told, and what it was afterwards. */
interface Moment {
  readonly type: string;
  readonly snapshot: UkeySnapshot;
}

export class Ukey2014Driver implements Driver<Ukey2014Event> {
  #bench: Bench | undefined;
  #moments: Moment[] = [];
  #position = 0;

  reset(): void {
    this.#moments = [];
    const inspect = { observer: this.#inspect(), ukeys: 'all' } as const;
    this.#bench = createBench({ profile: ovs23Profile, inspect });
    createUkey2014(this.#bench);
    this.#position = this.#moments.length - 1;
  }

  perform(event: Ukey2014Event, upcoming: readonly Ukey2014Event[]): void {
    const bench = this.#bench;
    if (bench === undefined) throw new Error('Cannot drive ukey: reset() comes first');
    const state = this.#now?.snapshot.value;
    if (this.#next === undefined) provokeUkey2014Event(event, { bench, state, upcoming });
    if (event.type !== 'stats.accept' && this.#isNextNoNews) this.#position++;
    const told = this.#next?.type ?? 'nothing';
    if (told !== event.type) throw new Error(`what happened was ${told}`);
    this.#position++;
  }

  observe(): unknown {
    const moment = this.#now;
    return moment === undefined ? 'no ukey' : viewOf(moment.snapshot);
  }

  get #now(): Moment | undefined {
    return this.#moments[this.#position];
  }

  get #next(): Moment | undefined {
    return this.#moments[this.#position + 1];
  }

  /** Whether the next moment is a dump's that brought the counters that are known. */
  get #isNextNoNews(): boolean {
    const before = this.#now?.snapshot.context.stats.packets;
    const next = this.#next;
    return next?.type === 'stats.accept' && next.snapshot.context.stats.packets === before;
  }

  /** Follows the first ukey that is made; events that it ignores are no moments. */
  #inspect(): (inspection: InspectionEvent) => void {
    let ukey: unknown;
    return (inspection) => {
      if (inspection.type !== '@xstate.snapshot') return;
      const { actorRef, event, snapshot } = inspection;
      if (!('src' in actorRef) || actorRef.src !== ukey2014Machine) return;
      ukey ??= actorRef;
      if (actorRef !== ukey) return;
      const before = this.#moments.at(-1)?.snapshot;
      if (before !== undefined && !before.can(event as Ukey2014Event)) return;
      this.#moments.push({ type: event.type, snapshot: snapshot as UkeySnapshot });
    };
  }
}

function viewOf({ status, value, context }: UkeySnapshot): object {
  const { packets, bytes } = context.stats;
  return { status, value, packets, bytes, reason: context.reason };
}
