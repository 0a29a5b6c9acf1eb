import { describe, expect, it } from 'vitest';
import { instant, ofpPort } from '../../src/base/brands.js';
import { Coverage } from '../../src/base/coverage.js';
import { createRng } from '../../src/base/rng.js';
import { type MacSighting, MacTable } from '../../src/ofproto/mac-learning.js';

const HIGH = 0x5054;
const START = instant(1_000_000);
const seconds = (count: number) => instant(START + 1000 * count);

function createTable() {
  const coverage = new Coverage();
  let changes = 0;
  const table = new MacTable({ coverage, onChange: () => changes++ });
  return { table, coverage, changes: () => changes };
}

function seen(low: number, port: number, more: Partial<MacSighting> = {}): MacSighting {
  return { high: HIGH, low, vlan: 0, port: ofpPort(port), isGratuitousArp: false, ...more };
}

describe('MacTable.learn()', () => {
  it('knows a learned address in its VLAN, and only there', () => {
    const { table } = createTable();
    table.learn(seen(1, 3, { vlan: 7 }), START);
    expect(table.lookup(HIGH, 1, 7)).toBe(3);
    expect(table.lookup(HIGH, 1, 0)).toBeUndefined();
    expect(table.lookup(HIGH, 2, 7)).toBeUndefined();
  });

  it('announces a new address and a move, and nothing else', () => {
    const { table, changes, coverage } = createTable();
    expect(table.learn(seen(1, 1), START)).toBe(true);
    expect(table.learn(seen(1, 1), seconds(20))).toBe(false);
    expect(changes()).toBe(1);
    expect(table.learn(seen(1, 2), seconds(20))).toBe(true);
    expect(changes()).toBe(2);
    expect(table.lookup(HIGH, 1, 0)).toBe(2);
    expect(coverage.toJSON()).toEqual({ mac_learning_learned: 1, mac_learning_moved: 1 });
  });

  it('does not learn multicast addresses', () => {
    const { table } = createTable();
    expect(table.learn(seen(1, 1, { high: 0x0100 }), START)).toBe(false);
    expect(table.count).toBe(0);
  });

  it('does not learn in flood VLANs', () => {
    const { table } = createTable();
    table.learn(seen(1, 1, { vlan: 5 }), START);
    table.setFloodVlans(new Set([5]));
    expect(table.lookup(HIGH, 1, 5)).toBeUndefined();
    expect(table.learn(seen(2, 1, { vlan: 5 }), START)).toBe(false);
  });

  it('keeps a bond from moving an address for 5 s after a gratuitous ARP', () => {
    const { table } = createTable();
    table.learn(seen(1, 1, { isGratuitousArp: true }), START);
    const reflected = seen(1, 2, { isGratuitousArp: true, isBond: true });
    expect(table.learn(reflected, seconds(4))).toBe(false);
    expect(table.lookup(HIGH, 1, 0)).toBe(1);
    expect(table.learn(reflected, seconds(5))).toBe(true);
    expect(table.lookup(HIGH, 1, 0)).toBe(2);
  });

  it('evicts the oldest address of the port that has the most', () => {
    const { table, coverage } = createTable();
    table.setEntriesMax(4);
    for (let i = 0; i < 3; i++) table.learn(seen(i, 1), START);
    table.learn(seen(10, 2), START);
    table.learn(seen(0, 1), seconds(1));
    table.learn(seen(11, 2), seconds(2));
    expect(table.count).toBe(4);
    expect(table.lookup(HIGH, 1, 0)).toBeUndefined();
    expect(table.lookup(HIGH, 0, 0)).toBe(1);
    expect(table.lookup(HIGH, 10, 0)).toBe(2);
    expect(coverage.read('mac_learning_evicted')).toBe(1);
  });

  it('holds 8,192 addresses', () => {
    const { table } = createTable();
    for (let i = 0; i < 9000; i++) table.learn(seen(i, 1), START);
    expect(table.count).toBe(8192);
    expect(table.lookup(HIGH, 8999, 0)).toBe(1);
    expect(table.lookup(HIGH, 0, 0)).toBeUndefined();
  });

  it('agrees with a plain map over random sightings', () => {
    const { table } = createTable();
    const twin = new Map<string, number>();
    const rng = createRng(7);
    for (let i = 0; i < 5000; i++) {
      const low = rng.below(300);
      const vlan = rng.below(3);
      const port = 1 + rng.below(4);
      table.learn(seen(low, port, { vlan }), seconds(i / 100));
      twin.set(`${low} ${vlan}`, port);
    }
    for (let low = 0; low < 300; low++) {
      for (let vlan = 0; vlan < 3; vlan++) {
        expect(table.lookup(HIGH, low, vlan)).toBe(twin.get(`${low} ${vlan}`));
      }
    }
    expect(table.count).toBe(twin.size);
  });
});

describe('MacTable.expire()', () => {
  it('forgets what has not been seen for 300 s', () => {
    const { table, changes, coverage } = createTable();
    table.learn(seen(1, 1), START);
    table.learn(seen(2, 1), seconds(10));
    expect(table.nextDeadline()).toBe(seconds(300));
    expect(table.expire(instant(seconds(300) - 1))).toBe(0);
    expect(table.expire(seconds(300))).toBe(1);
    expect(table.lookup(HIGH, 1, 0)).toBeUndefined();
    expect(table.lookup(HIGH, 2, 0)).toBe(1);
    expect(changes()).toBe(3);
    expect(coverage.read('mac_learning_expired')).toBe(1);
  });

  it('counts from the last sighting', () => {
    const { table } = createTable();
    table.learn(seen(1, 1), START);
    table.learn(seen(1, 1), seconds(200));
    expect(table.expire(seconds(400))).toBe(0);
    expect(table.expire(seconds(500))).toBe(1);
  });

  it('follows a change of the ageing time', () => {
    const { table } = createTable();
    table.learn(seen(1, 1), START);
    table.setAgingSeconds(20);
    expect(table.nextDeadline()).toBe(seconds(20));
  });
});

describe('MacTable.addStatic()', () => {
  it('pins an address that traffic cannot move, age or evict', () => {
    const { table, changes } = createTable();
    table.learn(seen(1, 1), START);
    table.addStatic(HIGH, 1, 0, ofpPort(4));
    expect(changes()).toBe(2);
    expect(table.learn(seen(1, 2), seconds(2))).toBe(false);
    table.expire(seconds(1000));
    table.flush();
    expect(table.lookup(HIGH, 1, 0)).toBe(4);
    expect(table.records(START)).toEqual([
      { address: '50:54:00:00:00:01', vlan: 0, port: 4, ageSeconds: undefined },
    ]);
  });

  it('counts as a use, which is the order of records()', () => {
    const { table } = createTable();
    table.learn(seen(1, 1), START);
    table.addStatic(HIGH, 2, 0, ofpPort(4));
    table.learn(seen(3, 1), START);
    table.learn(seen(1, 1), seconds(1));
    const lows = table.records(seconds(1)).map(({ address }) => address.slice(-2));
    expect(lows).toEqual(['02', '03', '01']);
  });

  it('is undone by removeStatic()', () => {
    const { table, changes } = createTable();
    table.addStatic(HIGH, 1, 0, ofpPort(4));
    expect(table.removeStatic(HIGH, 1, 0)).toBe(true);
    expect(table.removeStatic(HIGH, 1, 0)).toBe(false);
    expect(table.lookup(HIGH, 1, 0)).toBeUndefined();
    expect(changes()).toBe(2);
  });
});

describe('MacTable.flushPort()', () => {
  it('forgets the addresses of one port', () => {
    const { table } = createTable();
    table.learn(seen(1, 1), START);
    table.learn(seen(2, 2), START);
    table.addStatic(HIGH, 3, 0, ofpPort(1));
    table.flushPort(ofpPort(1));
    expect(table.records(seconds(3))).toEqual([
      { address: '50:54:00:00:00:02', vlan: 0, port: 2, ageSeconds: 3 },
    ]);
  });
});

describe('MacTable.totals', () => {
  it('counts what became of addresses, until clearTotals()', () => {
    const { table } = createTable();
    table.learn(seen(1, 1), START);
    table.learn(seen(2, 1), START);
    table.learn(seen(1, 2), seconds(2));
    table.setEntriesMax(1);
    table.expire(seconds(1000));
    expect(table.totals).toEqual({ learned: 2, moved: 1, evicted: 1, expired: 1 });
    table.clearTotals();
    expect(table.totals).toEqual({ learned: 0, moved: 0, evicted: 0, expired: 0 });
  });
});
