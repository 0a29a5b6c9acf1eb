/**
 * What the view Flows asks for: kept while other views are looked at, and set from there, where a
 * rule is named.
 *
 * Owner: of the filter and the order.
 */

import { signal } from '@preact/signals';
import type { FlowSort } from '../view-data.js';
import { ruleOf, withRule } from './filter-words.js';

export interface FlowOrder {
  readonly by: FlowSort;
  readonly isDescending: boolean;
}

/** Orders that begin with the least: what is text. All others begin with the most. */
const ASCENDING_FIRST: readonly FlowSort[] = ['key', 'actions', 'state'];

export const flowFilter = signal('');
export const flowOrder = signal<FlowOrder>({ by: 'packets', isDescending: true });

/** The order after a click on a column: turned round, where it was by that column. */
export function orderAfter(order: FlowOrder, by: FlowSort): FlowOrder {
  const isDescending = order.by === by ? !order.isDescending : !ASCENDING_FIRST.includes(by);
  return { by, isDescending };
}

/** Asks for the flows of a rule; if they are asked for, for those of all rules again. */
export function toggleRule(rule: number): void {
  const isOn = ruleOf(flowFilter.value) === rule;
  flowFilter.value = withRule(flowFilter.value, isOn ? undefined : rule);
}
