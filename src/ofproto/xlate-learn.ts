/**
 * `learn`: a packet makes a rule.
 *
 * What the new rule is made of counts in the mask, so that each packet that would teach something
 * else is translated by itself. Only translations that may change what the switch knows learn at
 * once; those of a flow's ukey note it down as well, and each push of packets keeps the rule alive.
 * A push onto a rule that is there and does the same changes nothing that an answer hangs on, so it
 * asks for no revalidation. Answers to `xlate_learn_action()` and OVS's `lib/learn.c`.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import type { FlowStats } from '../datapath/dpif.js';
import { readSubfield, writeSubfield } from './field-write.js';
import { FlowTableError } from './flow-table-error.js';
import type { FlowTables } from './flow-tables.js';
import { learnedFlow } from './learned-flow.js';
import type { LearnAction } from './ofpact.js';
import type { FlowSpec, Rule } from './rule.js';
import { canLearnRule, learnRule } from './rule-learning.js';
import { formatLearned } from './rule-text.js';
import { SENTENCES } from './trace-sentences.js';
import type { Continuation } from './xlate-actions.js';
import { CacheEffect } from './xlate-cache.js';
import type { XlateContext } from './xlate-context.js';
import { say, saySubfield } from './xlate-trace.js';

/** The rule that packets of a flow teach. */
export class Learning extends CacheEffect {
  readonly #tables: FlowTables;
  readonly #spec: FlowSpec;
  readonly #limit: number;
  /** As it was learned last; it has not changed while it lives. */
  #rule: Rule | undefined;

  constructor(tables: FlowTables, spec: FlowSpec, limit: number) {
    super();
    this.#tables = tables;
    this.#spec = spec;
    this.#limit = limit;
  }

  /** Learns, or learns again; false: one more rule would be too many. */
  learn(): boolean {
    if (this.#rule?.isLive) {
      this.#tables.refresh(this.#rule);
      return true;
    }
    try {
      this.#rule = learnRule(this.#tables, this.#spec, this.#limit);
    } catch (error) {
      if (!(error instanceof FlowTableError)) throw error;
      return true;
    }
    return this.#rule !== undefined;
  }

  /** Whether `learn` would. */
  canLearn(): boolean {
    return canLearnRule(this.#tables, this.#spec, this.#limit);
  }

  override push(_stats: Readonly<FlowStats>, mayLearn: boolean): void {
    if (mayLearn) this.learn();
  }
}

export function learn(ctx: XlateContext, action: LearnAction): Continuation {
  const { flow, wc, ofproto } = ctx;
  for (const { source } of action.specs) {
    if (typeof source !== 'bigint') readSubfield(source, flow, wc);
  }
  if (!ctx.mayLearn && !ctx.isCached) {
    if (ctx.trace !== undefined) say(ctx, SENTENCES.learningSuppressed());
    return 'next';
  }
  const spec = learnedFlow(action, flow);
  if (ctx.trace !== undefined) {
    say(
      ctx,
      SENTENCES.learned((portText) => formatLearned(spec, portText)),
    );
  }
  const learning = new Learning(ofproto.tables, spec, action.limit);
  const isLearned = ctx.mayLearn ? learning.learn() : learning.canLearn();
  if (action.resultDestination !== undefined) {
    writeSubfield(action.resultDestination, isLearned ? 1n : 0n, flow, wc);
    if (ctx.trace !== undefined) saySubfield(ctx, action.resultDestination);
  }
  if (isLearned) ctx.note(learning);
  else if (ctx.trace !== undefined) say(ctx, SENTENCES.learnedTooMany());
  return 'next';
}
