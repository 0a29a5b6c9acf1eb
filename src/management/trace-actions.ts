/**
 * The actions of `ofproto/trace-packet-out`, checked as a controller's packet-out would be.
 *
 * The sentences are Open vSwitch's. Answers to `ofproto_unixctl_trace_actions()`.
 */

import { ParseError } from '../base/errors.js';
import { ActionChecker } from '../ofproto/action-checker.js';
import { parseActions } from '../ofproto/actions-parse.js';
import { Match } from '../ofproto/match.js';
import type { Ofpact, Ofpacts } from '../ofproto/ofpact.js';
import { groupsOf, metersOf } from '../ofproto/ofpact-uses.js';
import { createFlowMask } from '../packet/flow.js';
import { PlacedText } from '../packet/key-value-scanner.js';
import { setMaskForPacket } from '../packet/packet-mask.js';
import { CommandError } from './command.js';
import { actionError } from './trace-action-errors.js';
import type { TraceCall } from './trace-call.js';

/** What a packet-out may not say: there is no table that it belongs to. */
const INSTRUCTIONS: ReadonlySet<Ofpact['type']> = new Set([
  'goto_table',
  'clear_actions',
  'write_actions',
  'write_metadata',
] as const);

/** Throws a `CommandError` with Open vSwitch's message. */
export function parseTraceActions(text: string): Ofpacts {
  const nothing = { check: () => undefined };
  const actions = parse(text, nothing);
  const instruction = actions.find(({ type }) => INSTRUCTIONS.has(type));
  if (instruction === undefined) return actions;
  throw new CommandError(`${instruction.type} instruction not allowed here`);
}

/** Throws a `CommandError` where `flow` cannot have `actions`, or they name what is not there. */
export function checkTraceActions(
  actions: Ofpacts,
  { flow, ofproto }: Pick<TraceCall, 'flow' | 'ofproto'>,
  isStrict: boolean,
): void {
  const mask = createFlowMask();
  setMaskForPacket(mask, flow);
  const checker = new ActionChecker(new Match(flow, mask), 0, {
    isMeterAction: true,
    isStrict,
  });
  for (const action of actions) {
    const problem = checker.check(action);
    if (problem !== undefined) throw new CommandError(`Bad actions: ${problem.error}`);
  }
  if (groupsOf(actions).some((id) => !ofproto.groups.has(id))) {
    throw new CommandError('Bad actions: OFPBAC_BAD_OUT_GROUP');
  }
  if (metersOf(actions).some((id) => !ofproto.meters.has(id))) {
    throw new CommandError('Bad actions: OFPMMFC_INVALID_METER');
  }
}

function parse(text: string, checker: Pick<ActionChecker, 'check'>): Ofpacts {
  try {
    return parseActions(new PlacedText(text, { source: text, line: 0 }), checker, undefined);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const name = /^expected an action or a port; "(.*)" is neither$/.exec(error.expected)?.[1];
    throw new CommandError(name === undefined ? actionError(error) : `unknown action ${name}`);
  }
}
