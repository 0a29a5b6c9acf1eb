/**
 * The flows of a datapath, for people: a dump as texts and numbers.
 */

import type { Instant } from './base/brands.js';
import type { Dpif, DumpedFlow } from './datapath/dpif.js';
import type { Mask } from './datapath/mask.js';
import { formatOdpActions } from './datapath/odp-actions-text.js';
import { formatDumpedFlow } from './datapath/odp-flow-text.js';
import { formatOdpFlow } from './datapath/odp-key-text.js';
import { DP_START, FLOW_WORDS } from './packet/flow-layout.js';

/** A datapath flow, at the moment it was asked for. */
export interface MegaflowState {
  /** As `dpctl/dump-flows` prints it. */
  readonly key: string;
  readonly packets: number;
  readonly bytes: number;
  readonly actions: string;
  /** Bits that a packet must agree on: the fewer, the wider. */
  readonly exactBits: number;
}

const DUMP_BATCH = 50;
/** Of a datapath key: what a flow without a mask matches. */
const ALL_BITS = (FLOW_WORDS - DP_START) * 32;

/** All flows, sorted by key: the order in a table means nothing. */
export function dumpMegaflows(dpif: Dpif): readonly MegaflowState[] {
  return collectFlows(dpif, megaflowState).sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** All flows, a line each, as `dpctl/dump-flows` prints them. */
export function formatMegaflows(dpif: Dpif, now: Instant): string {
  const lines = collectFlows(dpif, (flow) => `${formatDumpedFlow(flow, now)}\n`);
  return lines.sort().join('');
}

/** One row for each flow, in the order of the dump; a flow is good only while `rowOf` runs. */
export function collectFlows<Row>(dpif: Dpif, rowOf: (flow: DumpedFlow) => Row): Row[] {
  const rows: Row[] = [];
  const dump = dpif.flowDumpStart();
  const thread = dump.thread();
  for (let flows = thread.next(DUMP_BATCH); flows.length > 0; flows = thread.next(DUMP_BATCH)) {
    for (const flow of flows) rows.push(rowOf(flow));
  }
  thread.end();
  dump.done();
  return rows;
}

/** One flow. */
export function megaflowState({ key, mask, actions, stats }: DumpedFlow): MegaflowState {
  return {
    key: formatOdpFlow(key.toFlow(), mask),
    packets: stats.packets,
    bytes: stats.bytes,
    actions: formatOdpActions(actions),
    exactBits: exactBitsOf(mask),
  };
}

/** Bits that a packet must agree on under `mask`; without one: all. */
export function exactBitsOf(mask: Mask | undefined): number {
  if (mask === undefined) return ALL_BITS;
  let count = 0;
  for (const index of mask.nonZero) {
    for (let word = mask.words[index] ?? 0; word !== 0; word &= word - 1) count++;
  }
  return count;
}
