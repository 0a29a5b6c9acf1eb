/** The small policies: one question each. */

import { describe, expect, it } from 'vitest';
import { instant, milliseconds } from '../../src/base/brands.js';
import {
  type ClassifiedUpcall,
  COOKIE_SIZES,
  COOKIE_SIZES_2014,
  classifyUpcall,
} from '../../src/machines/classify-upcall.js';
import { coverageCounters, coverageCounters2014 } from '../../src/machines/coverage-counters.js';
import {
  acceptMaxIdle,
  acceptMaxRevalidator,
  cycleDeadline,
  recordedDumpMs,
} from '../../src/machines/cycle-timing.js';
import {
  deleteReasonNames,
  deleteReasonOf,
  deleteReasons,
} from '../../src/machines/delete-reasons.js';
import { isFlowsCacheStale, NO_FLOW_COUNTS, sampleFlows } from '../../src/machines/flow-counts.js';
import { isFlowMissing, MISSED_DUMPS_MAX } from '../../src/machines/missed-dumps.js';
import { SETTINGS_2014, shouldRevalidate } from '../../src/machines/should-revalidate.js';
import { dumpDelta, finalDelta, hasRunBackward } from '../../src/machines/stats-delta.js';

const counters = (packets: number, bytes: number, used = 0, tcpFlags = 0) => ({
  packets,
  bytes,
  used: instant(used),
  tcpFlags,
});

describe('shouldRevalidate()', () => {
  const current = { minRevalidatePps: 5, maxRevalidator: 500 };
  const facts = (dumpMs: number, packets: number, age: number) => ({
    dumpMs,
    packets,
    used: instant(10_000),
    now: instant(10_000 + age),
  });

  it.each([
    [199, 0, 99_999, true],
    [200, 0, 199, true],
    [200, 1, 199, true],
    [200, 0, 200, false],
    [200, 1, 200, false],
    [200, 10, 1_999, true],
    [200, 10, 2_000, false],
    [200, 1, -500, true],
  ])('U-114: dump %i ms, %i packets, age %i', (dumpMs, packets, age, expected) => {
    expect(shouldRevalidate(facts(dumpMs, packets, age), SETTINGS_2014)).toBe(expected);
  });

  it('U-114: takes half of max-revalidator and min-revalidate-pps in current', () => {
    expect(shouldRevalidate(facts(249, 1, 9_999), current)).toBe(true);
    expect(shouldRevalidate(facts(250, 1, 199), current)).toBe(true);
    expect(shouldRevalidate(facts(250, 1, 200), current)).toBe(false);
    expect(shouldRevalidate(facts(250, 1, 200), { ...current, minRevalidatePps: 4 })).toBe(true);
  });

  it('U-114: never skips at min-revalidate-pps 0', () => {
    const settings = { ...current, minRevalidatePps: 0 };
    expect(shouldRevalidate(facts(9_999, 0, 99_999), settings)).toBe(true);
  });

  it('U-113: does not ask about a flow that has no use on record', () => {
    const fresh = { ...facts(9_999, 0, 99_999), used: instant(0) };
    expect(shouldRevalidate(fresh, current)).toBe(true);
  });
});

describe('dumpDelta()', () => {
  it('U-110: saturates each counter by itself, and takes use and flags as dumped', () => {
    const delta = dumpDelta(counters(9, 50, 7, 2), counters(4, 60, 8, 1));
    expect(delta).toEqual(counters(5, 0, 7, 2));
  });

  it('U-111: pushes nothing for counters that went backward, then counts from there', () => {
    expect(dumpDelta(counters(4, 4), counters(9, 9)).packets).toBe(0);
    expect(dumpDelta(counters(6, 6), counters(4, 4)).packets).toBe(2);
    expect(hasRunBackward(counters(4, 4), counters(9, 9))).toBe(true);
    expect(hasRunBackward(counters(9, 9), counters(9, 9))).toBe(false);
  });
});

describe('finalDelta()', () => {
  it('U-141: takes the later use and all flags', () => {
    const delta = finalDelta(counters(9, 90, 5, 2), counters(4, 40, 8, 1));
    expect(delta).toEqual(counters(5, 50, 8, 3));
    expect(finalDelta(counters(1, 1, 9), counters(0, 0, 8)).used).toBe(9);
  });

  it('U-145: is never negative', () => {
    expect(finalDelta(counters(0, 0), counters(4, 40))).toEqual(counters(0, 0));
  });
});

describe('sampleFlows()', () => {
  it('U-080: keeps the maximum and walks halfway to each sample, rounded down', () => {
    let counts = NO_FLOW_COUNTS;
    const averages = [10, 10, 10, 10, 10].map((flows) => {
      counts = sampleFlows(counts, flows);
      return counts.average;
    });
    expect(averages).toEqual([5, 7, 8, 9, 9]);
    expect(sampleFlows(counts, 3)).toEqual({ maximum: 10, average: 6 });
  });
});

describe('isFlowsCacheStale()', () => {
  it('U-026: asks again after more than 100 ms', () => {
    expect(isFlowsCacheStale(instant(1_100), instant(1_000))).toBe(false);
    expect(isFlowsCacheStale(instant(1_101), instant(1_000))).toBe(true);
  });

  it('U-027: asks the first time, whatever the clock says', () => {
    expect(isFlowsCacheStale(instant(0), undefined)).toBe(true);
  });
});

describe('isFlowMissing()', () => {
  it('U-140: gives up at the fourth complete dump in current, and never in ovs-2.3', () => {
    expect([3, 4].map((count) => isFlowMissing(count, MISSED_DUMPS_MAX))).toEqual([false, true]);
    expect(isFlowMissing(1_000, Number.POSITIVE_INFINITY)).toBe(false);
  });
});

describe('cycle timing', () => {
  it('U-089: follows the start by the lesser of max-idle and max-revalidator', () => {
    const settings = { maxIdle: milliseconds(700), maxRevalidator: milliseconds(500) };
    expect(cycleDeadline(instant(1_000), settings)).toBe(1_500);
    expect(cycleDeadline(instant(1_000), { ...settings, maxIdle: milliseconds(200) })).toBe(1_200);
  });

  it('U-084: records whole durations of at least 1 ms', () => {
    expect([0, 0.4, 1.9, 25].map(recordedDumpMs)).toEqual([1, 1, 1, 25]);
  });

  it('raises a low max-idle and ignores a low max-revalidator', () => {
    expect(acceptMaxIdle(milliseconds(499))).toBe(500);
    expect(acceptMaxIdle(milliseconds(501))).toBe(501);
    expect(acceptMaxRevalidator(milliseconds(99), milliseconds(500))).toBe(500);
    expect(acceptMaxRevalidator(milliseconds(100), milliseconds(500))).toBe(100);
  });
});

describe('classifyUpcall()', () => {
  const classify = (upcall: ClassifiedUpcall) => classifyUpcall(upcall, COOKIE_SIZES);
  const malformed = (size: number, cookieType: number): ClassifiedUpcall => ({
    type: 'action',
    cookie: { type: 'malformed', size, cookieType },
  });

  it('U-052: takes a miss for a miss, whatever it carries', () => {
    expect(classify({ type: 'miss', cookie: { type: 'sflow' } })).toEqual({ class: 'miss' });
  });

  it('U-053: complains of an unexpected type', () => {
    expect(classify({ type: 7 })).toEqual({
      class: 'bad',
      complaint: 'upcall has unexpected type 7',
    });
  });

  it('U-054: complains of a missing cookie', () => {
    const complaint = 'action upcall missing cookie';
    expect(classify({ type: 'action' })).toEqual({ class: 'bad', complaint });
  });

  it('U-055: complains of an unexpected size', () => {
    for (const size of [0, 1, 17]) {
      const complaint = `action upcall cookie has unexpected size ${size}`;
      expect(classify(malformed(size, 2)).complaint).toBe(complaint);
      expect(classifyUpcall(malformed(size, 2), COOKIE_SIZES_2014).complaint).toBe(complaint);
    }
    expect(classify(malformed(8, 2)).complaint).toContain('unexpected size 8');
  });

  it.each(['sflow', 'slow_path', 'flow_sample', 'ipfix', 'controller'] as const)(
    'U-056: classifies a cookie of type %s by that type',
    (type) => {
      expect(classify({ type: 'action', cookie: { type } })).toEqual({ class: type });
    },
  );

  it('U-056: complains of a type that does not go with its size', () => {
    expect(classify(malformed(48, 9)).complaint).toBe('invalid user cookie of type 9 and size 48');
    const ipfix = classifyUpcall(malformed(2, 4), COOKIE_SIZES_2014);
    expect(ipfix.complaint).toBe('invalid user cookie of type 4 and size 2');
  });
});

describe('deleteReasons', () => {
  it('are numbered as in OVS, in order', () => {
    expect(deleteReasonNames.map((name) => deleteReasons[name].code)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    ]);
    expect(Object.keys(deleteReasons)).toEqual([...deleteReasonNames]);
  });

  it('are found by their number', () => {
    expect(deleteReasonOf(3)).toBe('flow_idle');
    expect([0, 12].map(deleteReasonOf)).toEqual([undefined, undefined]);
    expect(deleteReasons.flow_idle.text).toBe('Flow idle timeout');
  });
});

describe('coverageCounters', () => {
  it("are OVS's sixteen, and the seed's two", () => {
    expect(Object.keys(coverageCounters)).toHaveLength(16);
    expect(Object.keys(coverageCounters2014)).toEqual([
      'upcall_duplicate_flow',
      'revalidate_missed_dp_flow',
    ]);
  });
});
