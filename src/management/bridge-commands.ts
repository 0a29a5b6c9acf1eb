/**
 * `ofproto/list` and `bridge/dump-flows`: the bridges, and all their rules, hidden ones too.
 *
 * Open vSwitch keeps the rules of its own in table 254, told apart by a register; ours stand in no
 * table, but are shown like that. Answers to the `ofproto_unixctl_*` functions of OVS's
 * `ofproto/ofproto.c` and to `bridge_unixctl_dump_flows()` of its `vswitchd/bridge.c`.
 */

import type { Ofproto } from '../ofproto/ofproto.js';
import type { Rule } from '../ofproto/rule.js';
import { formatCountedRule, formatRuleCounts } from '../ofproto/rule-text.js';
import { ARGS_UNLIMITED, type Command, hasOption } from './command.js';
import { findBridge, type ManagementContext } from './management-context.js';

/** Where Open vSwitch has its own rules; `TBL_INTERNAL`. */
const INTERNAL_TABLE = 254;

export function bridgeCommands(context: ManagementContext): readonly Command[] {
  return [
    {
      name: 'ofproto/list',
      usage: '',
      argsMin: 0,
      argsMax: 0,
      run: () => {
        const names = context.sw.bridges.map(({ name }) => `${name}\n`);
        return names.sort().join('');
      },
    },
    {
      name: 'bridge/dump-flows',
      usage: '[--offload-stats] bridge',
      argsMin: 1,
      argsMax: ARGS_UNLIMITED,
      run: (args) => dumpFlows(context, args),
    },
  ];
}

function dumpFlows(context: ManagementContext, args: readonly string[]): string {
  const { ofproto } = findBridge(context, args.at(-1) ?? '', 'Unknown bridge');
  const now = context.sw.clock.now();
  const wantsOffloaded = hasOption(args, '--offload-stats');
  // By priority: one that forwards without a controller comes before all others.
  const rules = [...ofproto.tables.hiddenRules(), ...ofproto.tables.rules()];
  const lines = rules.map((rule) => formatCountedRule(rule, now, wantsOffloaded));
  const internal = internalRules(ofproto).map(({ rule, text }) => {
    return `${formatRuleCounts({ ...rule, table: INTERNAL_TABLE }, now, wantsOffloaded)}${text}`;
  });
  return [...lines, ...internal].map((line) => `${line}\n`).join('');
}

type RuleCounts = Pick<Rule, 'created' | 'packets' | 'bytes'>;

/** The rules that a bridge makes for itself, with Open vSwitch's words for them. */
export function internalRules({ tables, dropFragmentsRule }: Ofproto) {
  const { missRule, controllerMissRule } = tables;
  const unused: RuleCounts = { created: missRule.created, packets: 0, bytes: 0 };
  const rows: readonly (readonly [string, RuleCounts])[] = [
    // What is resubmitted to that table by somebody else; nothing of ours ever is.
    ['priority=2,recirc_id=0,actions=drop', unused],
    ['priority=0,reg0=0x1,actions=controller(reason=)', controllerMissRule],
    ['priority=0,reg0=0x2,actions=drop', missRule],
    ['priority=0,reg0=0x3,actions=drop', dropFragmentsRule],
  ];
  return rows.map(([text, { created, packets, bytes }]) => {
    return { text, rule: { created, packets, bytes } };
  });
}
