/**
 * Ways through the ukey machine: a shortest path to every state, and from there every event.
 *
 * Shortest paths cover states only, so each event is appended to the path of its source: that
 * covers every transition, and every event that a state ignores.
 */

import { getShortestPaths } from 'xstate/graph';
import { instant, seqNo } from '../../src/base/brands.js';
import {
  type UkeyEvent,
  type UkeyInput,
  ukeyEffects,
  ukeyMachine,
} from '../../src/machines/ukey-machine.js';
import { recordedEffects } from './recorded-effects.js';

export const ukeyInput: UkeyInput = {
  createdAt: instant(1_000),
  revalSeq: seqNo(3),
  dumpSeq: seqNo(2),
};

const stats = { packets: 7, bytes: 700, used: instant(1_500), tcpFlags: 0x12 };

/** One event of each type. */
export const ukeyEvents: readonly UkeyEvent[] = [
  { type: 'ukey.install' },
  { type: 'put.succeeded' },
  { type: 'put.failed' },
  { type: 'flow.dumped' },
  { type: 'flow.keep', stats, dumpSeq: seqNo(5), revalSeq: seqNo(4) },
  { type: 'flow.modify', stats, dumpSeq: seqNo(5), revalSeq: seqNo(4) },
  { type: 'modify.failed' },
  { type: 'dump.missed' },
  { type: 'flow.delete', reason: 'flow_idle' },
  { type: 'deletion.succeeded', stats },
  { type: 'deletion.missed' },
  { type: 'deletion.refused' },
  { type: 'ukey.sweep' },
  { type: 'ukey.replace' },
];

export interface UkeyPath {
  /** 'visible < flow.dumped': the state, and the event sent there. */
  readonly name: string;
  readonly events: readonly UkeyEvent[];
}

/** For each state that is not final and each event: the way to the state, then the event. */
export function ukeyPaths(): readonly UkeyPath[] {
  return pathsToStates()
    .filter(({ name }) => name !== 'deleted')
    .flatMap(({ name, events }) =>
      ukeyEvents.map((event) => ({ name: `${name} < ${event.type}`, events: [...events, event] })),
    );
}

/** The way to each state. */
export function pathsToStates(): readonly UkeyPath[] {
  const paths = getShortestPaths(ukeyMachine.provide({ actions: recordedEffects(ukeyEffects) }), {
    input: ukeyInput,
    events: ukeyEvents,
    limit: 1_000,
    serializeState: (snapshot) => String(snapshot.value),
  });
  return paths.map(({ state, steps }) => ({
    name: String(state.value),
    events: steps.map(({ event }) => event).filter(isOurs),
  }));
}

function isOurs(event: { readonly type: string }): event is UkeyEvent {
  return event.type !== 'xstate.init';
}
