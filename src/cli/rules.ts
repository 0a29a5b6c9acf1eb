/**
 * `upcall rules [CAPTURE...] --flows FILE`: what each rule is good for.
 *
 * Of captures: how many packets met it and how many megaflows come from it, and which rules no
 * packet met. Of the rules alone: which no packet can meet, for another takes all of theirs.
 */

import { textTable } from '../base/text-table.js';
import type { Rule } from '../ofproto/rule.js';
import { formatBody } from '../ofproto/rule-text.js';
import { shadowedRules } from '../ofproto/shadowed-rules.js';
import { ruleRefOf } from '../ofproto/xlate-trace.js';
import type { Arguments } from './arguments.js';
import { CAPTURE_OPTIONS, readPortsMax, readRunOptions, readShown } from './capture-options.js';
import {
  type CaptureRunResult,
  type LoadedTraffic,
  loadTraffic,
  portCountOf,
  runCaptures,
} from './capture-run.js';
import { type Command, EXIT_FAILURE, EXIT_OK } from './command.js';
import { plainLines } from './dumped-text.js';
import { readFlowFile } from './flow-file.js';
import type { Io } from './io.js';
import { createLogger } from './logger.js';
import { UsageError } from './usage-error.js';

export const rulesCommand: Command = {
  name: 'rules',
  summary: 'Tell what each rule is good for: packets, megaflows; dead and shadowed rules.',
  synopsis: '[CAPTURE...] --flows FILE [OPTION...]',
  options: [
    { name: 'flows', value: 'FILE', help: 'rules: of ovs-ofctl dump-flows, or for add-flows' },
    ...CAPTURE_OPTIONS,
    { name: 'fail-on', value: 'dead|shadowed|any', help: 'exit with 1 where there is such a rule' },
  ],
  run: tellRules,
};

export interface RuleUse {
  readonly table: number;
  /** Match, priority and actions. */
  readonly rule: string;
  readonly packets: number;
  readonly bytes: number;
  /** Those that come from it, perhaps from others as well. */
  readonly megaflows: number;
  /** No packet of the captures met it. */
  readonly isDead: boolean;
  /** A rule of higher priority that takes all of its packets; null: none alone does. */
  readonly shadowedBy: string | null;
}

async function tellRules(args: Arguments, io: Io): Promise<number> {
  const path = args.text('flows');
  if (path === undefined) {
    throw new UsageError('Cannot look at rules: --flows FILE says what they are');
  }
  const failOn = args.choice('fail-on', ['dead', 'shadowed', 'any']);
  const traffic = loadTraffic(args.positionals, readPortsMax(args));
  if (traffic.captures.length === 0 && failOn === 'dead') {
    throw new UsageError('Cannot look for dead rules: that takes a capture');
  }
  const flows = plainLines(readFlowFile(path));
  const result = await runCaptures({
    traffic,
    portCount: portCountOf(path, flows),
    flows,
    flowsSource: path,
    ...readRunOptions(args),
    log: createLogger(args, io, () => 0),
  });
  const uses = usesOf(result, traffic.captures.length > 0);
  io.stdout.write(
    args.has('json') ? jsonOf(uses, traffic) : textOf(uses, traffic, readShown(args)),
  );
  return judge(uses, failOn, io);
}

function usesOf({ target, ledger, rules }: CaptureRunResult, hasTraffic: boolean): RuleUse[] {
  const { ofproto } = target.bridge();
  const shadows = shadowedRules(rules);
  const megaflows = new Map<object, number>();
  for (const entry of ledger.entries) {
    for (const ref of entry.rules) megaflows.set(ref, (megaflows.get(ref) ?? 0) + 1);
  }
  return rules.map((rule) => {
    const wider = shadows.get(rule);
    return {
      table: rule.table,
      rule: formatBody(rule),
      packets: rule.packets,
      bytes: rule.bytes,
      megaflows: megaflows.get(ruleRefOf(ofproto, rule)) ?? 0,
      isDead: hasTraffic && isUnmet(rule),
      shadowedBy: wider === undefined ? null : formatBody(wider),
    };
  });
}

/** A rule of a conjunction is met only together with others, and counts nothing. */
function isUnmet({ packets, conjunctions }: Rule): boolean {
  return packets === 0 && conjunctions === undefined;
}

function jsonOf(uses: readonly RuleUse[], { captures, packets }: LoadedTraffic): string {
  const document = {
    captures: captures.map(({ file }) => file),
    packets: packets.data.length,
    rules: uses.map(({ isDead, ...use }) => ({ ...use, dead: isDead })),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function textOf(uses: readonly RuleUse[], traffic: LoadedTraffic, shown: number): string {
  const hasTraffic = traffic.captures.length > 0;
  const dead = uses.filter(({ isDead }) => isDead);
  const shadowed = uses.filter(({ shadowedBy }) => shadowedBy !== null);
  const sections = [
    ...(hasTraffic ? [section('Rules', usesTable(uses, shown))] : []),
    section('Shadowed rules: no packet can meet them', shadowedLines(shadowed, shown)),
    ...(hasTraffic ? [section('Dead rules: no packet met them', deadLines(dead, shown))] : []),
  ];
  return sections.join('\n');
}

function section(title: string, lines: readonly string[]): string {
  const body = lines.length === 0 ? ['none'] : lines;
  return `${title}\n${body.map((line) => `  ${line}\n`).join('')}`;
}

function usesTable(uses: readonly RuleUse[], shown: number): readonly string[] {
  if (uses.length === 0) return [];
  const rows = [...uses]
    .sort((a, b) => b.megaflows - a.megaflows || b.packets - a.packets)
    .slice(0, shown)
    .map(({ megaflows, packets, table, rule }) => [megaflows, packets, table, rule]);
  const table = textTable([['megaflows', 'packets', 'table', 'rule'], ...rows]);
  return [...table, ...moreLine(uses.length - shown)];
}

function shadowedLines(uses: readonly RuleUse[], shown: number): readonly string[] {
  const lines = uses
    .slice(0, shown)
    .flatMap(({ table, rule, shadowedBy }) => [`table ${table}: ${rule}`, `  by ${shadowedBy}`]);
  return [...lines, ...moreLine(uses.length - shown)];
}

function deadLines(uses: readonly RuleUse[], shown: number): readonly string[] {
  const lines = uses.slice(0, shown).map(({ table, rule }) => `table ${table}: ${rule}`);
  return [...lines, ...moreLine(uses.length - shown)];
}

function moreLine(count: number): readonly string[] {
  return count > 0 ? [`… and ${count} more; --shown shows them`] : [];
}

function judge(
  uses: readonly RuleUse[],
  failOn: 'dead' | 'shadowed' | 'any' | undefined,
  io: Io,
): number {
  if (failOn === undefined) return EXIT_OK;
  const isBad = ({ isDead, shadowedBy }: RuleUse): boolean =>
    (failOn !== 'shadowed' && isDead) || (failOn !== 'dead' && shadowedBy !== null);
  const count = uses.filter(isBad).length;
  if (count === 0) return EXIT_OK;
  const kind = failOn === 'any' ? 'dead or shadowed' : failOn;
  io.stderr.write(`upcall: ${count} ${count === 1 ? 'rule is' : 'rules are'} ${kind}\n`);
  return EXIT_FAILURE;
}
