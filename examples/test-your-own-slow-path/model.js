// @ts-check
/**
 * The model: Open vSwitch's ukey, as our slow path shows it; and the driver, which makes a ukey's
 * events happen to our slow path.
 */

import { ukeyMachine } from 'upcall/machines';
import { createModel } from 'upcall/model';

/** @typedef {import('upcall/machines').UkeyEvent} UkeyEvent */
/** @typedef {import('./slow-path.js').SlowPath} SlowPath */

const KEY = 'in_port=1';

const stats = { packets: 7, bytes: 420, used: 1_500, tcpFlags: 0 };

const events = /** @type {readonly UkeyEvent[]} */ ([
  { type: 'ukey.install' },
  { type: 'put.succeeded' },
  { type: 'put.failed' },
  { type: 'flow.dumped' },
  { type: 'flow.keep', stats, dumpSeq: 5, revalSeq: 4 },
  { type: 'flow.modify', stats, dumpSeq: 5, revalSeq: 4 },
  { type: 'modify.failed' },
  { type: 'dump.missed' },
  { type: 'flow.delete', reason: 'flow_idle' },
  { type: 'deletion.succeeded', stats },
  { type: 'deletion.missed' },
  { type: 'deletion.refused' },
  { type: 'ukey.sweep' },
  { type: 'ukey.replace' },
]);

/** What our slow path calls the states of a ukey. */
const phases = {
  created: 'none',
  visible: 'asked',
  operational: 'there',
  inconsistent: 'uncertain',
  evicting: 'leaving',
  evicted: 'gone',
  deleted: 'none',
};

export const model = createModel({
  machine: ukeyMachine,
  input: /** @type {import('upcall/machines').UkeyInput} */ ({
    createdAt: 1_000,
    revalSeq: 3,
    dumpSeq: 2,
  }),
  // A flow that replaces another has the same key: by the key they cannot be told apart.
  events: events.filter(({ type }) => type !== 'ukey.replace'),
  view: ({ value }) => phases[value],
  nameEvent: ({ type }) => type,
});

/** All but `ukey.replace`. */
export const goal = { states: 100, transitions: 90 };

/**
 * @param {() => SlowPath} create
 * @returns {import('upcall/model').Driver<UkeyEvent>}
 */
export function createDriver(create) {
  let slowPath = create();
  /** @type {Partial<Record<UkeyEvent['type'], () => void>>} */
  const acts = {
    'ukey.install': () => slowPath.packetMissed(KEY),
    'put.succeeded': () => slowPath.putAnswered(KEY),
    'put.failed': () => slowPath.putAnswered(KEY, 'EEXIST'),
    'flow.dumped': () => slowPath.dumped(KEY),
    'flow.keep': () => slowPath.dumped(KEY),
    'flow.modify': () => slowPath.modifyAnswered(KEY),
    'modify.failed': () => slowPath.modifyAnswered(KEY, 'EINVAL'),
    // Counting them changes nothing that can be seen.
    'dump.missed': () => {},
    'flow.delete': () => slowPath.remove(KEY),
    'deletion.succeeded': () => slowPath.deleteAnswered(KEY),
    'deletion.missed': () => slowPath.deleteAnswered(KEY, 'ENOENT'),
    'deletion.refused': () => slowPath.deleteAnswered(KEY, 'EBUSY'),
    'ukey.sweep': () => slowPath.sweep(),
  };
  return {
    reset: () => {
      slowPath = create();
    },
    perform: ({ type }) => acts[type]?.(),
    observe: () => slowPath.phaseOf(KEY),
  };
}
