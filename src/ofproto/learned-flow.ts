/**
 * The flow that a `learn` action makes of a packet.
 *
 * Answers to `learn_execute()` of OVS's `lib/learn.c`.
 */

import { ofpPort } from '../base/brands.js';
import { fillField, readFieldBig, writeFieldBig } from '../packet/field-access.js';
import { createFlow, createFlowMask, type Flow, type FlowMask } from '../packet/flow.js';
import { subfieldAsField } from './field-write.js';
import { Match } from './match.js';
import {
  type LearnAction,
  LearnFlag,
  type LearnSpec,
  OFPP_ALL,
  OFPP_FLOOD,
  OFPP_IN_PORT,
  OFPP_LOCAL,
  OFPP_MAX,
  type Ofpact,
} from './ofpact.js';
import { type FlowSpec, RuleFlag } from './rule.js';

/** Reserved ports that learned rules may output to. */
const RESERVED: readonly number[] = [OFPP_IN_PORT, OFPP_FLOOD, OFPP_LOCAL, OFPP_ALL];
const PORT_MAX = 0xffffn;

export function learnedFlow(learn: LearnAction, packet: Flow): FlowSpec {
  const match = { flow: createFlow(), mask: createFlowMask() };
  const actions: Ofpact[] = [];
  const { finIdleTimeout, finHardTimeout } = learn;
  if (finIdleTimeout !== 0 || finHardTimeout !== 0) {
    const timeouts = { idleTimeout: finIdleTimeout, hardTimeout: finHardTimeout };
    actions.push({ type: 'fin_timeout', ...timeouts });
  }
  for (const spec of learn.specs) addSpec(spec, packet, match, actions);
  const sendsRemoval = (learn.flags & LearnFlag.SEND_FLOW_REM) !== 0;
  return {
    table: learn.table,
    priority: learn.priority,
    match: new Match(match.flow, match.mask),
    actions,
    cookie: learn.cookie,
    idleTimeout: learn.idleTimeout,
    hardTimeout: learn.hardTimeout,
    importance: 0,
    flags: sendsRemoval ? RuleFlag.SEND_FLOW_REM : 0,
  };
}

function addSpec(
  { kind, source, destination }: LearnSpec,
  packet: Flow,
  match: { readonly flow: Flow; readonly mask: FlowMask },
  actions: Ofpact[],
): void {
  const value = typeof source === 'bigint' ? source : readFieldBig(packet, subfieldAsField(source));
  if (kind === 'output') {
    const action = outputOf(value);
    if (action !== undefined) actions.push(action);
  } else if (destination === undefined) {
    return;
  } else if (kind === 'load') {
    actions.push({ type: 'load', destination, value });
  } else {
    const field = subfieldAsField(destination);
    writeFieldBig(match.flow, field, value);
    fillField(match.mask, field);
  }
}

/** Nothing, where no such port takes packets. */
function outputOf(number: bigint): Ofpact | undefined {
  if (number > PORT_MAX) return undefined;
  const port = ofpPort(Number(number));
  if (port >= OFPP_MAX && !RESERVED.includes(port)) return undefined;
  return { type: 'output', port, maxLength: 0 };
}
