/**
 * The model of a flow's life, and what its two drivers share: the rules, the packet, the view.
 */

import type { EventFrom, SnapshotFrom } from 'xstate';
import type { DeleteReason } from '../../src/machines/delete-reasons.js';
import type { Profile } from '../../src/machines/profiles.js';
import { createModel, type Model } from '../../src/model/model.js';
import { packet } from '../../src/switch-packet.js';
import { createFlowLifeMachine, type FlowLifeEvent } from './flow-life-machine.js';

type FlowLifeSnapshot = SnapshotFrom<ReturnType<typeof createFlowLifeMachine>>;

export const MAX_IDLE_MS = 60_000;

/** The rule that all packets meet, as it is first. */
export const FIRST_RULE = 'priority=1,in_port=1,actions=output:2';
/** What it is changed to, in turn. */
export const REDIRECTIONS = ['in_port=1,actions=output:3', 'in_port=1,actions=output:2'] as const;
/** Makes every flow look at the address. */
export const REFINING_RULE = 'priority=9,in_port=1,ip,nw_dst=10.9.9.9,actions=drop';

export const FRAME = packet(
  'udp,dl_src=50:54:00:00:00:09,dl_dst=50:54:00:00:00:0a,nw_src=10.0.0.1,nw_dst=10.0.0.2,' +
    'tp_src=1,tp_dst=2',
);

/** What can be seen from outside. */
export interface FlowSight {
  readonly flow: { readonly packets: number; readonly output: number } | 'none';
  /** Flows deleted since the beginning. */
  readonly deletions: number;
  /** Why the last one was; only some switches tell. */
  readonly reason?: DeleteReason | undefined;
}

/** A switch that behaves as `profile` says; whether it tells why a flow was deleted. */
export function createFlowLifeModel(
  profile: Pick<Profile, 'modifyInPlace'>,
  { tellsReasons }: { readonly tellsReasons: boolean },
): Model<FlowLifeEvent> {
  const machine = createFlowLifeMachine(profile);
  return createModel({
    machine,
    events: possibleEvents,
    abstraction: ({ context: { packets, output } }) => ({ isHit: packets > 0, output }),
    view: (snapshot) => viewOf(snapshot, tellsReasons),
  }) satisfies Model<EventFrom<typeof machine>>;
}

/** Rules are refined once. */
function possibleEvents({ context }: FlowLifeSnapshot): readonly FlowLifeEvent[] {
  const refined: readonly FlowLifeEvent[] = context.isRefined ? [] : [{ type: 'rule.refined' }];
  return [
    { type: 'packet.arrived' },
    { type: 'cycle.ran' },
    { type: 'time.passed' },
    { type: 'limit.lowered' },
    { type: 'rule.redirected' },
    ...refined,
    { type: 'flows.purged' },
  ];
}

const LIVING = new Set(['installed', 'refreshed', 'modified']);

function viewOf({ value, context }: FlowLifeSnapshot, tellsReasons: boolean): FlowSight {
  const { packets, output, deletions, reason } = context;
  return {
    flow: LIVING.has(String(value)) ? { packets, output } : 'none',
    deletions,
    ...(tellsReasons ? { reason } : {}),
  };
}
