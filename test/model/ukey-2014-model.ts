/**
 * The ukey of 2014: its model, and a driver for a ukey actor in the columns of production.
 *
 * The actor is sent its events directly, so each is tried in every state, those that it ignores
 * too.
 */

import { createActor } from 'xstate';
import { ActorSystemDoor } from '../../src/actors/actor-system.js';
import type { UkeyActor } from '../../src/actors/ukey-actor.js';
import { ukeyMoves2014 } from '../../src/actors/ukey-moves.js';
import { UkeySlice } from '../../src/actors/ukey-slice.js';
import { instant, seqNo } from '../../src/base/brands.js';
import { FlowKey } from '../../src/datapath/flow-key.js';
import { NO_ACTIONS } from '../../src/datapath/odp-actions.js';
import { NO_COUNTERS } from '../../src/machines/stats-delta.js';
import { udpifMachine } from '../../src/machines/udpif-machine.js';
import {
  type Ukey2014Context,
  type Ukey2014Event,
  type Ukey2014Input,
  ukey2014Machine,
} from '../../src/machines/ukey-2014-machine.js';
import { ukeyEffects } from '../../src/machines/ukey-machine.js';
import type { Driver } from '../../src/model/driver.js';
import { createModel } from '../../src/model/model.js';
import { flowOf } from '../actors/udpif-bench.js';
import { recordedEffects } from '../machines/recorded-effects.js';

const input: Ukey2014Input = { createdAt: instant(1_000) };
const stats = { packets: 7, bytes: 420, used: instant(1_500), tcpFlags: 0 };

export const ukey2014Model = createModel({
  machine: ukey2014Machine,
  input,
  events: [
    { type: 'stats.accept', stats },
    { type: 'flow.keep' },
    { type: 'flow.delete', reason: 'flow_idle' },
    { type: 'ukey.sweep' },
  ],
  abstraction: ({ context }) => context.stats.packets,
  view: viewOf,
  nameEvent: ({ type }) => type,
});

const NEVER = { revalSeq: seqNo(0), dumpSeq: seqNo(0) };

export class Ukey2014Driver implements Driver<Ukey2014Event> {
  #ukey: UkeyActor | undefined;

  reset(): void {
    const parent = createActor(udpifMachine);
    const slice = new UkeySlice({
      door: new ActorSystemDoor(parent.system, 0),
      parent,
      effects: recordedEffects(ukeyEffects),
      report: (error) => {
        throw error;
      },
      moves: ukeyMoves2014,
    });
    const key = FlowKey.from(flowOf(1));
    const seed = { key, mask: undefined, actions: NO_ACTIONS, ...input, ...NEVER };
    this.#ukey = slice.actor(slice.create(seed));
  }

  perform(event: Ukey2014Event): void {
    // The columns take the event of either life; in this one it says no more than its name.
    const sighting = { stats: NO_COUNTERS, ...NEVER };
    this.#ukey?.send(event.type === 'flow.keep' ? { ...event, ...sighting } : event);
  }

  observe(): unknown {
    const snapshot = this.#ukey?.getSnapshot();
    return snapshot === undefined ? 'no ukey' : viewOf(snapshot);
  }
}

interface Viewed {
  readonly status: string;
  readonly value: unknown;
  readonly context: Ukey2014Context;
}

function viewOf({ status, value, context }: Viewed): object {
  const { createdAt, stats, reason } = context;
  return { status, value, createdAt, stats, reason };
}
