/**
 * The steps of one translation, collected for a record. Made only while an observer wants traces.
 *
 * Owner: the round that translates.
 */

import { NO_ACTIONS } from '../datapath/odp-actions.js';
import type { RuleRef, TraceText, XlateResult, XlateTrace } from '../datapath/translator.js';
import type { UdpifCore } from './udpif-core.js';
import type { TraceStep } from './udpif-event.js';

/** Whose translation it was. */
export interface TracedUpcalls {
  readonly handler: number;
  /** Their numbers. */
  readonly upcalls: readonly number[];
}

export class UpcallTrace implements XlateTrace {
  readonly #core: UdpifCore;
  readonly #steps: TraceStep[] = [];
  readonly #rules: RuleRef[] = [];
  readonly #startedAt: number;
  #us = 0;

  /** A trace if anybody wants one; its watch runs. */
  static begin(core: UdpifCore): UpcallTrace | undefined {
    return core.records.isTraced ? new UpcallTrace(core) : undefined;
  }

  private constructor(core: UdpifCore) {
    this.#core = core;
    this.#startedAt = core.records.stopwatch?.() ?? 0;
  }

  table(depth: number, table: number, rule: RuleRef): void {
    if (!this.#rules.includes(rule)) this.#rules.push(rule);
    this.#steps.push({ depth, kind: 'table', text: lookupText(table, rule), rule });
  }

  action(depth: number, text: TraceText): void {
    this.#steps.push({ depth, kind: 'action', text: text(), rule: undefined });
  }

  note(depth: number, text: TraceText): void {
    this.#steps.push({ depth, kind: 'note', text: text(), rule: undefined });
  }

  /** The translation is done: the watch stops. */
  stop(): void {
    this.#us = (this.#core.records.stopwatch?.() ?? 0) - this.#startedAt;
  }

  /** Tells it; `result` is undefined where the translator threw. */
  tell(whose: TracedUpcalls, result: XlateResult | undefined, slow: number): void {
    this.#core.emit({
      type: 'xlate',
      time: this.#core.deps.clock.now(),
      ...whose,
      us: this.#us,
      steps: this.#steps,
      rules: this.#rules,
      actions: result?.actions ?? NO_ACTIONS,
      slow,
      error: result === undefined ? 'the translator threw' : result.error,
    });
  }
}

function lookupText(table: number, rule: RuleRef): string {
  if (!rule.isHidden) return `table ${table}: ${rule.text}`;
  return rule.table === table ? `table ${table}: a hidden rule` : `table ${table}: no rule matches`;
}
