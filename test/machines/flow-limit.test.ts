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

describe('adaptFlowLimit()', () => {
  it('recovers with few flows in current, and never in ovs-2.3 (U-087)', () => {
    expect(adaptFlowLimit(facts(1_000, 1, 1_500), growAlways).change).toBe('grew');
    expect(adaptFlowLimit(facts(1_000, 1, 1_500), growAbove2000).change).toBe('kept');
  });

  it('takes each threshold where the table has it (U-085, U-086, U-087)', () => {
    const verdicts = [999, 1_000, 1_300, 1_301, 2_000, 2_001, 2_999, 3_000].map((dumpMs) => {
      const { change, flowLimit } = adaptFlowLimit(facts(12_001, dumpMs, 100_000), growAlways);
      return [change, flowLimit];
    });
    expect(verdicts).toEqual([
      ['grew', 13_001],
      ['kept', 12_001],
      ['kept', 12_001],
      ['reduced', 9_000],
      ['reduced', 9_000],
      ['scaled', 6_000],
      ['scaled', 6_000],
      ['scaled', 4_000],
    ]);
  });

  it('grows only where a second would dump more flows than the limit allows (U-087)', () => {
    const changeOf = (flows: number) => adaptFlowLimit(facts(6_000, 500, flows), growAlways).change;
    expect([3_000, 3_001].map(changeOf)).toEqual(['kept', 'grew']);
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

  it('changes by one step, then stays in its bounds (S11, S12)', () => {
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
  it('is 10,000 where the configured limit is not lower (U-002)', () => {
    expect([200_000, 9_999, 0].map(initialFlowLimit)).toEqual([10_000, 9_999, 0]);
  });
});

describe('longDumpMessage()', () => {
  it('complains from 2,001 ms on (U-088)', () => {
    expect(longDumpMessage(2_000)).toBeUndefined();
    expect(longDumpMessage(2_001)).toBe('Spent an unreasonably long 2001ms dumping flows');
  });
});
