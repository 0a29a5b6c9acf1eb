/**
 * A connection that is to be kept up: when to try, and how long to wait after it failed.
 *
 * ```states
 * resting    -- dialer.start --> connecting
 * connecting -- channel.opened --> connected
 * connecting -- channel.failed --> waiting
 * connecting -- attempt.expired --> waiting
 * connected  -- channel.closed --> waiting
 * waiting    -- backoff.passed --> connecting
 * *          -- dialer.stop --> stopped
 * ```
 *
 * Each failure doubles the wait, from 1 s to 8 s; a connection that lived longer than the wait that
 * came before it was a good one, and the wait starts anew. Answers to OVS's `lib/reconnect.c`.
 */

import { assign, setup } from 'xstate';
import { effects } from '../machines/effects.js';

/** Milliseconds. Answers to `RECONNECT_DEFAULT_MIN_BACKOFF`, and a controller's `max_backoff`. */
export const BACKOFF_MS_MIN = 1_000;
export const BACKOFF_MS_MAX = 8_000;

export type ReconnectEvent =
  | { readonly type: 'dialer.start' }
  | { readonly type: 'dialer.stop' }
  | { readonly type: 'channel.opened' }
  | { readonly type: 'channel.failed' }
  | { readonly type: 'attempt.expired' }
  /** `lifeMs`: how long it was open. */
  | { readonly type: 'channel.closed'; readonly lifeMs: number }
  | { readonly type: 'backoff.passed' };

export interface ReconnectContext {
  /** What the next wait lasts. */
  readonly backoffMs: number;
}

/**
 * `connect`: open a channel, then `channel.opened` or `channel.failed`. `armAttempt`:
 * `attempt.expired` after a second, or after `backoffMs` where that is longer. `armBackoff`:
 * `backoff.passed` after `backoffMs`. `disarm`: no timer any more. `disconnect`: end what is open,
 * or would be.
 */
export const reconnectEffects = [
  'connect',
  'armAttempt',
  'armBackoff',
  'disarm',
  'disconnect',
] as const;

export const reconnectMachine = setup({
  types: {} as { context: ReconnectContext; events: ReconnectEvent },
  actions: {
    ...effects(reconnectEffects),
    lengthenBackoff: assign(({ context }) => ({
      backoffMs: Math.min(BACKOFF_MS_MAX, Math.max(BACKOFF_MS_MIN, context.backoffMs * 2)),
    })),
    judgeLife: assign(({ context, event }) => {
      const wasGood = event.type === 'channel.closed' && event.lifeMs >= context.backoffMs;
      const doubled = Math.min(BACKOFF_MS_MAX, context.backoffMs * 2);
      return { backoffMs: wasGood ? BACKOFF_MS_MIN : Math.max(BACKOFF_MS_MIN, doubled) };
    }),
  },
}).createMachine({
  id: 'reconnect',
  context: { backoffMs: 0 },
  initial: 'resting',
  on: { 'dialer.stop': '.stopped' },
  states: {
    resting: { on: { 'dialer.start': 'connecting' } },
    connecting: {
      entry: ['armAttempt', 'connect'],
      exit: 'disarm',
      on: {
        'channel.opened': 'connected',
        'channel.failed': { target: 'waiting', actions: 'lengthenBackoff' },
        'attempt.expired': { target: 'waiting', actions: ['disconnect', 'lengthenBackoff'] },
      },
    },
    connected: {
      on: { 'channel.closed': { target: 'waiting', actions: 'judgeLife' } },
    },
    waiting: { entry: 'armBackoff', exit: 'disarm', on: { 'backoff.passed': 'connecting' } },
    stopped: { type: 'final', entry: 'disconnect' },
  },
});
