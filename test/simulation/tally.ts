/** What many runs add up to: how often what was done, and what went wrong on purpose. */

import { type Cell, textTable } from '../../src/base/text-table.js';
import type { Plan } from './plan.js';
import type { Outcome } from './simulation.js';

/** Plain data: workers send it. */
export interface Tally {
  seeds: number;
  steps: number;
  cycles: number;
  packets: number;
  bytes: number;
  /** Packets that patch ports have carried. */
  crossings: number;
  readonly layouts: Map<string, number>;
  readonly kinds: Map<string, number>;
  readonly faults: Map<string, number>;
}

export function createTally(): Tally {
  return {
    seeds: 0,
    steps: 0,
    cycles: 0,
    packets: 0,
    bytes: 0,
    crossings: 0,
    layouts: new Map(),
    kinds: new Map(),
    faults: new Map(),
  };
}

export function addOutcome(tally: Tally, plan: Plan, outcome: Outcome): void {
  tally.seeds++;
  tally.steps += outcome.steps;
  tally.cycles += outcome.cycles;
  tally.packets += outcome.sent.packets;
  tally.bytes += outcome.sent.bytes;
  tally.crossings += outcome.crossings;
  add(tally.layouts, plan.layout ?? 'apart', 1);
  for (const event of plan.events.slice(0, outcome.steps)) {
    add(tally.kinds, event.do === 'send' ? `send ${event.kind}` : event.do, 1);
    if (plan.isInline && event.do === 'send') add(tally.kinds, 'send, answered inline', 1);
  }
  for (const [kind, count] of outcome.faults) add(tally.faults, kind, count);
}

export function addTally(sum: Tally, tally: Tally): void {
  sum.seeds += tally.seeds;
  sum.steps += tally.steps;
  sum.cycles += tally.cycles;
  sum.packets += tally.packets;
  sum.bytes += tally.bytes;
  sum.crossings += tally.crossings;
  for (const [layout, count] of tally.layouts) add(sum.layouts, layout, count);
  for (const [kind, count] of tally.kinds) add(sum.kinds, kind, count);
  for (const [kind, count] of tally.faults) add(sum.faults, kind, count);
}

/** The tally for people. */
export function formatTally(tally: Tally): string {
  const { seeds, steps, cycles, packets, bytes, crossings, layouts, kinds, faults } = tally;
  const sums = [
    `${group(seeds)} seeds, ${group(steps)} steps, ${group(cycles)} revalidator cycles`,
    `${group(packets)} packets of ${group(bytes)} bytes accounted for`,
    `${group(crossings)} times a packet went from one bridge to another`,
  ];
  return [
    ...sums,
    '',
    ...columns('bridges', layouts),
    '',
    ...columns('steps', kinds),
    '',
    ...columns('faults', faults),
  ].join('\n');
}

export function group(count: number): string {
  return count.toLocaleString('en');
}

function columns(heading: string, counts: ReadonlyMap<string, number>): readonly string[] {
  const names = [...counts.keys()].sort();
  const rows = names.map((name): Cell[] => [name, counts.get(name) ?? 0]);
  return textTable([[heading, 'times'], ...rows]);
}

function add(counts: Map<string, number>, kind: string, count: number): void {
  counts.set(kind, (counts.get(kind) ?? 0) + count);
}
