import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { DatapathMeters, type MeterConfig } from '../../src/datapath/meter-table.js';

function setUp(config: MeterConfig) {
  const clock = new VirtualClock();
  const meters = new DatapathMeters(clock);
  const number = meters.add(config);
  if (number === 'EFBIG') throw new Error('no room');
  const admitted = (count: number, bytes = 100): number =>
    Array.from({ length: count }, () => meters.admit(number, bytes)).filter(Boolean).length;
  return { clock, meters, number, admitted };
}

describe('DatapathMeters', () => {
  it('lets a burst of packets through, then as many as its rate', () => {
    const { clock, admitted } = setUp({ unit: 'pktps', bands: [{ rate: 10, burst: 5 }] });
    expect(admitted(8)).toBe(5);
    clock.advance(100);
    expect(admitted(3)).toBe(1);
    clock.advance(50);
    expect(admitted(1)).toBe(0);
    clock.advance(50);
    expect(admitted(1)).toBe(1);
    clock.advance(60_000);
    expect(admitted(8)).toBe(5);
  });

  it('counts bits for kbps', () => {
    const { clock, admitted } = setUp({ unit: 'kbps', bands: [{ rate: 8, burst: 8 }] });
    // 8,000 bits are ten packets of 100 bytes.
    expect(admitted(20)).toBe(10);
    clock.advance(100);
    expect(admitted(20)).toBe(1);
    clock.advance(1000);
    expect(admitted(1, 1001)).toBe(0);
    expect(admitted(1, 1000)).toBe(1);
  });

  it('counts a dropped packet in the band of highest rate that was exceeded', () => {
    const bands = [
      { rate: 1, burst: 1 },
      { rate: 3, burst: 2 },
      { rate: 9, burst: 100 },
    ];
    const { meters, number, admitted } = setUp({ unit: 'pktps', bands });
    expect(admitted(4, 50)).toBe(1);
    expect(meters.stats(number)).toMatchObject({
      packets: 4,
      bytes: 200,
      bands: [
        { packets: 1, bytes: 50 },
        { packets: 2, bytes: 100 },
        { packets: 0, bytes: 0 },
      ],
    });
  });

  it('gives out the lowest number that is free', () => {
    const meters = new DatapathMeters(new VirtualClock());
    const config: MeterConfig = { unit: 'kbps', bands: [{ rate: 1, burst: 1 }] };
    expect([meters.add(config), meters.add(config), meters.add(config)]).toEqual([0, 1, 2]);
    meters.delete(1);
    expect(meters.stats(1)).toBeUndefined();
    expect(meters.add(config)).toBe(1);
  });

  it('gives out numbers that have come free in any order, the lowest first', () => {
    const { meters } = setUp({ unit: 'pktps', bands: [{ rate: 1, burst: 1 }] });
    const add = () => meters.add({ unit: 'pktps', bands: [{ rate: 1, burst: 1 }] });
    for (let i = 1; i < 6; i++) add();
    for (const number of [4, 1, 3]) meters.delete(number);
    expect([add(), add(), add(), add()]).toEqual([1, 3, 4, 6]);
  });

  it('admits everything where there is no such meter', () => {
    expect(new DatapathMeters(new VirtualClock()).admit(7, 100)).toBe(true);
  });

  it('begins anew when it is defined anew', () => {
    const { meters, number, admitted } = setUp({ unit: 'pktps', bands: [{ rate: 1, burst: 2 }] });
    admitted(5);
    meters.set(number, { unit: 'pktps', bands: [{ rate: 1, burst: 3 }] });
    expect(meters.stats(number)).toMatchObject({ packets: 0, bytes: 0 });
    expect(admitted(5)).toBe(3);
  });

  it('never admits more than burst and rate allow', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 }), steps, run),
      { seed: 7, numRuns: 200 },
    );
    function run(rate: number, burst: number, waits: readonly number[]): void {
      const { clock, admitted } = setUp({ unit: 'pktps', bands: [{ rate, burst }] });
      let [count, elapsed] = [0, 0];
      for (const wait of waits) {
        clock.advance(wait);
        elapsed += wait;
        count += admitted(1);
      }
      expect(count).toBeLessThanOrEqual(burst + (elapsed * rate) / 1000);
    }
  });
});
