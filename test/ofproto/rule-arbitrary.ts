/**
 * Random rules and packets over few values, so that they meet often: for the classifier's tests.
 */

import fc from 'fast-check';
import { instant } from '../../src/base/brands.js';
import { Match } from '../../src/ofproto/match.js';
import { type FlowSpec, Rule } from '../../src/ofproto/rule.js';
import { createFlow, createFlowMask, type Flow } from '../../src/packet/flow.js';
import {
  DL_DST,
  DL_TYPE,
  IN_PORT,
  NW_DST,
  NW_PROTO,
  NW_SRC,
  TP,
  VLAN0,
} from '../../src/packet/flow-layout.js';

/** A word that rules may match on: the masks they use, and the values that packets have. */
interface Column {
  readonly word: number;
  readonly masks: readonly number[];
  readonly values: readonly number[];
}

const ADDRESSES = [0x0a00_0001, 0x0a00_0002, 0x0a00_0102, 0x0a01_0001, 0x0b00_0001, 0xc0a8_0001];
const ADDRESS_MASKS = [0, 0, 0xff00_0000, 0xffff_ff00, 0xffff_0000, 0xffff_ffff, 0x0000_00ff];

const COLUMNS: readonly Column[] = [
  { word: IN_PORT, masks: [0, 0, 0xffff_ffff], values: [1, 2] },
  { word: DL_DST, masks: [0, 0, 0xffff_ffff, 0x0100_0000], values: [0x5054_0000, 0x0100_5e00] },
  { word: DL_TYPE, masks: [0, 0xffff_0000], values: [0x0800_0000, 0x0806_0000] },
  { word: VLAN0, masks: [0, 0, 0x1fff, 0x1000], values: [0, 0x8100_1001, 0x8100_1002] },
  { word: NW_SRC, masks: ADDRESS_MASKS, values: ADDRESSES },
  { word: NW_DST, masks: ADDRESS_MASKS, values: ADDRESSES },
  { word: NW_PROTO, masks: [0, 0xff], values: [6, 17] },
  {
    word: TP,
    masks: [0, 0, 0xffff_ffff, 0xffff_0000, 0x0000_ffff, 0x0000_fff0],
    values: [0x0050_0050, 0x0050_0051, 0x1f90_0050, 0x0035_ffff],
  },
];

/** A packet with one of the columns' values in each of their words. */
export const packetArbitrary: fc.Arbitrary<Flow> = fc
  .tuple(...COLUMNS.map((column) => fc.constantFrom(...column.values)))
  .map((values) => {
    const flow = createFlow();
    for (const [i, column] of COLUMNS.entries()) flow[column.word] = values[i] ?? 0;
    return flow;
  });

const maskArbitrary = fc
  .tuple(...COLUMNS.map((column) => fc.constantFrom(...column.masks)))
  .map((masks) => {
    const mask = createFlowMask();
    for (const [i, column] of COLUMNS.entries()) mask[column.word] = masks[i] ?? 0;
    // An address or a port means nothing where the packet's type is not matched on.
    if (((mask[NW_SRC] ?? 0) | (mask[NW_DST] ?? 0) | (mask[TP] ?? 0)) !== 0) {
      mask[DL_TYPE] = 0xffff_0000;
    }
    return mask;
  });

export const matchArbitrary: fc.Arbitrary<Match> = fc
  .tuple(packetArbitrary, maskArbitrary)
  .map(([flow, mask]) => new Match(flow, mask));

/** A flow of table 0 that does nothing. */
export function flowSpec(match: Match, overrides: Partial<FlowSpec> = {}): FlowSpec {
  return {
    table: 0,
    priority: 100,
    match,
    actions: [],
    cookie: undefined,
    idleTimeout: 0,
    hardTimeout: 0,
    importance: 0,
    flags: 0,
    ...overrides,
  };
}

export function rule(match: Match, priority: number, version = 1): Rule {
  return new Rule(flowSpec(match, { priority }), { now: instant(1000), version });
}

/** Rules over few priorities, so that some are equal. */
export const ruleArbitrary: fc.Arbitrary<Rule> = fc
  .tuple(matchArbitrary, fc.integer({ min: 0, max: 5 }))
  .map(([match, priority]) => rule(match, priority));
