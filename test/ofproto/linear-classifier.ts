/**
 * The classifier's obvious twin: a list of rules, looked through from the first to the last.
 */

import type { Rule } from '../../src/ofproto/rule.js';
import type { Flow } from '../../src/packet/flow.js';

export class LinearClassifier {
  readonly #rules = new Set<Rule>();

  insert(rule: Rule): void {
    this.#rules.add(rule);
  }

  remove(rule: Rule): void {
    this.#rules.delete(rule);
  }

  /** The highest priority that `flow` meets in `version`; undefined: none. */
  lookupPriority(flow: Flow, version: number): number | undefined {
    let best: number | undefined;
    for (const rule of this.#rules) {
      if (!rule.isVisibleIn(version) || !rule.match.matches(flow)) continue;
      if (best === undefined || rule.priority > best) best = rule.priority;
    }
    return best;
  }
}
