/**
 * The ukey of a running udpif: its model, and a driver that lets its surroundings move it.
 *
 * A ukey of production sits in the columns of a slice; nobody but handlers and revalidators tells
 * it anything. So a fake datapath answers puts and deletions when the path says so, dumps bring the
 * flow or miss it, and the translator changes its mind. What the ukey was told, and what it then
 * was, is read from the inspection events of the actor system.
 *
 * Packets are even after a modification and odd after a flow was kept, so that the model knows
 * whether one may still fail. A flow that was given up for missing is deleted in the same breath.
 */

import type { InspectionEvent, SnapshotFrom } from 'xstate';
import { instant, seqNo } from '../../src/base/brands.js';
import type { DeleteReason } from '../../src/machines/delete-reasons.js';
import { MISSED_DUMPS_MAX } from '../../src/machines/missed-dumps.js';
import { type UkeyEvent, type UkeyInput, ukeyMachine } from '../../src/machines/ukey-machine.js';
import type { Driver } from '../../src/model/driver.js';
import { createModel } from '../../src/model/model.js';
import { type Bench, createBench } from '../actors/udpif-bench.js';
import { provokeUkeyEvent } from './ukey-provocations.js';

type UkeySnapshot = SnapshotFrom<typeof ukeyMachine>;

const ukeyInput: UkeyInput = { createdAt: instant(1_000), revalSeq: seqNo(2), dumpSeq: seqNo(0) };

/** Why a flow may go that a dump has brought. */
const VERDICTS: readonly DeleteReason[] = [
  'flow_idle',
  'flow_limit',
  'flow_wildcarded',
  'no_ofproto',
  'purge',
  'xlation_error',
];

export const ukeyModel = createModel({
  machine: ukeyMachine,
  input: ukeyInput,
  events: possibleEvents,
  abstraction: ({ value, context: { stats, missedDumps } }) => ({
    hasPackets: stats.packets > 0,
    isModified: isModified(stats.packets),
    missedDumps: value === 'operational' ? missedDumps : 0,
  }),
  view: viewOf,
  nameEvent: (event) =>
    event.type === 'flow.delete' ? `${event.type} ${event.reason}` : event.type,
});

/** What a ukey was told, and what it was afterwards. */
interface Moment {
  readonly type: string;
  readonly snapshot: UkeySnapshot;
}

export class UkeyDriver implements Driver<UkeyEvent> {
  #bench: Bench | undefined;
  #moments: Moment[] = [];
  #position = 0;

  reset(): void {
    this.#moments = [];
    this.#position = 0;
    this.#bench = createBench({ inspect: { observer: this.#inspect(), ukeys: 'all' } });
    this.#bench.dpif.isLate = true;
    provokeUkeyEvent({ type: 'ukey.install' }, this.#bench);
  }

  perform(event: UkeyEvent): void {
    const isTold = (): boolean => this.#moments.length > this.#position + 1;
    if (!isTold() && this.#bench !== undefined) provokeUkeyEvent(event, this.#bench);
    if (!isTold()) throw new Error('nothing happened to the ukey');
    this.#position++;
    const told = this.#moments[this.#position]?.type;
    if (told !== event.type) throw new Error(`what happened was ${told}`);
  }

  observe(): unknown {
    const moment = this.#moments[this.#position];
    return moment === undefined ? 'no ukey' : viewOf(moment.snapshot);
  }

  /** Follows the first ukey that is made; events that it ignores are no moments. */
  #inspect(): (inspection: InspectionEvent) => void {
    let ukey: unknown;
    return (inspection) => {
      if (inspection.type !== '@xstate.snapshot') return;
      const { actorRef, event, snapshot } = inspection;
      if (!isUkey(actorRef)) return;
      ukey ??= actorRef;
      if (actorRef !== ukey) return;
      const before = this.#moments.at(-1)?.snapshot;
      if (before !== undefined && !before.can(event as UkeyEvent)) return;
      this.#moments.push({ type: event.type, snapshot: snapshot as UkeySnapshot });
    };
  }
}

function isUkey(actorRef: object): boolean {
  return 'src' in actorRef && actorRef.src === ukeyMachine;
}

function possibleEvents({ value, context }: UkeySnapshot): readonly UkeyEvent[] {
  switch (value) {
    case 'created':
      return [{ type: 'ukey.install' }];
    case 'visible':
      return [
        { type: 'put.succeeded' },
        { type: 'put.failed' },
        { type: 'flow.dumped' },
        { type: 'flow.delete', reason: 'purge' },
      ];
    case 'operational':
      return eventsOfLiving(context);
    case 'inconsistent':
      // The sweep of the same cycle comes before any purge.
      return [{ type: 'flow.delete', reason: 'update_fail' }];
    case 'evicting':
      return [
        { type: 'deletion.succeeded', stats: context.stats },
        { type: 'deletion.missed' },
        { type: 'deletion.refused' },
      ];
    default:
      return [{ type: 'ukey.sweep' }, { type: 'ukey.replace' }];
  }
}

function eventsOfLiving({ stats, missedDumps }: UkeySnapshot['context']): readonly UkeyEvent[] {
  if (missedDumps === MISSED_DUMPS_MAX) return [{ type: 'flow.delete', reason: 'flow_missing_dp' }];
  const { packets } = stats;
  const isPending = isModified(packets) && missedDumps === 0;
  const sighting = (count: number) => ({
    stats: { packets: count, bytes: count * 60, used: instant(1_500), tcpFlags: 0 },
    // Later than any before: the cycles of the running one are not counted here.
    dumpSeq: seqNo(count + 10),
    revalSeq: seqNo(count + 10),
  });
  const verdicts: readonly DeleteReason[] = packets > 0 ? [...VERDICTS, 'too_expensive'] : VERDICTS;
  return [
    { type: 'flow.keep', ...sighting(packets + (isOdd(packets) ? 2 : 1)) },
    { type: 'flow.modify', ...sighting(packets + (isOdd(packets) ? 1 : 2)) },
    { type: 'dump.missed' },
    ...(isPending ? [{ type: 'modify.failed' } as const] : []),
    ...verdicts.map((reason) => ({ type: 'flow.delete', reason }) as const),
  ];
}

function isModified(packets: number): boolean {
  return packets > 0 && !isOdd(packets);
}

function isOdd(count: number): boolean {
  return count % 2 === 1;
}

function viewOf({ status, value, context }: UkeySnapshot): object {
  const { stats, missedDumps, reason } = context;
  // A dump that brings a flow clears what it has missed, also where the flow goes for it. The
  // machine does not say so, and nothing hangs on it any more.
  const missed = value === 'operational' ? { missedDumps } : {};
  return { status, value, packets: stats.packets, ...missed, reason };
}
