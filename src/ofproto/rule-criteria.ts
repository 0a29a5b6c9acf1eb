/**
 * Which rules a modification or a deletion is about, as OpenFlow defines it: "strict" names one
 * match and priority, otherwise everything within the match is meant. Answers to `rule_criteria`
 * and `collect_rule` of OVS's `ofproto/ofproto.c`.
 */

import { OFPP_CONTROLLER, type Ofpacts } from './ofpact.js';
import { groupsOf } from './ofpact-uses.js';
import type { FlowCriteria, Rule } from './rule.js';

/** Whether `criteria` mean `rule`; its table is not looked at. */
export function meets(rule: Rule, criteria: FlowCriteria): boolean {
  if (rule.isHidden) return false;
  const { cookie, cookieMask, outPort, outGroup, priority } = criteria;
  if (cookieMask !== undefined && ((rule.cookie ^ (cookie ?? 0n)) & cookieMask) !== 0n)
    return false;
  if (outPort !== undefined && !outputsTo(rule.actions, outPort)) return false;
  if (outGroup !== undefined && !groupsOf(rule.actions).includes(outGroup)) return false;
  if (priority === undefined) return rule.match.isWithin(criteria.match);
  return rule.priority === priority && rule.match.equals(criteria.match);
}

function outputsTo(actions: Ofpacts, port: number): boolean {
  return actions.some((action) => {
    if (action.type === 'output') return action.port === port;
    return action.type === 'controller' && port === OFPP_CONTROLLER;
  });
}

/** By table, then from the highest priority down, then by age. */
export function byPlace(a: Rule, b: Rule): number {
  return a.table - b.table || b.priority - a.priority || a.addedIn - b.addedIn;
}
