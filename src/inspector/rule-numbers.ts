/**
 * Which OpenFlow rule has which number in a log. A rule is told when it is first mentioned.
 *
 * Owner: one recorder.
 */

import type { RuleRef } from '../datapath/translator.js';
import type { EntrySink } from './entry-sink.js';
import type { RuleNumber } from './log-entry.js';

export class RuleNumbers {
  readonly #sink: EntrySink;
  /** Weak: a rule that is gone and that nothing stands for is not kept for its number's sake. */
  readonly #numbers = new WeakMap<RuleRef, RuleNumber>();
  #last = 0;

  constructor(sink: EntrySink) {
    this.#sink = sink;
  }

  /** The number of `rule`, which is told now if it never was. */
  of(rule: RuleRef): RuleNumber {
    const known = this.#numbers.get(rule);
    if (known !== undefined) return known;
    const number = ++this.#last;
    this.#numbers.set(rule, number);
    const { bridge, table, text } = rule;
    this.#sink.add({ k: 'rule', rule: number, bridge, table, text });
    return number;
  }

  /** Of several. */
  all(rules: readonly RuleRef[]): RuleNumber[] {
    return rules.map((rule) => this.of(rule));
  }
}
