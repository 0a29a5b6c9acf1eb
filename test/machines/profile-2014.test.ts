import { describe, expect, it } from 'vitest';
import { instant, milliseconds } from '../../src/base/brands.js';
import { SlowReason } from '../../src/datapath/cookie.js';
import { SLOW_CONTROLLER_2014 } from '../../src/datapath/cookie-2014.js';
import type { CoverageCounter } from '../../src/machines/coverage-counters.js';
import { coverageCounters, coverageCounters2014 } from '../../src/machines/coverage-counters.js';
import { ovs23Profile } from '../../src/machines/profile-2014.js';
import {
  currentProfile,
  findProfile,
  profileNames,
  profiles,
} from '../../src/machines/profiles.js';
import { asUnsigned, NO_COUNTERS, wrappedDelta } from '../../src/machines/stats-delta.js';

const countersNames = Object.keys(coverageCounters) as CoverageCounter[];

describe('findProfile()', () => {
  it('finds each profile by its name', () => {
    for (const name of profileNames) expect(findProfile(name)).toBe(profiles[name]);
    expect(profileNames.map((name) => profiles[name].name)).toEqual(profileNames);
  });

  it('says which there are', () => {
    expect(() => findProfile('ovs-9')).toThrow(
      'Cannot find profile "ovs-9": use one of current, ovs-2.3',
    );
  });
});

describe('ovs23Profile', () => {
  it('has the defaults of Open vSwitch 2.3', () => {
    expect(ovs23Profile.defaults).toEqual({
      maxIdle: 1_500,
      maxIdleMin: 1,
      maxRevalidator: 500,
      minRevalidatePps: 5,
      flowLimit: 200_000,
      macTableSize: 2_048,
    });
  });

  it('has the policies of the seed where current has mended them', () => {
    expect(ovs23Profile).toMatchObject({
      ukeyLife: 'mark',
      ukeyAtPut: false,
      missSharing: 'batch',
      limitReadAt: 'dump end',
      minCycleGap: 0,
      modifyInPlace: false,
      missedDumpsMax: Number.POSITIVE_INFINITY,
      fitnessCheck: false,
      unmaskedFlow: 'unknown',
      showFormat: 'ovs-2.3',
      showThreads: 'configured',
      commandsFrom: 'first udpif',
      failOpenBatch: true,
      vlanSplinters: true,
      controllerAction: 'slow path',
      yieldsBetweenBatches: false,
      reportsFailedDumps: false,
      reportsLostDeltas: false,
      longDumpLevel: 'info',
    });
  });

  it('has a policy for everything that current has one for', () => {
    expect(Object.keys(ovs23Profile).sort()).toEqual(Object.keys(currentProfile).sort());
  });

  it('wraps the push of a failed deletion, whatever the error (B-02)', () => {
    expect(['ENOENT', 'EBUSY'].map(ovs23Profile.deltaOnDeleteError)).toEqual([
      'wrapped',
      'wrapped',
    ]);
  });

  it('pushes zero packets where NetFlow exists (B-13)', () => {
    expect(ovs23Profile.zeroPush(0, true)).toBe(true);
    expect(ovs23Profile.zeroPush(0, false)).toBe(false);
    expect(ovs23Profile.zeroPush(-3, false)).toBe(true);
  });

  it('lets the limit grow above 2,000 flows only (B-06)', () => {
    expect([2_000, 2_001].map(ovs23Profile.limitGrowth)).toEqual([false, true]);
  });

  it('reads a failed count as no flow (B-29)', () => {
    expect(ovs23Profile.flowsAfterError(7)).toBe(0);
    expect(currentProfile.flowsAfterError(7)).toBe(7);
  });

  it('doubles the limit in 32 bits (B-28)', () => {
    expect(ovs23Profile.killThreshold(2 ** 31)).toBe(0);
    expect(ovs23Profile.killThreshold(10)).toBe(20);
  });

  it('waits for 500 ms at most, whatever max-revalidator says', () => {
    const settings = { maxIdle: milliseconds(1_500), maxRevalidator: milliseconds(9_000) };
    expect(ovs23Profile.cycleInterval(settings)).toBe(500);
    expect(currentProfile.cycleInterval(settings)).toBe(1_500);
    expect(ovs23Profile.cycleInterval({ ...settings, maxIdle: milliseconds(70) })).toBe(70);
  });

  it('has 200 ms in place of the settings of cheap deletion (U-114)', () => {
    const facts = { dumpMs: 200, packets: 1, used: instant(1_000), now: instant(1_200) };
    const settings = { minRevalidatePps: 0, maxRevalidator: 10_000 };
    expect(ovs23Profile.shouldRevalidate(facts, settings)).toBe(false);
    expect(ovs23Profile.shouldRevalidate({ ...facts, dumpMs: 199 }, settings)).toBe(true);
    expect(currentProfile.shouldRevalidate(facts, settings)).toBe(true);
  });

  it('counts what 2.3 counted, under its names', () => {
    const names = new Set(countersNames.map(ovs23Profile.counterName));
    names.delete(undefined);
    expect([...names].sort()).toEqual(Object.keys(coverageCounters2014).sort());
    expect(ovs23Profile.counterName('dumped_duplicate_flow')).toBe('upcall_duplicate_flow');
    expect(ovs23Profile.counterName('upcall_flow_limit_hit')).toBeUndefined();
    expect(countersNames.map(currentProfile.counterName)).toEqual(countersNames);
  });

  it('says nothing of a limit that is reached, and no more than the port of a lost packet', () => {
    expect(ovs23Profile.messages.limitReached(5)).toBeUndefined();
    expect(currentProfile.messages.limitReached(5)).toContain('dynamic limit of 5 flows');
    const said = 'received packet on unassociated datapath port 7';
    expect(ovs23Profile.messages.unassociatedPort(7)).toBe(said);
    expect(currentProfile.messages.unassociatedPort(7)).toContain(said);
  });
});

describe('Profile.slowReasons', () => {
  it('has the bits that the datapath has for current', () => {
    expect(currentProfile.slowReasons).toEqual(SlowReason);
  });

  it('has CONTROLLER where LLDP came later, and no MATCH, for ovs-2.3', () => {
    expect(ovs23Profile.slowReasons).toEqual({
      CFM: 1,
      BFD: 2,
      LACP: 4,
      STP: 8,
      CONTROLLER: SLOW_CONTROLLER_2014,
      ACTION: 32,
    });
  });
});

describe('wrappedDelta()', () => {
  const counters = { packets: 9, bytes: 900, used: instant(5), tcpFlags: 2 };

  it('subtracts plainly, with the later time and all flags', () => {
    const cached = { packets: 4, bytes: 1_000, used: instant(7), tcpFlags: 16 };
    expect(wrappedDelta(counters, cached)).toEqual({
      packets: 5,
      bytes: -100,
      used: 7,
      tcpFlags: 18,
    });
  });

  it('is 2^64 minus what was cached where the reply is zero', () => {
    const { packets } = wrappedDelta(NO_COUNTERS, counters);
    expect(packets).toBe(-9);
    expect(asUnsigned(packets)).toBe(2n ** 64n - 9n);
    expect(asUnsigned(9)).toBe(9n);
  });
});
