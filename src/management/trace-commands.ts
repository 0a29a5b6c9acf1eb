/**
 * `ofproto/trace` and its relatives: what becomes of a flow, told to operators.
 *
 * The text is made in `src/ofproto/flow-trace.ts`; here are the commands around it. Answers to the
 * unixctl part of OVS's `ofproto-dpif-trace.c`, and `ofproto/detrace` to that of 3.4.
 */

import { ofpPort } from '../base/brands.js';
import type { OdpTextOptions } from '../datapath/odp-key-text.js';
import { takeUfid, ufidOf } from '../datapath/ufid.js';
import { formatFlowTrace, traceFlow } from '../ofproto/flow-trace.js';
import { formatGroup } from '../ofproto/group-text.js';
import { OFPP_MAX, type Ofpacts, type PortText } from '../ofproto/ofpact.js';
import { groupsOf } from '../ofproto/ofpact-uses.js';
import { Ofproto } from '../ofproto/ofproto.js';
import type { Rule } from '../ofproto/rule.js';
import { formatDetraced } from '../ofproto/rule-text.js';
import { ruleOf } from '../ofproto/xlate-trace.js';
import { copyFlow } from '../packet/flow.js';
import { IN_PORT } from '../packet/flow-layout.js';
import { formatOfpPort } from '../packet/ofp-port-text.js';
import { collectFlows } from '../switch-megaflows.js';
import { ARGS_UNLIMITED, type Command, CommandError } from './command.js';
import { type ManagementContext, portNameOf } from './management-context.js';
import { checkTraceActions, parseTraceActions } from './trace-actions.js';
import { parseTraceCall, type TraceCall } from './trace-call.js';

const FLOW_USAGE = '{[dp_name] odp_flow | bridge br_flow} [OPTIONS...] [-generate|packet]';

export function traceCommands(context: ManagementContext): readonly Command[] {
  return [
    {
      name: 'ofproto/trace',
      usage: FLOW_USAGE,
      argsMin: 1,
      argsMax: ARGS_UNLIMITED,
      run: (args) => trace(context, parseTraceCall(context, args)),
    },
    {
      name: 'ofproto/trace-packet-out',
      usage: `[-consistent] ${FLOW_USAGE} actions`,
      argsMin: 2,
      argsMax: ARGS_UNLIMITED,
      run: (args) => tracePacketOut(context, args),
    },
    {
      name: 'ofproto/detrace',
      usage: 'UFID [pmd=PMD-ID]',
      argsMin: 1,
      argsMax: 2,
      run: ([ufid = '']) => detrace(context, ufid),
    },
  ];
}

function trace(context: ManagementContext, call: TraceCall, actions?: Ofpacts): string {
  const { ofproto, flow, packet, isNamed } = call;
  const { translator } = context.sw;
  const portText = isNamed ? portTextOf(ofproto) : undefined;
  const odp: OdpTextOptions = isNamed ? { portName: portNameOf(context) } : {};
  const traced = traceFlow(translator, ofproto, { flow, packet, actions, portText });
  return formatFlowTrace(traced, { portText, odp });
}

/** Reserved ports by their own names, the bridge's by theirs. */
function portTextOf(ofproto: Ofproto): PortText {
  return (number) =>
    (number < OFPP_MAX ? ofproto.port(ofpPort(number))?.name : undefined) ?? formatOfpPort(number);
}

/** The actions come last; nothing of them is a look-up in table 0. */
function tracePacketOut(context: ManagementContext, args: readonly string[]): string {
  const words = args.slice(0, -1);
  const isStrict = words.some((word) => CONSISTENT.has(word));
  const call = parseTraceCall(
    context,
    words.filter((word) => !CONSISTENT.has(word)),
  );
  const actions = parseTraceActions(args.at(-1) ?? '');
  checkTraceActions(actions, call, isStrict);
  return trace(context, call, actions.length === 0 ? undefined : actions);
}

/** Actions must fit the packet, the older ones too; others must in any case. */
const CONSISTENT: ReadonlySet<string> = new Set(['-consistent', '--consistent']);

/** The rules and groups that a datapath flow comes from, in the order in which they were met. */
function detrace(context: ManagementContext, text: string): string {
  const { translator, datapath } = context.sw;
  const wanted = takeUfid(text)?.ufid;
  if (wanted === undefined) throw new CommandError('failed to parse ufid');
  const keys = collectFlows(datapath, ({ key }) => (ufidOf(key) === wanted ? key.toFlow() : null));
  const key = keys.find((each) => each !== null);
  if (key === undefined || key === null) throw new CommandError(`no such flow: ${wanted}`);
  const ingress = translator.receive(key);
  if (typeof ingress === 'string' || !(ingress.ofproto instanceof Ofproto)) {
    throw new CommandError(`no OpenFlow port for datapath port ${key[IN_PORT]}`);
  }
  const { ofproto } = ingress;
  const { tree } = traceFlow(translator, ofproto, { flow: copyFlow(ingress.flow) });
  const rules = tree.rules.map(ruleOf).filter((rule) => rule !== undefined);
  const groups = new Set<number>();
  return rules.map((rule) => formatMet(ofproto, rule, groups)).join('');
}

/** A rule and the groups that it calls, but for those in `shown`. */
function formatMet({ groups }: Ofproto, rule: Rule, shown: Set<number>): string {
  let text = `${formatDetraced(rule)}\n`;
  for (const id of groupsOf(rule.actions)) {
    const group = groups.get(id);
    if (group === undefined || shown.has(id)) continue;
    shown.add(id);
    text += `${formatGroup(group)}\n`;
  }
  return text;
}
