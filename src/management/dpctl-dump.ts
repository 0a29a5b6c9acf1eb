/**
 * `dpctl/dump-flows`, with its filters: by match, by kind of flow, by thread.
 *
 * Our datapath has one thread, which is the main one, and no hardware takes flows from it. Answers
 * to `dpctl_dump_flows()`.
 */

import type { Instant } from '../base/brands.js';
import type { DumpedFlow } from '../datapath/dpif.js';
import { formatOdpActions } from '../datapath/odp-actions-text.js';
import { formatDumpedFlow, formatFlowStats } from '../datapath/odp-flow-text.js';
import { formatOdpFlow } from '../datapath/odp-key-text.js';
import { type ExactFlow, readExactFlow } from '../ofproto/exact-flow-parse.js';
import type { Flow } from '../packet/flow.js';
import { collectFlows } from '../switch-megaflows.js';
import { CommandError } from './command.js';
import type { DpctlCall } from './dpctl-call.js';
import { portNumberOf } from './management-context.js';
import { formatMiniflowBits } from './miniflow-bits.js';
import type { UfidTable } from './ufid-table.js';

/** Kinds of flows that can be asked for; true: ours are of it. */
const TYPES: ReadonlyMap<string, boolean> = new Map([
  ['ovs', true],
  ['tc', false],
  ['dpdk', false],
  ['offloaded', false],
  ['non-offloaded', true],
  ['partially-offloaded', false],
  ['all', true],
]);
/** What `pmd=` calls whatever is no polling thread. */
const NO_POLLING_THREAD = -1;

interface Wanted {
  filter: ExactFlow | undefined;
  isType: boolean | undefined;
  thread: number | undefined;
}

export function dumpDatapathFlows(call: DpctlCall, ufids: UfidTable): void {
  const { words, context } = call;
  const { wanted, rest } = takeFilters(call, words);
  call.takeDatapath(rest, 1);
  if (wanted.isType === false) return;
  if (![undefined, NO_POLLING_THREAD].includes(wanted.thread)) return;
  const now = context.sw.clock.now();
  const lines = collectFlows(context.sw.datapath, (flow) =>
    meets(flow, wanted.filter) ? `${formatForDpctl(call, flow, now, ufids)}\n` : '',
  ).filter((line) => line !== '');
  if (lines.length > 0 && wanted.thread === undefined)
    call.say('flow-dump from the main thread:\n');
  call.say(lines.join(''));
}

/** One flow on a line; in its verbose form with all that is known of it. */
export function formatForDpctl(
  call: DpctlCall,
  flow: DumpedFlow,
  now: Instant,
  ufids: UfidTable,
): string {
  const { textOptions } = call;
  if (!call.options.isVerbose) return formatDumpedFlow(flow, now, textOptions);
  const parts = [
    ufids.of(flow.key),
    formatOdpFlow(flow.key.toFlow(), flow.mask, textOptions),
    formatFlowStats(flow.stats, now),
    'dp:ovs',
    `actions:${formatOdpActions(flow.actions, textOptions)}`,
    `dp-extra-info:miniflow_bits(${formatMiniflowBits(flow.mask)})`,
  ];
  return parts.join(', ');
}

/** Takes the filters from the end; `filter=` and `type=` once, as Open vSwitch does. */
function takeFilters(
  call: DpctlCall,
  words: readonly string[],
): { wanted: Wanted; rest: readonly string[] } {
  const wanted: Wanted = { filter: undefined, isType: undefined, thread: undefined };
  const rest = [...words];
  const take = (prefix: string, isTaken: boolean): string | undefined => {
    const last = rest.at(-1);
    return !isTaken && last?.startsWith(prefix) ? rest.pop()?.slice(prefix.length) : undefined;
  };
  for (let count = -1; count !== rest.length; ) {
    count = rest.length;
    const filter = take('filter=', wanted.filter !== undefined);
    if (filter !== undefined) wanted.filter = parseFilter(call, filter);
    const type = take('type=', wanted.isType !== undefined);
    if (type !== undefined) wanted.isType = parseTypes(call, type);
    const thread = take('pmd=', false);
    if (thread !== undefined) wanted.thread = parseThread(thread);
  }
  return { wanted, rest };
}

/** What is no number is refused without a word, as in Open vSwitch. */
function parseThread(text: string): number {
  const thread = Number.parseInt(text, 10);
  if (Number.isNaN(thread)) throw new CommandError('');
  return thread;
}

function parseTypes(call: DpctlCall, text: string): boolean {
  const names = text.split(/[ ,]+/).filter((name) => name !== '');
  const unknown = names.find((name) => !TYPES.has(name));
  if (unknown !== undefined) call.fail(`Failed to parse type (${unknown})`, 'EINVAL');
  return names.some((name) => TYPES.get(name));
}

/** Exact fields in ovs-ofctl's syntax; ports are those of the datapath. */
function parseFilter(call: DpctlCall, text: string): ExactFlow {
  const filter = readExactFlow(text, portNumberOf(call.context));
  return typeof filter === 'string' ? call.fail(`Failed to parse filter (${filter})`) : filter;
}

/** Whether packets of `flow` may meet `filter`: they agree where both look. */
function meets(flow: DumpedFlow, filter: ExactFlow | undefined): boolean {
  if (filter === undefined) return true;
  const key: Flow = flow.key.toFlow();
  const { words } = flow.mask ?? { words: undefined };
  return filter.mask.every((bits, i) => {
    const looked = words === undefined ? bits : bits & (words[i] ?? 0);
    return ((key[i] ?? 0) & looked) === ((filter.flow[i] ?? 0) & looked);
  });
}
