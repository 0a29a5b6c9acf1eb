/**
 * What becomes of a flow, told: `ofproto/trace` without its command line.
 *
 * A flow that is only asked about changes nothing; one with a packet teaches what a packet would.
 * Nothing is credited and nothing is sent in either case. Answers to `ofproto_trace()`.
 */

import type { OdpActions } from '../datapath/odp-actions.js';
import { formatOdpActions } from '../datapath/odp-actions-text.js';
import type { OdpTextOptions } from '../datapath/odp-key-text.js';
import type { XlateResult } from '../datapath/translator.js';
import { copyFlow, copyFlowMask, type Flow, type FlowMask, maskFlow } from '../packet/flow.js';
import { ACTSET_OUTPUT, VLAN_CFI, VLAN0, VLAN1 } from '../packet/flow-layout.js';
import { formatFlow } from '../packet/flow-text.js';
import { formatMatch } from '../packet/match-text.js';
import type { Packet } from '../packet/packet.js';
import { OFPP_UNSET, type Ofpacts, type PortText } from './ofpact.js';
import type { Ofproto } from './ofproto.js';
import type { OfprotoTranslator } from './ofproto-translator.js';
import { FAILURES, SLOW_REASONS } from './trace-sentences.js';
import { formatTrace } from './trace-text.js';
import { TraceTree } from './trace-tree.js';
import type { XlateError } from './xlate-context.js';

export interface FlowTraceRequest {
  /** Its in_port is an OpenFlow port. */
  readonly flow: Flow;
  /** Present: what it would teach is learned. */
  readonly packet?: Packet | undefined;
  /** Given to the packet instead of a look-up in table 0. */
  readonly actions?: Ofpacts | undefined;
  /** How ports are written in rules and actions; by number where it is missing. */
  readonly portText?: PortText | undefined;
  /** Whether `whyNot` and `whyNarrow` will be asked. Default: no. */
  readonly isExplained?: boolean | undefined;
}

export interface FlowTrace {
  readonly flow: Flow;
  /** As the last step left it. */
  readonly finalFlow: Flow;
  readonly mask: FlowMask;
  readonly actions: OdpActions;
  /** Bits of `SlowReason`. */
  readonly slow: number;
  readonly error: XlateError | undefined;
  readonly tree: TraceTree;
}

export function traceFlow(
  translator: OfprotoTranslator,
  ofproto: Ofproto,
  request: FlowTraceRequest,
): FlowTrace {
  const { portText, isExplained } = request;
  const tree = new TraceTree(ofproto.name, { portText, keepsMoments: isExplained });
  const result = translator.trace(ofproto, { ...request, trace: tree });
  const { flow } = request;
  const finalFlow = copyFlow(tree.finalFlow ?? flow);
  // Where the action set sends the packet is a field that is seen nowhere, and counts
  // where it is set.
  if (finalFlow[ACTSET_OUTPUT] === OFPP_UNSET) finalFlow[ACTSET_OUTPUT] = flow[ACTSET_OUTPUT] ?? 0;
  const { actions, slow } = result;
  const error = errorOf(result);
  return { flow, finalFlow, mask: copyFlowMask(result.mask), actions, slow, error, tree };
}

/** The translator's errors are its own. */
function errorOf({ error }: XlateResult): XlateError | undefined {
  return error === undefined || !(error in FAILURES) ? undefined : (error as XlateError);
}

export interface FlowTraceTextOptions {
  /** How OpenFlow ports are written. */
  readonly portText?: PortText | undefined;
  /** How datapath ports are written. */
  readonly odp?: OdpTextOptions;
}

/** The whole text, from "Flow:" to what the datapath does. */
export function formatFlowTrace(trace: FlowTrace, options: FlowTraceTextOptions = {}): string {
  const { flow, finalFlow, tree } = trace;
  const { portText, odp } = options;
  const isSame = flow.every((word, index) => word === finalFlow[index]);
  const finalText = isSame ? 'unchanged' : formatFlow(finalFlow, portText);
  return (
    `Flow: ${formatFlow(flow, portText)}\n` +
    formatTrace([tree.root]) +
    `\nFinal flow: ${finalText}\n` +
    `Megaflow: ${formatMegaflow(trace, portText)}\n` +
    `Datapath actions: ${formatOdpActions(trace.actions, odp)}\n` +
    formatRemarks(trace)
  );
}

/** What the answer hangs on. */
export function formatMegaflow(trace: FlowTrace, portText?: PortText): string {
  const shown = shownMask(trace);
  const masked = copyFlow(trace.flow);
  maskFlow(masked, shown);
  return formatMatch(masked, shown, portText === undefined ? {} : { portText });
}

/** The mask that is shown: that a tag is missing is left for the datapath to tell, as in OVS. */
export function shownMask({ flow, mask }: FlowTrace): FlowMask {
  const shown = copyFlowMask(mask);
  for (const word of [VLAN0, VLAN1]) if (((flow[word] ?? 0) & VLAN_CFI) === 0) shown[word] = 0;
  return shown;
}

function formatRemarks({ error, slow }: FlowTrace): string {
  if (error !== undefined) return `Translation failed (${FAILURES[error]}), packet is dropped.\n`;
  if (slow === 0) return '';
  const reasons = SLOW_REASONS.filter(([reason]) => (slow & reason) !== 0);
  const lines = reasons.map(([, text]) => `  - ${text}.\n`);
  return `This flow is handled by the userspace slow path because it:\n${lines.join('')}`;
}
