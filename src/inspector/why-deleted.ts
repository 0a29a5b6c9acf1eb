/**
 * Why a flow is gone, in a sentence: the reason, and the facts that made it so.
 *
 * The facts are those of the log just before the deletion: how long the flow was idle, how many
 * flows there were against the limit, which change made the revalidators look again.
 */

import type { EntryOf } from './chunk-index.js';
import { reasonText } from './flow-life.js';
import type { LogEntry } from './log-entry.js';
import { lastOf, type Moment } from './moment.js';
import { countText, durationText, timeText } from './quantity-text.js';

/** What is known of the flow besides its entries. */
export interface EndedFlow {
  readonly createdAt: number;
  /** 0: never. */
  readonly used: number;
}

/** "deleted at 12,000 ms: it was idle for 10.2 s (flow_idle)"; undefined: it was not deleted. */
export function whyDeleted(
  moment: Moment,
  entries: readonly LogEntry[],
  flow: EndedFlow,
): string | undefined {
  const failedPut = entries.find((entry) => entry.k === 'put' && entry.error !== undefined);
  if (failedPut?.k === 'put')
    return `never was in the datapath: its put failed, ${failedPut.error}`;
  const deletion = lastDeletion(entries);
  if (deletion === undefined) return undefined;
  const { t, reason } = deletion;
  const facts = factsOf(moment, deletion, flow);
  const when = timeText(t, moment.header.startedAt);
  return `deleted at ${when}: ${facts} (${reason}: ${reasonText(reason)})`;
}

/** The one that worked; else the last that was tried, for the flow may have been gone already. */
function lastDeletion(entries: readonly LogEntry[]): EntryOf<'delete'> | undefined {
  const deletions = entries.filter((entry) => entry.k === 'delete');
  return deletions.findLast(({ error }) => error === undefined) ?? deletions.at(-1);
}

function factsOf(moment: Moment, deletion: EntryOf<'delete'>, flow: EndedFlow): string {
  switch (deletion.reason) {
    case 'flow_idle':
      return idleFacts(moment, deletion, flow);
    case 'flow_limit':
      return limitFacts(moment, deletion);
    case 'flow_wildcarded':
      return afterChange(
        moment,
        deletion,
        'the rules ask for a mask that tells more packets apart',
      );
    case 'avoid_caching':
      return afterChange(moment, deletion, 'its answer must not be cached any more');
    case 'xlation_error':
      return afterChange(moment, deletion, 'it could not be translated any more');
    case 'bad_odp_fit':
      return 'its key means something else to the datapath than to us';
    case 'no_ofproto':
      return afterChange(moment, deletion, 'no bridge has its port any more');
    case 'purge':
      return 'somebody asked for all flows to go';
    case 'too_expensive':
      return expenseFacts(moment, deletion);
    case 'update_fail':
      return 'the datapath refused its new actions';
    case 'flow_missing_dp':
      return 'the dumps did not bring it any more';
    default:
      return 'the log does not say more';
  }
}

/** Over the limit, flows are idle much sooner: then that is the reason behind the reason. */
function idleFacts(moment: Moment, deletion: EntryOf<'delete'>, flow: EndedFlow): string {
  const used = deletion.used ?? flow.used;
  const idle =
    used === 0
      ? `no packet hit it in ${durationText(deletion.t - flow.createdAt)}`
      : `it was idle for ${durationText(deletion.t - used)}`;
  const { flows, limit } = crowdAt(moment, deletion);
  if (flows === undefined || limit === undefined || flows <= limit) return idle;
  const over = `${countText(flows)} flows against a limit of ${countText(limit)}`;
  return `${idle}, and there were ${over}, so that 100 ms was enough`;
}

function limitFacts(moment: Moment, deletion: EntryOf<'delete'>): string {
  const { flows, limit } = crowdAt(moment, deletion);
  if (flows === undefined || limit === undefined) return 'there were too many flows';
  const times = Math.round((flows * 10) / limit) / 10;
  const crowd = `${countText(flows)} flows, ${times} times the limit of ${countText(limit)}`;
  return `there were ${crowd}; above twice the limit all go`;
}

function expenseFacts(moment: Moment, deletion: EntryOf<'delete'>): string {
  const done = lastOf(moment, 'cycle.done', deletion.n);
  const cost =
    done === undefined ? '' : ` (the cycle before took ${durationText(done.durationMs)})`;
  return afterChange(
    moment,
    deletion,
    `it has too few packets to be worth another translation while dumps are slow${cost}`,
  );
}

/** What changed before: what the cycle started for, or what was said to have changed last. */
function afterChange(moment: Moment, deletion: EntryOf<'delete'>, facts: string): string {
  const cycle = lastOf(moment, 'cycle.start', deletion.n);
  const change = lastOf(moment, 'change', deletion.n);
  const reasons = cycle?.reasons.length ? cycle.reasons : change ? [change.reason] : [];
  if (reasons.length === 0) return facts;
  const what = reasons.map(changeText).join(' and ');
  const when = change === undefined ? '' : ` at ${timeText(change.t, moment.header.startedAt)}`;
  return `after ${what}${when}, ${facts}`;
}

/** Flows and limit when the cycle began that deleted it. */
function crowdAt(
  moment: Moment,
  { n }: EntryOf<'delete'>,
): { flows: number | undefined; limit: number | undefined } {
  const flows = lastOf(moment, 'cycle.start', n)?.flows;
  const said = [lastOf(moment, 'limit', n), lastOf(moment, 'cycle.done', n)];
  const sample = lastOf(moment, 'sample', n);
  const newest = [...said, sample].reduce((a, b) => ((b?.n ?? 0) > (a?.n ?? 0) ? b : a), undefined);
  if (newest === undefined) return { flows, limit: undefined };
  return { flows, limit: newest.k === 'limit' ? newest.to : newest.flowLimit };
}

const CHANGES: Readonly<Record<string, string>> = {
  flow_table: 'a change of the rules (flow_table)',
  mac_learning: 'a change of the MAC table (mac_learning)',
  reconfigure: 'a change of ports or bridges (reconfigure)',
};

function changeText(reason: string): string {
  return Object.hasOwn(CHANGES, reason) ? (CHANGES[reason] ?? reason) : `a change (${reason})`;
}
