import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adaptFlowLimit,
  type FlowLimitFacts,
  growAbove2000,
  growAlways,
  initialFlowLimit,
  longDumpMessage,
} from '../../src/machines/flow-limit.js';

const facts = (flowLimit: number, dumpMs: number, flows: number, flowLimitMax = 200_000) => ({
  flowLimit,
  dumpMs,
  flows,
  flowLimitMax,
});

/** Rows of behaviours 1.9: limit, duration, flows, result in ovs-2.3, result in current. */
const rows: readonly (readonly [number, number, number, number, number])[] = [
  [10_000, 1, 2_000, 10_000, 11_000],
  [10_000, 1, 2_001, 11_000, 11_000],
  [10_000, 200, 2_001, 11_000, 11_000],
  [10_000, 201, 2_001, 10_000, 10_000],
  [10_000, 999, 9_990, 10_000, 10_000],
  [10_000, 999, 9_991, 11_000, 11_000],
  [10_000, 1_000, 50_000, 10_000, 10_000],
  [10_000, 1_300, 50_000, 10_000, 10_000],
  [10_000, 1_301, 50_000, 7_500, 7_500],
  [10_000, 2_000, 50_000, 7_500, 7_500],
  [10_000, 2_001, 50_000, 5_000, 5_000],
  [10_000, 2_999, 50_000, 5_000, 5_000],
  [10_000, 3_000, 50_000, 3_333, 3_333],
  [10_000, 9_999, 50_000, 1_111, 1_111],
  [10_000, 10_999, 50_000, 1_000, 1_000],
  [1_333, 1_301, 7, 1_000, 1_000],
  [199_500, 1, 300_000, 200_000, 200_000],
  [4_294_967_295, 1, 2_001, 200_000, 200_000],
];

describe('adaptFlowLimit()', () => {
  it.each(rows)('U-085: %i after %i ms with %i flows', (limit, dumpMs, flows, old, current) => {
    const given = facts(limit, dumpMs, flows);
    expect(adaptFlowLimit(given, growAbove2000).flowLimit).toBe(old);
    expect(adaptFlowLimit(given, growAlways).flowLimit).toBe(current);
  });

  it('U-086: goes below 1,000 only for the configured limit', () => {
    expect(adaptFlowLimit(facts(10_000, 1, 0, 500), growAlways).flowLimit).toBe(500);
    expect(adaptFlowLimit(facts(10_000, 1, 0, 0), growAlways).flowLimit).toBe(0);
  });

  it('U-152: makes a limit of 0 one of 1,000', () => {
    expect(adaptFlowLimit(facts(0, 1, 0), growAlways).flowLimit).toBe(1_000);
  });

  it('U-087: recovers with few flows in current, and never in ovs-2.3', () => {
    expect(adaptFlowLimit(facts(1_000, 1, 1_500), growAlways).change).toBe('grew');
    expect(adaptFlowLimit(facts(1_000, 1, 1_500), growAbove2000).change).toBe('kept');
  });

  it('names the counter of what it did', () => {
    const counters = [1, 1_100, 1_500, 2_500].map(
      (dumpMs) => adaptFlowLimit(facts(5_000, dumpMs, 9_000), growAlways).counter,
    );
    expect(counters).toEqual([
      'upcall_flow_limit_grew',
      undefined,
      'upcall_flow_limit_reduced',
      'upcall_flow_limit_scaled',
    ]);
  });

  it('S11, S12: changes by one step, then stays in its bounds', () => {
    const number = (max: number) => fc.integer({ min: 0, max });
    const arbitrary: fc.Arbitrary<FlowLimitFacts> = fc.record({
      flowLimit: number(300_000),
      dumpMs: fc.integer({ min: 1, max: 20_000 }),
      flows: number(400_000),
      flowLimitMax: number(250_000),
    });
    const property = fc.property(arbitrary, (given) => {
      const { flowLimit, dumpMs, flowLimitMax } = given;
      const { flowLimit: result } = adaptFlowLimit(given, growAlways);
      const clamp = (value: number) => Math.min(flowLimitMax, Math.max(value, 1_000));
      const seconds = Math.max(1, Math.floor(dumpMs / 1_000));
      const steps = [
        flowLimit,
        flowLimit + 1_000,
        Math.floor(flowLimit * 0.75),
        Math.floor(flowLimit / seconds),
      ];
      expect(steps.map(clamp)).toContain(result);
    });
    fc.assert(property, { seed: 2014 });
  });
});

describe('initialFlowLimit()', () => {
  it('U-002: is 10,000 where the configured limit is not lower', () => {
    expect([200_000, 9_999, 0].map(initialFlowLimit)).toEqual([10_000, 9_999, 0]);
  });
});

describe('longDumpMessage()', () => {
  it('U-088: complains from 2,001 ms on', () => {
    expect(longDumpMessage(2_000)).toBeUndefined();
    expect(longDumpMessage(2_001)).toBe('Spent an unreasonably long 2001ms dumping flows');
  });
});
