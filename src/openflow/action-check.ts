/**
 * Refuses actions that make no sense for the packets that they are for.
 *
 * Answers to `ofpacts_check_consistency` of OVS's `lib/ofp-actions.c`.
 */

import { ActionChecker } from '../ofproto/action-checker.js';
import type { Match } from '../ofproto/match.js';
import type { Ofpacts } from '../ofproto/ofpact.js';
import { OfpError } from './ofp-error.js';
import { OF11, type OfpVersion } from './protocol.js';

/** Throws an `OfpError` for the first action of which that is so. */
export function checkActions(
  actions: Ofpacts,
  match: Match,
  table: number,
  version: OfpVersion,
): void {
  // Where a meter is an instruction, it has been read in front of the actions.
  const options = { isStrict: version >= OF11, isMeterAction: true };
  const checker = new ActionChecker(match, table, options);
  for (const action of actions) {
    const problem = checker.check(action);
    if (problem !== undefined) throw new OfpError(problem.error, problem.text);
  }
}
