/** S6, S7, S8 and S21: ukeys are where they belong, and move only as they may. */

import type { InspectionEvent } from 'xstate';
import { UkeyActor } from '../../../src/actors/ukey-actor.js';
import { KeyMap } from '../key-map.js';
import type { World } from '../world.js';
import type { Complaint, Invariant } from './invariant.js';

const ALIVE: readonly string[] = ['visible', 'operational', 'inconsistent', 'unmarked', 'marked'];

/** From each state of a ukey, where it may go: behaviours.md 5.4, and the seed's three states. */
const MOVES: Readonly<Record<string, readonly string[]>> = {
  created: ['visible'],
  visible: ['operational', 'evicted', 'evicting'],
  operational: ['inconsistent', 'evicting'],
  inconsistent: ['evicting'],
  evicting: ['evicted', 'operational'],
  evicted: ['deleted'],
  unmarked: ['marked', 'gone'],
  marked: ['unmarked', 'gone'],
  gone: ['deleted'],
};

/** In which states a ukey may begin. */
const FIRST: Readonly<Record<string, string>> = { created: 'created', unmarked: 'unmarked' };

export const S6: Invariant = {
  id: 'S6',
  holds: 'after the sweep every ukey is alive',
  watch: ({ sw }) => {
    /** Puts that failed since the sweep began: their ukeys wait for the next one. */
    const failed = new KeyMap<true>();
    return {
      hear: (fact) => {
        if (fact.type === 'dump.done') failed.clear();
        if (fact.type === 'answered') {
          for (const op of fact.ops) {
            if (op.type === 'put' && op.error !== undefined) failed.set(op.key, true);
          }
        }
        if (fact.type !== 'record' || fact.record.type !== 'cycle.done') return undefined;
        for (const ukey of sw.udpif.ukeys()) {
          const key = keyOf(ukey);
          const state = stateOf(ukey);
          if (ALIVE.includes(state) || (key !== undefined && failed.has(key))) continue;
          return `a ukey is ${state} at the end of a cycle`;
        }
        return undefined;
      },
    };
  },
};

export const S7: Invariant = {
  id: 'S7',
  holds: 'a key has one ukey, in the slice that its hash says',
  watch: (world) => ({ check: () => lookForStrays(world) }),
};

function lookForStrays({ sw }: World): Complaint {
  const known = new KeyMap<true>();
  for (const ukey of sw.udpif.ukeys()) {
    const key = keyOf(ukey);
    if (key === undefined) return 'a ukey has no key';
    if (known.has(key)) return `${key.hash} has two ukeys`;
    if (sw.udpif.ukey(key) !== ukey) return `${key.hash} is not in the slice of its hash`;
    known.set(key, true);
  }
  return undefined;
}

export const S8: Invariant = {
  id: 'S8',
  holds: 'no ukey is freed while a revalidator dumps, unless a new one replaces it',
  watch: () => {
    let threads = 0;
    return {
      hear: (fact) => {
        if (fact.type === 'dump.joined') threads++;
        if (fact.type === 'dump.left') threads--;
        return undefined;
      },
      inspect: (event) => {
        if (threads === 0 || !isUkeySnapshot(event)) return undefined;
        if (event.event.type !== 'ukey.sweep') return undefined;
        return `a ukey is swept while ${threads} threads dump`;
      },
    };
  },
};

export const S21: Invariant = {
  id: 'S21',
  holds: 'a ukey moves only along the arrows of its machine',
  watch: () => {
    const states = new WeakMap<object, string>();
    return {
      inspect: (event) => {
        if (!isUkeySnapshot(event)) return undefined;
        const to = String(Reflect.get(event.snapshot, 'value'));
        const from = states.get(event.actorRef) ?? FIRST[to];
        states.set(event.actorRef, to);
        if (from === undefined) return `a ukey began as ${to}`;
        if (from === to || MOVES[from]?.includes(to) === true) return undefined;
        return `a ukey went from ${from} to ${to} on ${event.event.type}`;
      },
    };
  },
};

type SnapshotEvent = Extract<InspectionEvent, { readonly type: '@xstate.snapshot' }>;

function isUkeySnapshot(event: InspectionEvent): event is SnapshotEvent {
  return event.type === '@xstate.snapshot' && (event.actorRef as unknown) instanceof UkeyActor;
}

function keyOf(ukey: UkeyActor) {
  return ukey.slice.columns.keys[ukey.handle];
}

function stateOf(ukey: UkeyActor): string {
  return String(ukey.getSnapshot().value);
}
