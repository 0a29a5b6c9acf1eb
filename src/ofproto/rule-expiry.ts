/**
 * Which rules expire, and when: after their hard timeout, or unused for their idle timeout.
 *
 * Also which rule goes first where a table is full. Nothing here runs by itself. Answers to
 * `rule_expire` of OVS's `ofproto/ofproto-dpif.c`.
 *
 * Owner: `FlowTables`.
 */

import { type Instant, instant } from '../base/brands.js';
import type { Rule, RuleRemoval } from './rule.js';

export class RuleExpiry {
  /** Rules with a timeout, in order of arrival. */
  readonly #rules = new Set<Rule>();

  /** Takes notice of `rule` if it has a timeout. */
  add(rule: Rule): void {
    if (rule.idleTimeout > 0 || rule.hardTimeout > 0) this.#rules.add(rule);
  }

  /** Gives a rule earlier timeouts, in seconds; 0 changes nothing. */
  reduce(rule: Rule, idleTimeout: number, hardTimeout: number): void {
    rule.idleTimeout = reduced(rule.idleTimeout, idleTimeout);
    rule.hardTimeout = reduced(rule.hardTimeout, hardTimeout);
    this.add(rule);
  }

  delete(rule: Rule): void {
    this.#rules.delete(rule);
  }

  /** The rules whose time is up at `now`, and why; a hard timeout goes before an idle one. */
  expired(now: Instant): RuleRemoval[] {
    const expired: RuleRemoval[] = [];
    for (const rule of this.#rules) {
      if (now > hardDeadline(rule)) expired.push({ rule, reason: 'hard_timeout' });
      else if (now > idleDeadline(rule)) expired.push({ rule, reason: 'idle_timeout' });
    }
    return expired;
  }

  /** Of the rules of `table`, the one to give up first: dear to nobody, and soon to go anyway. */
  victimOf(table: number): Rule | undefined {
    let victim: Rule | undefined;
    for (const rule of this.#rules) {
      if (rule.table !== table) continue;
      if (victim === undefined || isGivenUpBefore(rule, victim)) victim = rule;
    }
    return victim;
  }

  /** The first moment at which a rule's time is up; undefined: no rule's is. */
  nextDeadline(): Instant | undefined {
    let deadline = Number.POSITIVE_INFINITY;
    for (const rule of this.#rules) {
      deadline = Math.min(deadline, deadlineOf(rule));
    }
    // That is so when more than its timeout has passed.
    return deadline === Number.POSITIVE_INFINITY ? undefined : instant(deadline + 1);
  }
}

function isGivenUpBefore(rule: Rule, other: Rule): boolean {
  if (rule.importance !== other.importance) return rule.importance < other.importance;
  return deadlineOf(rule) < deadlineOf(other);
}

function deadlineOf(rule: Rule): number {
  return Math.min(hardDeadline(rule), idleDeadline(rule));
}

function hardDeadline(rule: Rule): number {
  return rule.hardTimeout > 0 ? rule.modified + 1000 * rule.hardTimeout : Number.POSITIVE_INFINITY;
}

function idleDeadline(rule: Rule): number {
  return rule.idleTimeout > 0 ? rule.used + 1000 * rule.idleTimeout : Number.POSITIVE_INFINITY;
}

/** Seconds; 0 is no timeout. */
function reduced(timeout: number, limit: number): number {
  return limit !== 0 && (timeout === 0 || timeout > limit) ? limit : timeout;
}
