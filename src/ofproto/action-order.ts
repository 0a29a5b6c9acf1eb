/**
 * Which actions may follow which, and which may stand inside of another.
 *
 * Instructions come in OpenFlow's order, each once but for plain actions, so that a list can be
 * said in any version. `conjunction` stands with nothing but notes. A set of actions holds only
 * what OpenFlow gives an order to. Answers to `ofpacts_verify` and
 * `ofpact_is_allowed_in_actions_set` of OVS's `lib/ofp-actions.c`.
 */

import type { ActionProblem } from './action-problem.js';
import type { Ofpact } from './ofpact.js';

/** Instructions in the order in which OpenFlow carries them out. */
const INSTRUCTIONS: readonly string[] = [
  'meter',
  'apply_actions',
  'clear_actions',
  'write_actions',
  'write_metadata',
  'goto_table',
];
const APPLY = INSTRUCTIONS.indexOf('apply_actions');

/** The lists that actions stand in. */
export type ActionPlace = 'flow' | 'write_actions' | 'clone';

/** What has no place in the order of an action set. */
const NOT_IN_SET = new Set<Ofpact['type']>([
  'bundle',
  'check_pkt_larger',
  'clone',
  'conjunction',
  'controller',
  'debug_slow',
  'delete_field',
  'enqueue',
  'exit',
  'fin_timeout',
  'learn',
  'multipath',
  'note',
  'output_reg',
  'output_trunc',
  'pop',
  'pop_queue',
  'push',
  'sample',
]);

/** Owner: whoever checks one list, action by action. */
export class ActionOrder {
  readonly #place: ActionPlace;
  readonly #isMeterAction: boolean;
  #last: number | undefined;
  #hasConjunction = false;
  #hasOther = false;

  /** `isMeterAction`: since OpenFlow 1.5, `meter` is an action like others. */
  constructor(place: ActionPlace, isMeterAction: boolean) {
    this.#place = place;
    this.#isMeterAction = isMeterAction;
  }

  /** What is wrong with `action` behind those before it. */
  check(action: Ofpact): ActionProblem | undefined {
    return this.#checkConjunction(action) ?? this.#checkPlace(action) ?? this.#checkOrder(action);
  }

  #checkConjunction({ type }: Ofpact): ActionProblem | undefined {
    if (type === 'conjunction') this.#hasConjunction = true;
    else if (type !== 'note') this.#hasOther = true;
    if (!this.#hasConjunction || !this.#hasOther) return undefined;
    const text = 'expected nothing but note beside conjunction';
    return { error: 'NXBAC_BAD_CONJUNCTION', text };
  }

  #checkPlace({ type }: Ofpact): ActionProblem | undefined {
    if (this.#place === 'flow') return undefined;
    if (this.#instruction(type) !== APPLY) {
      const text = `expected no ${type} inside of ${this.#place}`;
      return { error: 'OFPBIC_UNSUP_INST', text };
    }
    if (this.#place === 'clone' || !NOT_IN_SET.has(type)) return undefined;
    return { error: 'OFPBAC_BAD_TYPE', text: `expected no ${type} in a set of actions` };
  }

  #checkOrder({ type }: Ofpact): ActionProblem | undefined {
    const next = this.#instruction(type);
    const last = this.#last;
    this.#last = next;
    if (last === undefined || next > last || (next === last && next === APPLY)) return undefined;
    const [before, name] = [INSTRUCTIONS[next], INSTRUCTIONS[last]];
    const text =
      next === last ? `expected ${name} once only` : `expected ${before} in front of ${name}`;
    return { error: 'OFPBAC_UNSUPPORTED_ORDER', text };
  }

  #instruction(type: Ofpact['type']): number {
    if (type === 'meter' && this.#isMeterAction) return APPLY;
    const found = INSTRUCTIONS.indexOf(type);
    return found < 0 ? APPLY : found;
  }
}
