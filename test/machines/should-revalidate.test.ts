import { describe, expect, it } from 'vitest';
import { instant } from '../../src/base/brands.js';
import {
  type RevalidationFacts,
  SETTINGS_2014,
  shouldRevalidate,
} from '../../src/machines/should-revalidate.js';

/** A slow dump, and a flow with a packet every 200 ms: 10 packets since it was hit 2,000 ms ago. */
const slow: RevalidationFacts = {
  dumpMs: 250,
  packets: 10,
  used: instant(8_000),
  now: instant(10_000),
};
const settings = { minRevalidatePps: 5, maxRevalidator: 500 };

describe('shouldRevalidate()', () => {
  it('is always so after a dump of less than half of max-revalidator (U-112)', () => {
    expect(shouldRevalidate({ ...slow, dumpMs: 249 }, settings)).toBe(true);
    expect(shouldRevalidate(slow, settings)).toBe(false);
    expect(shouldRevalidate({ ...slow, dumpMs: 199 }, SETTINGS_2014)).toBe(true);
    expect(shouldRevalidate({ ...slow, dumpMs: 200 }, SETTINGS_2014)).toBe(false);
  });

  it('is so for a flow that was not dumped before, or at a rate of 0', () => {
    expect(shouldRevalidate({ ...slow, used: instant(0) }, settings)).toBe(true);
    expect(shouldRevalidate(slow, { ...settings, minRevalidatePps: 0 })).toBe(true);
  });

  it('asks for less time between packets than the rate stands for (U-113)', () => {
    const withPackets = (packets: number) => shouldRevalidate({ ...slow, packets }, settings);
    expect([9, 10, 11].map(withPackets)).toEqual([false, false, true]);
  });

  it('takes a flow without packets for one with one (U-114)', () => {
    const unused = (ms: number) =>
      shouldRevalidate({ ...slow, packets: 0, used: instant(10_000 - ms) }, settings);
    expect([199, 200].map(unused)).toEqual([true, false]);
  });

  it('takes a use in the future for one at present', () => {
    expect(shouldRevalidate({ ...slow, packets: 1, used: instant(12_000) }, settings)).toBe(true);
  });
});
