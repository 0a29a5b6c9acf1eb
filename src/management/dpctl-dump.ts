/**
 * `dpctl/dump-flows`, with its filters: by match, by kind of flow, by thread.
 *
 * Our datapath has one thread, which is the main one, and no hardware takes flows from it. Answers
 * to `dpctl_dump_flows()`.
 */

import type { Instant } from '../base/brands.js';
import { ParseError } from '../base/errors.js';
import type { DumpedFlow } from '../datapath/dpif.js';
import { formatOdpActions } from '../datapath/odp-actions-text.js';
import { formatDumpedFlow, formatFlowStats } from '../datapath/odp-flow-text.js';
import { formatOdpFlow } from '../datapath/odp-key-text.js';
import { createFlow, createFlowMask, type Flow } from '../packet/flow.js';
import { PlacedText } from '../packet/key-value-scanner.js';
import { type MatchTarget, parseMatchTerm } from '../packet/match-parse.js';
import { collectFlows } from '../switch-megaflows.js';
import type { DpctlCall } from './dpctl-call.js';
import { type ManagementContext, portNumberOf } from './management-context.js';
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
const MAIN_THREAD = 0x7fff_ffff;

interface Wanted {
  filter: MatchTarget | undefined;
  isType: boolean;
  thread: number | undefined;
}

export function dumpDatapathFlows(call: DpctlCall, ufids: UfidTable): void {
  const { words, context } = call;
  const { wanted, rest } = takeFilters(call, words);
  call.takeDatapath(rest, 1);
  if (!wanted.isType) return;
  if (wanted.thread !== undefined && !isMain(wanted.thread)) return;
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

/** Takes the filters from the end, each once, as Open vSwitch does. */
function takeFilters(
  call: DpctlCall,
  words: readonly string[],
): { wanted: Wanted; rest: readonly string[] } {
  const wanted: Wanted = { filter: undefined, isType: true, thread: undefined };
  const rest = [...words];
  const take = (prefix: string): string | undefined => {
    const last = rest.at(-1);
    return last?.startsWith(prefix) ? rest.pop()?.slice(prefix.length) : undefined;
  };
  for (let count = -1; count !== rest.length; ) {
    count = rest.length;
    const filter = wanted.filter === undefined ? take('filter=') : undefined;
    if (filter !== undefined) wanted.filter = parseFilter(call, filter);
    const type = take('type=');
    if (type !== undefined) wanted.isType = parseTypes(call, type);
    const thread = take('pmd=');
    if (thread !== undefined) wanted.thread = Number.parseInt(thread, 10);
  }
  return { wanted, rest };
}

function isMain(thread: number): boolean {
  return thread === NO_POLLING_THREAD || thread === MAIN_THREAD;
}

function parseTypes(call: DpctlCall, text: string): boolean {
  const names = text.split(/[ ,]+/).filter((name) => name !== '');
  const unknown = names.find((name) => !TYPES.has(name));
  if (unknown !== undefined) call.fail(`Failed to parse type (${unknown})`, 'EINVAL');
  return names.length === 0 || names.some((name) => TYPES.get(name));
}

/** A match in ovs-ofctl's syntax whose in_port is a datapath port. */
function parseFilter(call: DpctlCall, text: string): MatchTarget {
  const target: MatchTarget = { flow: createFlow(), mask: createFlowMask() };
  const terms = new PlacedText(text, { source: text, line: 0 });
  try {
    for (const { name, value } of terms.items()) addTerm(call, target, name, value);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    call.fail(`Failed to parse filter (${text}: ${error.expected})`);
  }
  return target;
}

function addTerm(
  call: DpctlCall,
  target: MatchTarget,
  name: string,
  value: string | undefined,
): void {
  const isPort = name === 'in_port' && value !== undefined;
  const number = isPort ? numberOf(call.context, value) : value;
  if (parseMatchTerm(target, name, number)) return;
  call.fail(
    `Failed to parse filter (${call.words.find(isFilter)?.slice(7)}: unknown field ${name})`,
  );
}

function isFilter(word: string): boolean {
  return word.startsWith('filter=');
}

function numberOf(context: ManagementContext, value: string): string {
  return portNumberOf(context)(value)?.toString() ?? value;
}

/** Whether packets of `flow` may meet `filter`: they agree where both look. */
function meets(flow: DumpedFlow, filter: MatchTarget | undefined): boolean {
  if (filter === undefined) return true;
  const key: Flow = flow.key.toFlow();
  const { words } = flow.mask ?? { words: undefined };
  return filter.mask.every((bits, i) => {
    const looked = words === undefined ? bits : bits & (words[i] ?? 0);
    return ((key[i] ?? 0) & looked) === ((filter.flow[i] ?? 0) & looked);
  });
}
