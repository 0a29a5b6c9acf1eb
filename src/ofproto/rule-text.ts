/**
 * Flows as text, as `ovs-ofctl dump-flows` prints them.
 *
 * `formatFlow` is what `--no-stats` leaves, and what `parseFlow` reads back; `formatRule` has the
 * counters and ages too. Answers to `ofputil_flow_stats_format` of OVS's `lib/ofp-flow.c`, and to
 * `flow_stats_ds` of its `ofproto/ofproto.c`.
 */

import type { Instant } from '../base/brands.js';
import { formatMatch } from '../packet/match-text.js';
import { formatActions } from './actions-text.js';
import type { PortText } from './ofpact.js';
import { type FlowSpec, type Rule, RuleFlag } from './rule.js';

const FLAG_NAMES = [
  [RuleFlag.SEND_FLOW_REM, 'send_flow_rem'],
  [RuleFlag.CHECK_OVERLAP, 'check_overlap'],
  [RuleFlag.RESET_COUNTS, 'reset_counts'],
  [RuleFlag.NO_PACKET_COUNTS, 'no_packet_counts'],
  [RuleFlag.NO_BYTE_COUNTS, 'no_byte_counts'],
] as const;

/** The part of a flow that `formatBody` prints. */
export type FlowBody = Pick<FlowSpec, 'match' | 'priority' | 'actions'>;

/** The flow in one line, without counters. */
export function formatFlow(flow: FlowSpec, portText?: PortText): string {
  let text = '';
  if (flow.cookie !== undefined && flow.cookie !== 0n) text += formatCookie(flow.cookie);
  if (flow.table !== 0) text += `table=${flow.table}, `;
  return text + formatProperties(flow) + formatBody(flow, portText);
}

/** A flow that is being learned, as a trace tells it. Answers to `xlate_report_learn()`'s text. */
export function formatLearned(flow: FlowSpec, portText?: PortText): string {
  const match = formatMatch(flow.match.flow, flow.match.mask, optionsOf(portText));
  const terms = [`table=${flow.table}`, match, `priority=${flow.priority}`];
  const { cookie = 0n, idleTimeout, hardTimeout, flags } = flow;
  if (cookie !== 0n) terms.push(`cookie=0x${cookie.toString(16)}`);
  if (idleTimeout !== 0) terms.push(`idle=${idleTimeout}`);
  if (hardTimeout !== 0) terms.push(`hard=${hardTimeout}`);
  if ((flags & RuleFlag.SEND_FLOW_REM) !== 0) terms.push('send_flow_rem');
  terms.push(`actions=${formatActions(flow.actions, portText)}`);
  return terms.filter((term) => term !== '').join(' ');
}

/** The rule as `ofproto/detrace` names it. */
export function formatDetraced(rule: Rule): string {
  const { match, priority, cookie, table, actions } = rule;
  const matchText = formatMatch(match.flow, match.mask, { priority });
  const terms = [matchText, `actions=${formatActions(actions)}`].filter((term) => term !== '');
  return `${formatCookie(cookie)}table=${table} ${terms.join()}`;
}

/** The rule in one line, with its counters and its ages at `now`. */
export function formatRule(rule: Rule, now: Instant, portText?: PortText): string {
  const lifeSeconds = Math.floor((now - rule.created) / 1000);
  const hardAge = Math.floor((now - rule.modified) / 1000);
  let text = formatCookie(rule.cookie);
  text += `duration=${(now - rule.created) / 1000}s, table=${rule.table}, `;
  text += `n_packets=${rule.packets}, n_bytes=${rule.bytes}, ${formatProperties(rule)}`;
  text += `idle_age=${Math.floor((now - rule.used) / 1000)}, `;
  if (hardAge !== lifeSeconds) text += `hard_age=${hardAge}, `;
  return text + formatBody(rule, portText);
}

/** The rule in one line, as `ovs-appctl bridge/dump-flows` prints it. */
export function formatCountedRule(rule: Rule, now: Instant, wantsOffloaded = false): string {
  const { match, priority, actions } = rule;
  const matchText = formatMatch(match.flow, match.mask, { priority });
  const counts = formatRuleCounts(rule, now, wantsOffloaded);
  return `${counts}${matchText},actions=${formatActions(actions)}`;
}

/** What `formatCountedRule` begins with. Nothing of ours is offloaded to hardware. */
export function formatRuleCounts(
  { table, created, packets, bytes }: Pick<Rule, 'table' | 'created' | 'packets' | 'bytes'>,
  now: Instant,
  wantsOffloaded: boolean,
): string {
  const tableText = table === 0 ? '' : `table_id=${table}, `;
  const offloaded = wantsOffloaded ? 'n_offload_packets=0, n_offload_bytes=0, ' : '';
  const duration = `duration=${Math.floor((now - created) / 1000)}s, `;
  return `${tableText}${duration}n_packets=${packets}, n_bytes=${bytes}, ${offloaded}`;
}

function formatCookie(cookie: bigint): string {
  return `cookie=0x${cookie.toString(16)}, `;
}

function formatProperties(flow: FlowSpec): string {
  let text = '';
  if (flow.idleTimeout !== 0) text += `idle_timeout=${flow.idleTimeout}, `;
  if (flow.hardTimeout !== 0) text += `hard_timeout=${flow.hardTimeout}, `;
  for (const [flag, name] of FLAG_NAMES) if ((flow.flags & flag) !== 0) text += `${name} `;
  if (flow.importance !== 0) text += `importance=${flow.importance}, `;
  return text;
}

/** What tells a flow from others, and what it does: priority, match and actions. */
export function formatBody({ match, priority, actions }: FlowBody, portText?: PortText): string {
  const matchText = formatMatch(match.flow, match.mask, { priority, ...optionsOf(portText) });
  return `${matchText === '' ? '' : `${matchText} `}actions=${formatActions(actions, portText)}`;
}

function optionsOf(portText: PortText | undefined): { readonly portText?: PortText } {
  return portText === undefined ? {} : { portText };
}
