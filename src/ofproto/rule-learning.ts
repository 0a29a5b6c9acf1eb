/**
 * What becomes of a rule that a packet teaches: a new one, a modified one, or one as good as new.
 *
 * Answers to `ofproto_flow_mod_learn()` of OVS.
 */

import type { FlowTables } from './flow-tables.js';
import { CATCH_ALL } from './match.js';
import { ofpactsEqual } from './ofpacts-equal.js';
import type { FlowSpec, Rule } from './rule.js';

const COOKIE_ALL = 0xffff_ffff_ffff_ffffn;

/**
 * Makes a rule like `spec`. One that does the same is only as good as new again; one that does
 * something else is modified. Undefined: its cookie has `limit` rules (0: any number) already, so
 * that nothing is made or modified. Throws an `UpcallError` where there is no room.
 */
export function learnRule(tables: FlowTables, spec: FlowSpec, limit: number): Rule | undefined {
  const { table, match, priority } = spec;
  const old = tables.find(table, match, priority);
  if (old?.isHidden) return undefined;
  if (old !== undefined && doesSame(old, spec)) {
    tables.refresh(old);
    return old;
  }
  if (!hasRoomToLearn(tables, spec, limit)) return undefined;
  if (old === undefined) return tables.add(spec);
  tables.modify({ table, match, priority }, spec);
  return tables.find(table, match, priority);
}

/** Whether `learnRule` would make, modify or refresh a rule. */
export function canLearnRule(tables: FlowTables, spec: FlowSpec, limit: number): boolean {
  const old = tables.find(spec.table, spec.match, spec.priority);
  return (old !== undefined && doesSame(old, spec)) || hasRoomToLearn(tables, spec, limit);
}

function hasRoomToLearn(tables: FlowTables, spec: FlowSpec, limit: number): boolean {
  if (limit === 0) return true;
  const { table, cookie = 0n } = spec;
  const criteria = { table, match: CATCH_ALL, cookie, cookieMask: COOKIE_ALL };
  return tables.select(criteria).length < limit;
}

/** Whether a modification of `rule` to what `spec` says would change nothing. */
function doesSame(rule: Rule, { actions, cookie = 0n }: FlowSpec): boolean {
  return rule.cookie === cookie && ofpactsEqual(rule.actions, actions);
}
