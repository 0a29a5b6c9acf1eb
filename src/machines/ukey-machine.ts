/**
 * # The ukey
 *
 * **What.** A ukey is the slow path's shadow of one datapath flow. It knows which counters have
 * been pushed to what the flow stands for, in which dump the flow was last seen, under which
 * revalidation sequence its answer was last right, and where in its life the flow is. Profile
 * `current`.
 *
 * **Why.** The datapath changes while we look at it: a flow may be put while it is dumped, dumped
 * twice, missed by a dump, deleted while it is hit, removed by somebody else. Booleans (the seed's
 * `mark` and `flow_exists`) cannot tell these cases apart; a state can, and a move that is not in
 * the picture does not happen. From that follow the accounting (each packet is credited once) and
 * the rule that at most one deletion of a flow is ever under way.
 *
 * **How.**
 *
 * ```states
 * created      -- ukey.install --> visible
 * visible      -- put.succeeded, flow.dumped --> operational
 * visible      -- put.failed --> evicted
 * visible      -- flow.delete --> evicting
 * operational  -- flow.keep, flow.modify, dump.missed --> operational
 * operational  -- modify.failed --> inconsistent
 * operational  -- flow.delete --> evicting
 * inconsistent -- flow.delete --> evicting
 * evicting     -- deletion.succeeded, deletion.missed --> evicted
 * evicting     -- deletion.refused --> operational
 * evicted      -- ukey.sweep, ukey.replace --> deleted
 * ```
 *
 * - `created`: made by a handler, not yet in the map. `visible`: in the map, its put not answered.
 * - `operational`: the flow is in the datapath. `inconsistent`: a modification of it failed, so
 *   that nobody knows its actions; the next dump or sweep deletes it.
 * - `evicting`: its one deletion is under way. The reply carries the last counters: they are pushed
 *   once. ENOENT (`deletion.missed`) pushes nothing, for the counters are gone; any other error
 *   (`deletion.refused`) leaves the flow where it is, with the base it had, and the next cycle
 *   tries again. Here we differ from the seed, which pushed `0 - cached`, and from OVS, which drops
 *   the ukey and later counts the flow twice.
 * - `evicted`: the flow is gone; the ukey waits for the sweep, or for a new flow of the same key,
 *   whose ukey replaces it and inherits its `dumpSeq` (else the old flow's last appearance in a
 *   running dump would pass for the new flow's first). `deleted`: final.
 *
 * An event without an arrow in a state is ignored: a put answered after the dump has already seen
 * the flow, say. After four complete dumps without the flow the sweep sends `flow.delete`.
 *
 * **Usage.** `createCompiledLogic(ukeyMachine, effects)` for an actor; the production actor keeps
 * the context in columns and takes its moves from `compileMachine(ukeyMachine)`.
 *
 * **Concurrency.** A ukey belongs to one revalidator (map index = key hash modulo their number).
 * Handlers install it and report its put; they touch it in no other way. What the seed guards by
 * `ukey->mutex` needs no guard here, since no step of a ukey spans two turns.
 *
 * Answers to the seed's `struct udpif_key` and OVS's `enum ukey_state`, `transition_ukey`.
 */

import { assertEvent, assign, setup } from 'xstate';
import type { Instant, SeqNo } from '../base/brands.js';
import type { DeleteReason } from './delete-reasons.js';
import { effects } from './effects.js';
import { type FlowCounters, NO_COUNTERS } from './stats-delta.js';

export interface UkeyInput {
  readonly createdAt: Instant;
  /** Read before the flow was translated, so that a change in between is not missed. */
  readonly revalSeq: SeqNo;
  /** Of the ukey that this one replaces; else 0: it was in no dump yet. */
  readonly dumpSeq: SeqNo;
}

export interface UkeyContext {
  /** Stands in for `used` until the flow is hit. */
  readonly createdAt: Instant;
  /** The counters that have been pushed. */
  readonly stats: FlowCounters;
  /** The dump in which the flow was last seen. */
  readonly dumpSeq: SeqNo;
  /** The sequence under which the flow was last found right. */
  readonly revalSeq: SeqNo;
  /** Complete dumps since then that did not bring the flow. */
  readonly missedDumps: number;
  /** Why it is being deleted, or was. */
  readonly reason: DeleteReason | undefined;
}

/**
 * What a revalidator saw of a flow that stays. A sweep, which has not seen it in a dump, repeats
 * the ukey's own `dumpSeq`.
 */
export interface UkeySighting {
  readonly stats: FlowCounters;
  readonly dumpSeq: SeqNo;
  readonly revalSeq: SeqNo;
}

export type UkeyEvent =
  | { readonly type: 'ukey.install' }
  | { readonly type: 'put.succeeded' }
  | { readonly type: 'put.failed' }
  | { readonly type: 'flow.dumped' }
  | ({ readonly type: 'flow.keep' } & UkeySighting)
  | ({ readonly type: 'flow.modify' } & UkeySighting)
  | { readonly type: 'modify.failed' }
  | { readonly type: 'dump.missed' }
  | { readonly type: 'flow.delete'; readonly reason: DeleteReason }
  | { readonly type: 'deletion.succeeded'; readonly stats: FlowCounters }
  | { readonly type: 'deletion.missed' }
  | { readonly type: 'deletion.refused' }
  | { readonly type: 'ukey.sweep' }
  | { readonly type: 'ukey.replace' };

/**
 * `pushDelta`: credit `event.stats - context.stats` through the xlate cache. `queueModify`,
 * `queueDelete`: one operation. `pushFinal`: credit the rest that the deletion's reply carries.
 * `reportLost`: counters that nobody can push any more. `releaseCache`: let go of the xlate cache.
 */
export const ukeyEffects = [
  'pushDelta',
  'queueModify',
  'queueDelete',
  'pushFinal',
  'reportLost',
  'releaseCache',
] as const;

export type UkeyEffect = (typeof ukeyEffects)[number];

const createContext = ({ input }: { input: UkeyInput }): UkeyContext => ({
  ...input,
  stats: NO_COUNTERS,
  missedDumps: 0,
  reason: undefined,
});

export const ukeyMachine = setup({
  types: {} as { context: UkeyContext; events: UkeyEvent; input: UkeyInput },
  actions: {
    ...effects(ukeyEffects),
    acceptSighting: assign(({ context, event }) => {
      assertEvent(event, ['flow.keep', 'flow.modify']);
      const { stats, dumpSeq, revalSeq } = event;
      // A sweep that finds a missed flow right says so with the dump that last brought it.
      const missedDumps = dumpSeq === context.dumpSeq ? context.missedDumps : 0;
      return { stats, dumpSeq, revalSeq, missedDumps };
    }),
    countMissedDump: assign({ missedDumps: ({ context }) => context.missedDumps + 1 }),
    rememberReason: assign(({ event }) => {
      assertEvent(event, 'flow.delete');
      return { reason: event.reason };
    }),
    forgetReason: assign({ reason: undefined }),
  },
}).createMachine({
  id: 'ukey',
  context: createContext,
  initial: 'created',
  states: {
    created: {
      on: { 'ukey.install': 'visible' },
    },
    visible: {
      on: {
        'put.succeeded': 'operational',
        'put.failed': 'evicted',
        'flow.dumped': 'operational',
        'flow.delete': { target: 'evicting', actions: ['rememberReason', 'queueDelete'] },
      },
    },
    operational: {
      on: {
        'flow.keep': { target: 'operational', actions: ['pushDelta', 'acceptSighting'] },
        'flow.modify': {
          target: 'operational',
          actions: ['pushDelta', 'acceptSighting', 'queueModify'],
        },
        'modify.failed': 'inconsistent',
        'dump.missed': { target: 'operational', actions: 'countMissedDump' },
        'flow.delete': { target: 'evicting', actions: ['rememberReason', 'queueDelete'] },
      },
    },
    inconsistent: {
      on: {
        'flow.delete': { target: 'evicting', actions: ['rememberReason', 'queueDelete'] },
      },
    },
    evicting: {
      on: {
        'deletion.succeeded': { target: 'evicted', actions: 'pushFinal' },
        'deletion.missed': { target: 'evicted', actions: 'reportLost' },
        'deletion.refused': { target: 'operational', actions: 'forgetReason' },
      },
    },
    evicted: {
      on: {
        'ukey.sweep': { target: 'deleted', actions: 'releaseCache' },
        'ukey.replace': { target: 'deleted', actions: 'releaseCache' },
      },
    },
    deleted: { type: 'final' },
  },
});
