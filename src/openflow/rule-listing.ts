/**
 * The rules of a bridge as they are now, listed for replies that are composed bit by bit.
 *
 * A list is never changed, only replaced when the tables have a new version, so that a reply tells
 * of one version however long it takes. All who ask within a version share one list; it is held
 * only by those who still read it. Answers to the rule collections of OVS's `ofproto/ofproto.c`.
 *
 * Owner: the list's weak reference.
 */

import type { FlowTables } from '../ofproto/flow-tables.js';
import type { Rule } from '../ofproto/rule.js';

export class RuleListing {
  readonly #tables: Pick<FlowTables, 'rules' | 'version'>;
  #version = -1;
  #list = new WeakRef<readonly Rule[]>([]);

  constructor(tables: Pick<FlowTables, 'rules' | 'version'>) {
    this.#tables = tables;
  }

  /** The visible rules, in their order. */
  rules(): readonly Rule[] {
    const { version } = this.#tables;
    const known = version === this.#version ? this.#list.deref() : undefined;
    if (known !== undefined) return known;
    const list = this.#tables.rules();
    this.#version = version;
    this.#list = new WeakRef(list);
    return list;
  }
}
