/**
 * The packets of each rule set as captures, one a port: what `upcall replay` and `upcall rules`
 * make of them.
 */

import { describe, expect, it } from 'vitest';
import { pcapFile } from '../cli/capture-files.js';
import { runCli } from '../cli/run-cli.js';
import { listRuleSets, pathOf, type RuleSet, readRuleSet } from './rule-set.js';

const STEP_MS = 100;

describe.each(listRuleSets())('The rule set %s in captures', (name) => {
  const set = readRuleSet(name);
  const captures = writeCaptures(set);
  const options = ['--flows', pathOf(name, 'flows')];
  if (set.groups !== undefined) options.push('--groups', pathOf(name, 'groups'));
  if (set.meters !== undefined) options.push('--meters', pathOf(name, 'meters'));
  const count = set.steps.filter(({ kind }) => kind === 'packet').length;

  it('has every packet of a replay accounted for', async () => {
    const { status, stdout } = await runCli(['replay', ...captures, ...options, '--json']);
    expect(status).toBe(0);
    const { conservation } = JSON.parse(stdout) as Document;
    expect(conservation).toMatchObject({ ok: true, packetsIn: count });
  });

  it('tells which rules megaflows come from, and hides none behind another', async () => {
    const { status, stdout } = await runCli(['rules', ...captures, ...options, '--json']);
    expect(status).toBe(0);
    const { packets, rules } = JSON.parse(stdout) as RulesDocument;
    expect(packets).toBe(count);
    expect(rules.some(({ megaflows }) => megaflows > 1)).toBe(true);
    expect(rules.filter((rule) => rule.packets > 0 && rule.shadowedBy !== null)).toEqual([]);
    const entered = rules.filter(({ table }) => table === 0);
    const met = entered.reduce((sum, rule) => sum + rule.packets, 0);
    expect(met).toBe(count);
  });
});

interface Document {
  readonly conservation: object;
}

interface RulesDocument {
  readonly packets: number;
  readonly rules: readonly {
    readonly table: number;
    readonly packets: number;
    readonly megaflows: number;
    readonly shadowedBy: string | null;
  }[];
}

/** A capture a port, in the order of ports: several captures are as many ports. */
function writeCaptures({ name, portCount, steps }: RuleSet): string[] {
  return Array.from({ length: portCount }, (_, i) => {
    const frames: Uint8Array[] = [];
    const times: number[] = [];
    for (const [at, step] of steps.entries()) {
      if (step.kind !== 'packet' || step.frame.port !== i + 1) continue;
      frames.push(step.frame.data);
      times.push(at * STEP_MS);
    }
    return pcapFile(`${name}-${i + 1}.pcap`, frames, times);
  });
}
