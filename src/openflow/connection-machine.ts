/**
 * One OpenFlow connection, from its first hello to its end.
 *
 * ```states
 * greeting -- hello.accepted --> active
 * greeting -- hello.refused --> closed
 * greeting -- probe.due --> closed
 * active   -- probe.due --> probing
 * probing  -- message.received --> active
 * probing  -- probe.due --> closed
 * active   -- message.received --> active
 * *        -- channel.closed --> closed
 * ```
 *
 * A peer that says no hello within a probe interval is none. One from which nothing has come for as
 * long is sent an echo request; if the interval passes once more, the connection ends. Answers to
 * OVS's `lib/vconn.c` and the probing of `lib/rconn.c`.
 */

import { setup } from 'xstate';
import { effects } from '../machines/effects.js';

export type ConnectionEvent =
  | { readonly type: 'hello.accepted' }
  | { readonly type: 'hello.refused' }
  | { readonly type: 'message.received' }
  | { readonly type: 'probe.due' }
  | { readonly type: 'channel.closed' };

/**
 * `sendHello`; `sendProbe`: an echo request; `armProbe`: `probe.due` after the interval;
 * `reportUp`: versions are agreed; `close`: end the channel and let go of everything.
 */
export const connectionEffects = [
  'sendHello',
  'sendProbe',
  'armProbe',
  'reportUp',
  'close',
] as const;

export type ConnectionEffect = (typeof connectionEffects)[number];

export const connectionMachine = setup({
  types: {} as { events: ConnectionEvent },
  actions: {
    ...effects(connectionEffects),
  },
}).createMachine({
  id: 'connection',
  initial: 'greeting',
  on: { 'channel.closed': '.closed' },
  states: {
    greeting: {
      entry: ['sendHello', 'armProbe'],
      on: {
        'hello.accepted': { target: 'active', actions: 'reportUp' },
        'hello.refused': 'closed',
        'probe.due': 'closed',
      },
    },
    active: {
      entry: 'armProbe',
      on: {
        'message.received': { target: 'active', reenter: true },
        'probe.due': 'probing',
      },
    },
    probing: {
      entry: ['sendProbe', 'armProbe'],
      on: { 'message.received': 'active', 'probe.due': 'closed' },
    },
    closed: { type: 'final', entry: 'close' },
  },
});
