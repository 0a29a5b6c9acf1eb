/**
 * `coverage/*` and `memory/show`: what a program counts of itself.
 *
 * Answers to OVS's `lib/coverage.c` and `lib/memory.c`; counters are in order of their names, and
 * the hash, too, is made of names, in order of their counts: runs that did the same kinds of things
 * as often have the same.
 */

import { CoverageRates } from '../base/coverage-rates.js';
import { hashAdd, hashFinish } from '../base/hash.js';
import type { Ofproto } from '../ofproto/ofproto.js';
import { internalRules } from './bridge-commands.js';
import { type Command, CommandError } from './command.js';
import { COVERAGE_NAMES } from './coverage-names.js';
import type { ManagementContext } from './management-context.js';

const NAME_WIDTH = 24;

export function coverageCommands({ sw }: ManagementContext): readonly Command[] {
  const rates = new CoverageRates(sw.coverage, sw.clock);
  // Dumps come at least every half second, so that rates need no timer of their own.
  sw.udpif.dumpSeq.changes.subscribe(() => rates.run());
  return [
    {
      name: 'coverage/show',
      usage: '',
      argsMin: 0,
      argsMax: 0,
      run: () => {
        rates.run();
        return show(sw.coverage.toJSON(), rates);
      },
    },
    {
      name: 'coverage/read-counter',
      usage: 'COUNTER',
      argsMin: 1,
      argsMax: 1,
      run: ([name = '']) => {
        const count = sw.coverage.read(name);
        if (count === 0 && !COVERAGE_NAMES.has(name)) throw new CommandError('No such counter');
        return String(count);
      },
    },
  ];
}

function show(counts: Readonly<Record<string, number>>, rates: CoverageRates): string {
  const entries = Object.entries(counts).filter(([, count]) => count > 0);
  const lines = entries.map(([name, count]) => {
    const { lastSeconds, lastMinute, lastHour } = rates.rate(name);
    const seconds = lastSeconds.toFixed(1).padStart(5);
    const minute = lastMinute.toFixed(3).padStart(9);
    const hour = lastHour.toFixed(4).padStart(13);
    const perSecond = `${seconds}/sec ${minute}/sec ${hour}/sec`;
    return `${name.padEnd(NAME_WIDTH)} ${perSecond}   total: ${count}\n`;
  });
  const hit = new Set(entries.map(([name]) => name));
  const missed = [...COVERAGE_NAMES].filter((name) => !hit.has(name)).length;
  const head = 'Event coverage, avg rate over last: 5 seconds, last minute, last hour';
  return `${head},  hash=${hashOf(entries)}:\n${lines.join('')}${missed} events never hit\n`;
}

/** Eight digits. */
function hashOf(entries: readonly (readonly [string, number])[]): string {
  const names = [...entries].sort(([, a], [, b]) => b - a).map(([name]) => name);
  const text = names.join();
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = hashAdd(hash, text.charCodeAt(i));
  return hashFinish(hash, text.length).toString(16).padStart(8, '0');
}

export function memoryCommands({ sw }: ManagementContext): readonly Command[] {
  return [
    {
      name: 'memory/show',
      usage: '',
      argsMin: 0,
      argsMax: 0,
      run: () => {
        const usage = new Map<string, number>();
        for (const udpif of sw.runtime.udpifs) udpif.addMemoryUsage(usage);
        const { bridges } = sw;
        usage.set('ports', sumOf(bridges.map(({ ofproto }) => ofproto.ports.length)));
        usage.set('rules', sumOf(bridges.map(({ ofproto }) => rulesOf(ofproto))));
        const entries = [...usage].filter(([, count]) => count > 0);
        return entries
          .map(([name, count]) => `${name}:${count}`)
          .sort()
          .join(' ');
      },
    },
  ];
}

/** Hidden ones too. */
function rulesOf(ofproto: Ofproto): number {
  const { tables } = ofproto;
  return tables.count() + tables.hiddenRules().length + internalRules(ofproto).length;
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
