/**
 * The life of a datapath flow, and so of its ukey, as an observer outside of the switch sees it.
 *
 * One rule outputs what comes in; one packet after the other tells whether the flow is there, how
 * many packets it has counted, where it outputs to, and how many flows have been deleted so far.
 * The states without a flow look alike; what they know is why the flow went.
 *
 * ```
 * absent ──packet──▶ installed ──packet──▶ refreshed       rule redirected: modified in place
 *                       │ time, limit, purge, rule refined
 *                       ▼
 *            expired, killed, purged, revalidated ──packet──▶ installed
 * ```
 *
 * The seed cannot modify a flow in place: with a profile that does not, redirecting the rule has
 * the flow deleted (B-17). The first packet of a flow is not one of those that it counts.
 */

import { assign, setup } from 'xstate';
import type { DeleteReason } from '../../src/machines/delete-reasons.js';
import type { Profile } from '../../src/machines/profiles.js';

/** Port numbers that the rule outputs to, in turn. */
const FIRST_OUTPUT = 2;
const OTHER_OUTPUT = 3;

export type FlowLifeEvent =
  | { readonly type: 'packet.arrived' }
  /** Nothing happens for a cycle. */
  | { readonly type: 'cycle.ran' }
  /** More than max-idle. */
  | { readonly type: 'time.passed' }
  /** The flow limit is 0 for a cycle. */
  | { readonly type: 'limit.lowered' }
  /** The rule outputs to the other port. */
  | { readonly type: 'rule.redirected' }
  /** A rule comes that looks at more of a packet than the flow does. */
  | { readonly type: 'rule.refined' }
  | { readonly type: 'flows.purged' };

export interface FlowLifeContext {
  readonly packets: number;
  readonly output: number;
  readonly isRefined: boolean;
  readonly deletions: number;
  /** Why the last flow went. */
  readonly reason: DeleteReason | undefined;
}

const REASONS: Readonly<Partial<Record<FlowLifeEvent['type'], DeleteReason>>> = {
  'time.passed': 'flow_idle',
  'limit.lowered': 'flow_limit',
  'rule.redirected': 'xlation_error',
  'rule.refined': 'flow_wildcarded',
  'flows.purged': 'purge',
};

const flowLifeSetup = setup({
  types: {} as { context: FlowLifeContext; events: FlowLifeEvent },
  actions: {
    startAnew: assign({ packets: 0 }),
    countPacket: assign({ packets: ({ context }) => context.packets + 1 }),
    keepFlow: () => {},
    redirect: assign({ output: ({ context }) => otherOutput(context.output) }),
    loseFlow: assign(({ context, event }) => ({
      deletions: context.deletions + 1,
      reason: REASONS[event.type],
      output: event.type === 'rule.redirected' ? otherOutput(context.output) : context.output,
      isRefined: context.isRefined || event.type === 'rule.refined',
    })),
  },
});

/** The machine, for a switch that behaves as `profile` says. */
export function createFlowLifeMachine({ modifyInPlace }: Pick<Profile, 'modifyInPlace'>) {
  const living = {
    'packet.arrived': { target: 'refreshed', actions: 'countPacket' },
    'cycle.ran': { actions: 'keepFlow' },
    'time.passed': { target: 'expired', actions: 'loseFlow' },
    'limit.lowered': { target: 'killed', actions: 'loseFlow' },
    'rule.redirected': {
      target: modifyInPlace ? 'modified' : 'revalidated',
      actions: modifyInPlace ? 'redirect' : 'loseFlow',
    },
    'rule.refined': { target: 'revalidated', actions: 'loseFlow' },
    'flows.purged': { target: 'purged', actions: 'loseFlow' },
  } as const;
  const gone = { 'packet.arrived': { target: 'installed', actions: 'startAnew' } } as const;
  return flowLifeSetup.createMachine({
    id: 'flow-life',
    context: {
      packets: 0,
      output: FIRST_OUTPUT,
      isRefined: false,
      deletions: 0,
      reason: undefined,
    },
    initial: 'absent',
    states: {
      absent: { on: { ...gone, 'rule.redirected': { actions: 'redirect' } } },
      installed: { on: living },
      refreshed: { on: living },
      ...(modifyInPlace ? { modified: { on: living } } : {}),
      expired: { on: gone },
      killed: { on: gone },
      revalidated: { on: gone },
      purged: { on: gone },
    },
  });
}

function otherOutput(output: number): number {
  return output === FIRST_OUTPUT ? OTHER_OUTPUT : FIRST_OUTPUT;
}
