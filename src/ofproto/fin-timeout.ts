/**
 * A rule's `fin_timeout`: packets that end a TCP connection shorten the timeouts of the rule that
 * they met.
 *
 * Answers to `xlate_fin_timeout__()`, and to the `XC_FIN_TIMEOUT` of a translation cache.
 */

import type { FlowStats } from '../datapath/dpif.js';
import type { FlowTables } from './flow-tables.js';
import type { Ofpact } from './ofpact.js';
import type { Rule } from './rule.js';
import { CacheEffect } from './xlate-cache.js';

/** FIN or RST. */
const ENDING = 0x0005;

export class FinTimeout extends CacheEffect {
  readonly #tables: FlowTables;
  readonly #rule: Rule;
  readonly #action: Extract<Ofpact, { type: 'fin_timeout' }>;

  constructor(tables: FlowTables, rule: Rule, action: Extract<Ofpact, { type: 'fin_timeout' }>) {
    super();
    this.#tables = tables;
    this.#rule = rule;
    this.#action = action;
  }

  /** `tcpFlags` of packets that met the rule. */
  reduce(tcpFlags: number): void {
    if ((tcpFlags & ENDING) === 0) return;
    const { idleTimeout, hardTimeout } = this.#action;
    this.#tables.reduceTimeouts(this.#rule, idleTimeout, hardTimeout);
  }

  override push(stats: Readonly<FlowStats>): void {
    this.reduce(stats.tcpFlags);
  }
}
