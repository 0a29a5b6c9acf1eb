import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import { ActorSystemDoor } from '../../src/actors/actor-system.js';
import { type AnyUkeyEvent, ukeyMoves2014 } from '../../src/actors/ukey-moves.js';
import { UkeySlice } from '../../src/actors/ukey-slice.js';
import { instant, seqNo } from '../../src/base/brands.js';
import { FlowKey } from '../../src/datapath/flow-key.js';
import { NO_ACTIONS } from '../../src/datapath/odp-actions.js';
import { udpifMachine } from '../../src/machines/udpif-machine.js';
import {
  type Ukey2014Event,
  ukey2014Effects,
  ukey2014Machine,
} from '../../src/machines/ukey-2014-machine.js';
import { ukeyEffects } from '../../src/machines/ukey-machine.js';
import { recordedEffects } from '../machines/recorded-effects.js';
import { flowOf } from './udpif-bench.js';

const stats = { packets: 7, bytes: 700, used: instant(1_500), tcpFlags: 0x12 };
const sighting = { stats, dumpSeq: seqNo(1), revalSeq: seqNo(1) };
const EVENTS: readonly (AnyUkeyEvent & Ukey2014Event)[] = [
  { type: 'stats.accept', stats },
  { type: 'flow.keep', ...sighting },
  { type: 'flow.delete', reason: 'flow_idle' },
  { type: 'ukey.sweep' },
];

/** All sequences of up to four events. */
const PATHS = EVENTS.reduce<(AnyUkeyEvent & Ukey2014Event)[][]>(
  (paths) => paths.concat(paths.flatMap((path) => EVENTS.map((event) => [...path, event]))),
  [[]],
);

function createColumns() {
  const effects: string[] = [];
  const parent = createActor(udpifMachine);
  const slice = new UkeySlice({
    door: new ActorSystemDoor(parent.system, 0),
    parent,
    effects: recordedEffects(ukeyEffects, effects),
    report: () => {},
    moves: ukeyMoves2014,
  });
  const key = FlowKey.from(flowOf(1));
  const seed = { key, mask: undefined, actions: NO_ACTIONS, createdAt: instant(500) };
  const handle = slice.create({ ...seed, revalSeq: seqNo(0), dumpSeq: seqNo(0) });
  return { actor: slice.actor(handle), effects };
}

function createInterpreted() {
  const effects: string[] = [];
  const actions = recordedEffects(ukey2014Effects, effects);
  const machine = ukey2014Machine.provide({ actions });
  return { actor: createActor(machine, { input: { createdAt: instant(500) } }).start(), effects };
}

describe('a ukey of 2.3 in the columns', () => {
  it('does on every path what its machine does', () => {
    expect(PATHS.length).toBeGreaterThan(600);
    for (const path of PATHS) {
      const columns = createColumns();
      const interpreted = createInterpreted();
      for (const event of path) {
        columns.actor.send(event);
        if (interpreted.actor.getSnapshot().status === 'active') interpreted.actor.send(event);
        const { value, status, context } = interpreted.actor.getSnapshot();
        expect(columns.actor.getSnapshot()).toMatchObject({ value, status, context });
        expect(columns.effects).toEqual(interpreted.effects);
      }
    }
  });

  it('is made from its own machine', () => {
    const { actor } = createColumns();
    expect(actor.src).toBe(ukey2014Machine);
    expect(actor.getSnapshot().can({ type: 'ukey.sweep' })).toBe(false);
    expect(actor.getSnapshot().can({ type: 'flow.delete', reason: 'purge' })).toBe(true);
    actor.send({ type: 'ukey.install' });
    expect(actor.getSnapshot().value).toBe('unmarked');
  });
});
