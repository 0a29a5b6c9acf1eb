/**
 * Which learned rules go with the rules that taught them: `learn` with `delete_learned`.
 *
 * Each such action of a live rule counts for its table and cookie; when the last one is gone, the
 * rules of that cookie in that table are to be deleted. Answers to the `learned_cookies` of OVS's
 * `ofproto/ofproto.c`.
 *
 * Owner: `FlowTables`.
 */

import { LearnFlag, type Ofpacts } from './ofpact.js';
import type { Rule } from './rule.js';

/** Rules that nobody teaches any more. */
export interface LearnedCookie {
  readonly table: number;
  readonly cookie: bigint;
}

export class LearnedCookies {
  readonly #counts = new Map<string, number>();
  readonly #gone = new Map<string, LearnedCookie>();

  add(rule: Rule): void {
    forEachLearned(rule.actions, (learned) => {
      const key = keyOf(learned);
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    });
  }

  delete(rule: Rule): void {
    forEachLearned(rule.actions, (learned) => {
      const key = keyOf(learned);
      this.#counts.set(key, (this.#counts.get(key) ?? 0) - 1);
      if (this.#counts.get(key) === 0) this.#gone.set(key, learned);
    });
  }

  /** What has lost its last teacher since the last call. */
  takeGone(): readonly LearnedCookie[] {
    if (this.#gone.size === 0) return [];
    const gone: LearnedCookie[] = [];
    for (const [key, learned] of this.#gone) {
      if (this.#counts.get(key) !== 0) continue;
      this.#counts.delete(key);
      gone.push(learned);
    }
    this.#gone.clear();
    return gone;
  }
}

function keyOf({ table, cookie }: LearnedCookie): string {
  return `${table} ${cookie}`;
}

function forEachLearned(actions: Ofpacts, visit: (learned: LearnedCookie) => void): void {
  for (const action of actions) {
    if (action.type === 'learn' && (action.flags & LearnFlag.DELETE_LEARNED) !== 0) visit(action);
    else if (action.type === 'clone' || action.type === 'write_actions') {
      forEachLearned(action.actions, visit);
    }
  }
}
