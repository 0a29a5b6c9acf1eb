/**
 * The ukey of 2014: its model, and a driver for the machine's compiled logic under `createActor`.
 *
 * Drives the logic directly, so every event is tried in every state, those that it ignores too.
 */

import { type Actor, createActor } from 'xstate';
import { instant } from '../../src/base/brands.js';
import { createCompiledLogic } from '../../src/machines/compiled-logic.js';
import {
  type Ukey2014Event,
  type Ukey2014Input,
  ukey2014Effects,
  ukey2014Machine,
} from '../../src/machines/ukey-2014-machine.js';
import type { Driver } from '../../src/model/driver.js';
import { createModel } from '../../src/model/model.js';
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

const logic = createCompiledLogic(
  ukey2014Machine.provide({ actions: recordedEffects(ukey2014Effects) }),
);

export class Ukey2014Driver implements Driver<Ukey2014Event> {
  #actor: Actor<typeof logic> | undefined;

  reset(): void {
    this.#actor = createActor(logic, { input }).start();
  }

  perform(event: Ukey2014Event): void {
    this.#actor?.send(event);
  }

  observe(): unknown {
    const snapshot = this.#actor?.getSnapshot();
    return snapshot === undefined ? 'no ukey' : viewOf(snapshot);
  }
}

interface Viewed {
  readonly status: string;
  readonly value: unknown;
  readonly context: object;
}

function viewOf({ status, value, context }: Viewed): object {
  return { status, value, context };
}
