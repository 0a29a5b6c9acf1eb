/** The small policies: one question each. */

import { describe, expect, it } from 'vitest';
import { instant, milliseconds } from '../../src/base/brands.js';
import {
  type ClassifiedUpcall,
  COOKIE_SIZES,
  COOKIE_SIZES_2014,
  classifyUpcall,
} from '../../src/machines/classify-upcall.js';
import {
  type CoverageCounter,
  counterName2014,
  coverageCounters,
  coverageCounters2014,
} from '../../src/machines/coverage-counters.js';
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
import {
  asUnsigned,
  dumpDelta,
  finalDelta,
  hasRunBackward,
  wrappedDelta,
} from '../../src/machines/stats-delta.js';

const counters = (packets: number, bytes: number, used = 0, tcpFlags = 0) => ({
  packets,
  bytes,
  used: instant(used),
  tcpFlags,
});

describe('dumpDelta()', () => {
  it('saturates each counter by itself, and takes use and flags as dumped (U-110)', () => {
    const delta = dumpDelta(counters(9, 50, 7, 2), counters(4, 60, 8, 1));
    expect(delta).toEqual(counters(5, 0, 7, 2));
  });

  it('pushes nothing for counters that went backward, then counts from there (U-111)', () => {
    expect(dumpDelta(counters(4, 4), counters(9, 9)).packets).toBe(0);
    expect(dumpDelta(counters(6, 6), counters(4, 4)).packets).toBe(2);
    expect(hasRunBackward(counters(4, 4), counters(9, 9))).toBe(true);
    expect(hasRunBackward(counters(9, 9), counters(9, 9))).toBe(false);
  });
});

describe('finalDelta()', () => {
  it('takes the later use and all flags (U-141)', () => {
    const delta = finalDelta(counters(9, 90, 5, 2), counters(4, 40, 8, 1));
    expect(delta).toEqual(counters(5, 50, 8, 3));
    expect(finalDelta(counters(1, 1, 9), counters(0, 0, 8)).used).toBe(9);
  });

  it('is never negative (U-145)', () => {
    expect(finalDelta(counters(0, 0), counters(4, 40))).toEqual(counters(0, 0));
  });
});

describe('wrappedDelta()', () => {
  it('subtracts without a floor, and takes the later use and all flags (B-02)', () => {
    const cached = counters(4, 40, 8, 1);
    expect(wrappedDelta(counters(0, 0), cached)).toEqual(counters(-4, -40, 8, 1));
    expect(wrappedDelta(counters(9, 90, 9, 2), cached)).toEqual(counters(5, 50, 9, 3));
    expect(asUnsigned(-4)).toBe(2n ** 64n - 4n);
  });
});

describe('sampleFlows()', () => {
  it('keeps the maximum and walks halfway to each sample, rounded down (U-080)', () => {
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
  it('asks again after more than 100 ms (U-026)', () => {
    expect(isFlowsCacheStale(instant(1_100), instant(1_000))).toBe(false);
    expect(isFlowsCacheStale(instant(1_101), instant(1_000))).toBe(true);
  });

  it('asks the first time, whatever the clock says (U-027)', () => {
    expect(isFlowsCacheStale(instant(0), undefined)).toBe(true);
  });
});

describe('isFlowMissing()', () => {
  it('gives up at the fourth complete dump in current, and never in ovs-2.3 (U-140)', () => {
    expect([3, 4].map((count) => isFlowMissing(count, MISSED_DUMPS_MAX))).toEqual([false, true]);
    expect(isFlowMissing(1_000, Number.POSITIVE_INFINITY)).toBe(false);
  });
});

describe('cycle timing', () => {
  it('follows the start by the lesser of max-idle and max-revalidator (U-089)', () => {
    const settings = { maxIdle: milliseconds(700), maxRevalidator: milliseconds(500) };
    expect(cycleDeadline(instant(1_000), settings)).toBe(1_500);
    expect(cycleDeadline(instant(1_000), { ...settings, maxIdle: milliseconds(200) })).toBe(1_200);
  });

  it('records whole durations of at least 1 ms (U-084)', () => {
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

  it('takes a miss for a miss, whatever it carries (U-052)', () => {
    expect(classify({ type: 'miss', cookie: { type: 'sflow' } })).toEqual({ class: 'miss' });
  });

  it('complains of an unexpected type (U-053)', () => {
    expect(classify({ type: 7 })).toEqual({
      class: 'bad',
      complaint: 'upcall has unexpected type 7',
    });
  });

  it('complains of a missing cookie (U-054)', () => {
    const complaint = 'action upcall missing cookie';
    expect(classify({ type: 'action' })).toEqual({ class: 'bad', complaint });
  });

  it('complains of an unexpected size (U-055)', () => {
    for (const size of [0, 1, 17]) {
      const complaint = `action upcall cookie has unexpected size ${size}`;
      expect(classify(malformed(size, 2)).complaint).toBe(complaint);
      expect(classifyUpcall(malformed(size, 2), COOKIE_SIZES_2014).complaint).toBe(complaint);
    }
    expect(classify(malformed(8, 2)).complaint).toContain('unexpected size 8');
  });

  it.each(['sflow', 'slow_path', 'flow_sample', 'ipfix', 'controller'] as const)(
    'classifies a cookie of type %s by that type (U-056)',
    (type) => {
      expect(classify({ type: 'action', cookie: { type } })).toEqual({ class: type });
    },
  );

  it('does not know cookies of type controller in ovs-2.3, and all others (U-056)', () => {
    const classify2014 = (type: 'controller' | 'ipfix') =>
      classifyUpcall({ type: 'action', cookie: { type } }, COOKIE_SIZES_2014);
    expect(classify2014('controller')).toEqual({
      class: 'bad',
      complaint: 'action upcall cookie has unexpected size 48',
    });
    expect(classify2014('ipfix')).toEqual({ class: 'ipfix' });
  });

  it('complains of a type that does not go with its size (U-056)', () => {
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

  it('counted four things under these two names in 2014', () => {
    const counted = Object.keys(coverageCounters).flatMap((counter) => {
      const name = counterName2014(counter as CoverageCounter);
      return name === undefined ? [] : [[counter, name]];
    });
    expect(Object.fromEntries(counted)).toEqual({
      dumped_duplicate_flow: 'upcall_duplicate_flow',
      dumped_new_flow: 'upcall_duplicate_flow',
      upcall_ukey_contention: 'upcall_duplicate_flow',
      revalidate_missed_dp_flow: 'revalidate_missed_dp_flow',
    });
  });
});
