import { describe, expect, it } from 'vitest';
import { instant, milliseconds } from '../../src/base/brands.js';
import {
  judgeIdle,
  judgeTable,
  killThreshold,
  killThresholdWrapped,
  mayPut,
} from '../../src/machines/idle.js';

const maxIdle = milliseconds(10_000);
const table = (flows: number, flowLimit = 1_000) =>
  judgeTable({ flows, flowLimit, maxIdle }, killThreshold);
const now = instant(50_000);

describe('judgeTable()', () => {
  it('lets flows be idle for 100 ms only, from one flow over the limit on (U-101)', () => {
    expect(table(1_000).maxIdle).toBe(10_000);
    expect(table(1_001).maxIdle).toBe(100);
  });

  it('kills from one flow over twice the limit on (U-102)', () => {
    expect(table(2_000).isKilling).toBe(false);
    expect(table(2_001).isKilling).toBe(true);
  });

  it('notes that the limit is hit from the limit on', () => {
    expect(table(999).isLimitHit).toBe(false);
    expect(table(1_000).isLimitHit).toBe(true);
  });

  it('kills whatever there is at a limit of 0 (U-152)', () => {
    expect(table(1, 0).isKilling).toBe(true);
    expect(table(0, 0).isKilling).toBe(false);
  });

  it('wraps twice the limit in ovs-2.3 only (U-104)', () => {
    const facts = { flows: 1, flowLimit: 2 ** 31, maxIdle };
    expect(judgeTable(facts, killThresholdWrapped).isKilling).toBe(true);
    expect(judgeTable(facts, killThreshold).isKilling).toBe(false);
  });
});

describe('judgeIdle()', () => {
  const judge = (used: number, createdAt = 1, flows = 0) =>
    judgeIdle({ used: instant(used), createdAt: instant(createdAt) }, now, table(flows));

  it('keeps a flow that is idle for max-idle, and no longer (U-100)', () => {
    expect(judge(40_000)).toBeUndefined();
    expect(judge(39_999)).toBe('flow_idle');
  });

  it('takes the creation for the use of a flow that was never hit (U-099)', () => {
    expect(judge(0, 40_000)).toBeUndefined();
    expect(judge(0, 39_999)).toBe('flow_idle');
    expect(judge(0, 0)).toBeUndefined();
  });

  it('counts from 100 ms on when the table is over its limit (U-101)', () => {
    expect(judge(49_900, 1, 1_500)).toBeUndefined();
    expect(judge(49_899, 1, 1_500)).toBe('flow_idle');
  });

  it('kills also what was hit just now (U-103)', () => {
    expect(judge(50_000, 1, 2_001)).toBe('flow_limit');
  });

  it('keeps a flow that was used in the future', () => {
    expect(judge(60_000)).toBeUndefined();
  });
});

describe('mayPut()', () => {
  it('allows puts below the limit only (U-059)', () => {
    expect([9, 10, 11].map((flows) => mayPut(flows, 10))).toEqual([true, false, false]);
  });

  it('allows none at a limit of 0 (U-152)', () => {
    expect(mayPut(0, 0)).toBe(false);
  });
});
