/**
 * The ukey of 2014: the seed's two booleans, `mark` and `flow_exists`, as states. Profile
 * `ovs-2.3`.
 *
 * ```states
 * unmarked -- stats.accept --> unmarked
 * unmarked -- flow.keep --> marked
 * unmarked -- flow.delete --> gone
 * marked   -- stats.accept --> marked
 * marked   -- ukey.sweep --> unmarked
 * marked   -- flow.delete --> gone
 * gone     -- ukey.sweep --> deleted
 * ```
 *
 * A mark means "seen in this dump"; `gone`, that the delete was sent, whatever came of it. A flow
 * is dumped: its counters are accepted, then it is kept or deleted. Seen again while `marked` or
 * `gone` it counts `upcall_duplicate_flow`, and nothing is sent. The sweep unmarks the living and
 * frees the gone. A purge deletes in any live state and sweeps at once. Rows U-094 to U-098, U-106,
 * U-132 to U-139.
 *
 * Owner: as `ukey-machine.ts`. Answers to the seed's `struct udpif_key` (L171).
 */

import { assertEvent, assign, setup } from 'xstate';
import type { Instant } from '../base/brands.js';
import type { DeleteReason } from './delete-reasons.js';
import { effects } from './effects.js';
import { type FlowCounters, NO_COUNTERS } from './stats-delta.js';

export interface Ukey2014Input {
  /** The dumped `used`, or the time of the dump where the flow was never hit. */
  readonly createdAt: Instant;
}

export interface Ukey2014Context {
  readonly createdAt: Instant;
  /** The counters that have been accepted, which in 2.3 is before they are pushed. */
  readonly stats: FlowCounters;
  readonly reason: DeleteReason | undefined;
}

export type Ukey2014Event =
  | { readonly type: 'stats.accept'; readonly stats: FlowCounters }
  | { readonly type: 'flow.keep' }
  | { readonly type: 'flow.delete'; readonly reason: DeleteReason }
  | { readonly type: 'ukey.sweep' };

/** `queueDelete`: one operation. `releaseCache`: let go of the xlate cache and its NetFlow. */
export const ukey2014Effects = ['queueDelete', 'releaseCache'] as const;

export type Ukey2014Effect = (typeof ukey2014Effects)[number];

const createContext = ({ input }: { input: Ukey2014Input }): Ukey2014Context => ({
  createdAt: input.createdAt,
  stats: NO_COUNTERS,
  reason: undefined,
});

export const ukey2014Machine = setup({
  types: {} as { context: Ukey2014Context; events: Ukey2014Event; input: Ukey2014Input },
  actions: {
    ...effects(ukey2014Effects),
    acceptStats: assign(({ event }) => {
      assertEvent(event, 'stats.accept');
      return { stats: event.stats };
    }),
    rememberReason: assign(({ event }) => {
      assertEvent(event, 'flow.delete');
      return { reason: event.reason };
    }),
  },
}).createMachine({
  id: 'ukey-2014',
  context: createContext,
  initial: 'unmarked',
  states: {
    unmarked: {
      on: {
        'stats.accept': { target: 'unmarked', actions: 'acceptStats' },
        'flow.keep': 'marked',
        'flow.delete': { target: 'gone', actions: ['rememberReason', 'queueDelete'] },
      },
    },
    marked: {
      on: {
        'stats.accept': { target: 'marked', actions: 'acceptStats' },
        'ukey.sweep': 'unmarked',
        'flow.delete': { target: 'gone', actions: ['rememberReason', 'queueDelete'] },
      },
    },
    gone: {
      on: { 'ukey.sweep': { target: 'deleted', actions: 'releaseCache' } },
    },
    deleted: { type: 'final' },
  },
});
