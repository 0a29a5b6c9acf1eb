/**
 * One megaflow: its row, its life, the rules that it stands for, and why it is gone.
 */

import { entriesOfLife, lifeEvents } from './flow-life.js';
import type { FlowNumber } from './log-entry.js';
import { flowRow } from './model-flow-source.js';
import { type Moment, ruleUses } from './moment.js';
import type { FlowView } from './view-data.js';
import { whyDeleted } from './why-deleted.js';

/** Of a long life its beginning and its end are told. */
const FIRST_EVENTS_MAX = 20;
const LAST_EVENTS_MAX = 180;

/** Of a flow that the log does not know (any more), as much as its entries tell. */
export function flowView(moment: Moment, flow: FlowNumber): FlowView {
  const { model } = moment;
  const place = model.flows.find(flow);
  const entries = entriesOfLife(moment, flow);
  const events = lifeEvents(moment, flow, entries);
  const omitted = Math.max(0, events.length - FIRST_EVENTS_MAX - LAST_EVENTS_MAX);
  const isEnded = (place?.page.endedAt[place.slot] ?? 1) > 0;
  const ended = {
    createdAt: place?.page.createdAt[place.slot] ?? 0,
    used: place?.page.used[place.slot] ?? 0,
  };
  return {
    row: place === undefined ? undefined : flowRow(flow, place, model.t),
    events: events.filter(
      (_, i) => i < FIRST_EVENTS_MAX || i >= events.length - LAST_EVENTS_MAX || omitted === 0,
    ),
    omitted,
    rules: ruleUses(moment, place?.page.rules[place.slot] ?? []),
    whyDeleted: isEnded ? whyDeleted(moment, entries, ended) : undefined,
  };
}
