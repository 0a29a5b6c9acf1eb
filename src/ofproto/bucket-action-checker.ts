/**
 * Whether actions may stand in a bucket of a group.
 *
 * What the packets are that reach a group, nobody knows: fields are not checked, nor is whether
 * groups and meters exist. Instructions have no place there. Answers to what OVS asks of buckets in
 * `lib/ofp-group.c`.
 */

import { ActionChecker } from './action-checker.js';
import type { ActionProblem } from './action-problem.js';
import { CATCH_ALL } from './match.js';
import type { Ofpact } from './ofpact.js';

const INSTRUCTIONS = new Set<Ofpact['type']>([
  'clear_actions',
  'goto_table',
  'write_actions',
  'write_metadata',
]);

/** Owner: whoever checks one bucket, action by action. */
export class BucketActionChecker {
  readonly #checker = new ActionChecker(CATCH_ALL, 0, { isMeterAction: true });

  /** What is wrong with `action`; undefined: nothing. */
  check(action: Ofpact): ActionProblem | undefined {
    if (INSTRUCTIONS.has(action.type)) {
      const text = `expected no ${action.type} in a bucket`;
      return { error: 'OFPBIC_UNSUP_INST', text };
    }
    const found = this.#checker.check(action);
    return found?.error === 'OFPBAC_MATCH_INCONSISTENT' ? undefined : found;
  }
}
