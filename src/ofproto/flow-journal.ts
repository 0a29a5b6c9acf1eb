/**
 * What one change of the flow tables has done so far, so that it can be announced as a whole or
 * taken back as if it had never been.
 *
 * A change is usually one flow-mod; a bundle is many, and all of them or none. Answers to the
 * `ofproto_flow_mod_revert` of OVS's `ofproto/ofproto.c`, which each flow-mod of a bundle has.
 *
 * Owner: `FlowTables`, from a change's beginning to its end.
 */

import type { Rule, RuleChange } from './rule.js';

/** Undoes one step. */
export interface FlowUndo {
  /** Takes a rule out that the change put in. */
  withdraw(rule: Rule): void;
  /** Puts a rule back that the change took out. */
  restore(rule: Rule): void;
}

export class FlowJournal {
  readonly #steps: { readonly kind: 'inserted' | 'retired'; readonly rule: Rule }[] = [];
  /** What observers are told once the change is complete. */
  readonly changes: RuleChange[] = [];

  get isEmpty(): boolean {
    return this.#steps.length === 0;
  }

  inserted(rule: Rule): void {
    this.#steps.push({ kind: 'inserted', rule });
  }

  retired(rule: Rule): void {
    this.#steps.push({ kind: 'retired', rule });
  }

  /** Undoes everything, the last step first. */
  undo(by: FlowUndo): void {
    for (const { kind, rule } of this.#steps.reverse()) {
      if (kind === 'inserted') by.withdraw(rule);
      else by.restore(rule);
    }
  }
}
