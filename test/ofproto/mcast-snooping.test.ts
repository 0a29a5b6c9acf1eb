import { describe, expect, it } from 'vitest';
import { instant, ofpPort } from '../../src/base/brands.js';
import { Coverage } from '../../src/base/coverage.js';
import {
  MCAST_ROUTER_SECONDS,
  type McastAddress,
  McastSnooping,
  type McastSnoopingOptions,
  mappedAddress,
} from '../../src/ofproto/mcast-snooping.js';

const START = 1_000_000;
const A = mappedAddress(0xef01_0203);
const B: McastAddress = [0xff15_0000, 0, 0, 0x1234];
const seconds = (count: number) => instant(START + 1000 * count);
const NOW = seconds(0);
const at = (port: number, vlan = 0) => ({ vlan, port: ofpPort(port) });

function createTable(options: McastSnoopingOptions = {}) {
  const coverage = new Coverage();
  let changes = 0;
  const table = new McastSnooping({ coverage, onChange: () => changes++ });
  table.configure(options);
  const members = (address = A, vlan = 0) => {
    const ports = table.members(address, vlan);
    return ports && [...ports];
  };
  return { table, coverage, members, changes: () => changes };
}

describe('McastSnooping.join()', () => {
  it('knows members in their VLAN, from the least recently heard of', () => {
    const { table, members } = createTable();
    expect(table.join(A, at(2), NOW)).toBe(true);
    expect(table.join(A, at(1), NOW)).toBe(false);
    table.join(A, at(3), NOW);
    table.join(A, at(1), NOW);
    expect(members()).toEqual([2, 3, 1]);
    expect(members(A, 7)).toBeUndefined();
    expect(members(B)).toBeUndefined();
  });

  it('announces a new member, and not that one is still there', () => {
    const { table, changes, coverage } = createTable();
    table.join(A, at(1), NOW);
    table.join(A, at(2), NOW);
    table.join(A, at(1), seconds(20));
    expect(changes()).toBe(2);
    expect(coverage.read('mcast_snooping_learned')).toBe(1);
  });

  it('knows no members where a router is or all is flooded', () => {
    const { table, members } = createTable();
    table.addRouter(at(1), NOW);
    table.setFloodPort(ofpPort(2), true);
    expect(table.join(A, at(1), NOW)).toBe(false);
    expect(table.join(A, at(2), NOW)).toBe(false);
    expect(members()).toBeUndefined();
    expect(table.join(A, at(1, 7), NOW)).toBe(true);
  });

  it('makes room by forgetting the group that was not heard of for longest', () => {
    const { table, members } = createTable({ groupsMax: 10 });
    for (let i = 0; i < 10; i++) table.join(mappedAddress(i), at(1), NOW);
    table.join(mappedAddress(0), at(2), NOW);
    table.join(A, at(1), NOW);
    expect(members(mappedAddress(0))).toEqual([1, 2]);
    expect(members(mappedAddress(1))).toBeUndefined();
    expect(members()).toEqual([1]);
  });
});

describe('McastSnooping.leave()', () => {
  it('ends a membership at once', () => {
    const { table, members, changes } = createTable();
    table.join(A, at(1), NOW);
    table.join(A, at(2), NOW);
    expect(table.leave(A, at(1), NOW)).toBe(true);
    expect(table.leave(A, at(1), NOW)).toBe(false);
    expect(table.leave(B, at(2), NOW)).toBe(false);
    expect(members()).toEqual([2]);
    expect(changes()).toBe(3);
  });

  it('keeps a group without members until those before it are gone', () => {
    const { table, members } = createTable();
    table.join(B, at(1), NOW);
    table.join(A, at(2), NOW);
    table.leave(A, at(2), NOW);
    expect(members()).toEqual([]);
    table.leave(B, at(1), NOW);
    expect([members(), members(B)]).toEqual([undefined, undefined]);
  });

  it('does not believe a port that hides more than one host', () => {
    const { table, members } = createTable();
    table.setReportPort(ofpPort(1), true);
    table.join(A, at(1), NOW);
    expect(table.leave(A, at(1), NOW)).toBe(false);
    table.setReportPort(ofpPort(1), false);
    expect(table.leave(A, at(1), NOW)).toBe(true);
    expect(members()).toBeUndefined();
  });
});

describe('McastSnooping.addRouter()', () => {
  it('knows a router in its VLAN, and announces it once', () => {
    const { table, changes, coverage } = createTable();
    expect(table.addRouter(at(1, 7), NOW)).toBe(true);
    expect(table.addRouter(at(1, 7), NOW)).toBe(false);
    expect(table.addRouter(at(1), NOW)).toBe(true);
    expect([...table.routers].map(({ vlan, port }) => [vlan, port])).toEqual([
      [7, 1],
      [0, 1],
    ]);
    expect([changes(), coverage.read('mcast_snooping_learned')]).toEqual([2, 2]);
  });

  it('needs none where all is flooded', () => {
    const { table } = createTable();
    table.setFloodPort(ofpPort(1), true);
    expect(table.addRouter(at(1), NOW)).toBe(false);
    expect([...table.routers]).toEqual([]);
  });
});

describe('McastSnooping.expire()', () => {
  it('forgets a member 300 s after it was heard, and a router after 180 s', () => {
    const { table, members, changes, coverage } = createTable();
    table.join(A, at(1), NOW);
    table.addRouter(at(2), NOW);
    expect(table.nextDeadline()).toBe(seconds(MCAST_ROUTER_SECONDS));
    table.expire(seconds(MCAST_ROUTER_SECONDS - 1));
    expect(changes()).toBe(2);
    table.expire(seconds(MCAST_ROUTER_SECONDS));
    expect([...table.routers]).toEqual([]);
    expect(table.nextDeadline()).toBe(seconds(300));
    table.expire(seconds(299));
    expect(members()).toEqual([1]);
    table.expire(seconds(300));
    expect(members()).toBeUndefined();
    expect(table.nextDeadline()).toBeUndefined();
    // The router, the member, its group.
    expect([changes(), coverage.read('mcast_snooping_expired')]).toEqual([4, 3]);
  });

  it('lets a member wait for its group to be the oldest', () => {
    const { table, members } = createTable();
    table.join(A, at(1), NOW);
    table.join(B, at(1), seconds(5));
    table.join(A, at(2), seconds(6));
    table.expire(seconds(302));
    expect(members()).toEqual([1, 2]);
    table.expire(seconds(305));
    expect([members(), members(B)]).toEqual([[2], undefined]);
  });
});

describe('McastSnooping.configure()', () => {
  it('shifts the time of what is known', () => {
    const { table, members } = createTable();
    table.join(A, at(1), NOW);
    table.configure({ agingSeconds: 20 });
    table.expire(seconds(19));
    expect(members()).toEqual([1]);
    table.expire(seconds(20));
    expect(members()).toBeUndefined();
  });

  it.each([
    [1, 15],
    [99_999, 3600],
  ])('takes an ageing time of %d s for %d s', (asked, taken) => {
    const { table } = createTable({ agingSeconds: asked });
    table.join(A, at(1), NOW);
    expect(table.nextDeadline()).toBe(seconds(taken));
  });

  it('forgets what is too much at once', () => {
    const { table, members } = createTable();
    for (let i = 0; i < 12; i++) table.join(mappedAddress(i), at(1), NOW);
    table.configure({ groupsMax: 3 });
    expect(table.records(NOW)).toHaveLength(10);
    expect(members(mappedAddress(1))).toBeUndefined();
  });
});

describe('McastSnooping.flush()', () => {
  it('forgets groups and routers, not how ports are', () => {
    const { table, changes } = createTable();
    table.flush();
    expect(changes()).toBe(0);
    table.setFloodPort(ofpPort(3), true);
    table.join(A, at(1), NOW);
    table.addRouter(at(2), NOW);
    table.flush();
    expect(table.records(NOW)).toEqual([]);
    expect([...table.floodPorts]).toEqual([3]);
    expect(changes()).toBe(4);
  });
});

describe('McastSnooping.flushPort()', () => {
  it('forgets all of a port, and groups that have no other', () => {
    const { table, members } = createTable();
    table.join(B, at(2), NOW);
    table.join(A, at(1), NOW);
    table.join(A, at(2), NOW);
    table.addRouter(at(2, 7), NOW);
    table.setFloodPort(ofpPort(2), true);
    table.setReportPort(ofpPort(2), true);
    table.flushPort(ofpPort(2));
    expect([members(), members(B)]).toEqual([[1], undefined]);
    expect([[...table.routers], [...table.floodPorts], [...table.reportPorts]]).toEqual([
      [],
      [],
      [],
    ]);
  });
});

describe('McastSnooping.records()', () => {
  it('tells ages, members first', () => {
    const { table } = createTable();
    table.addRouter(at(3, 9), NOW);
    table.join(A, at(1), seconds(1));
    table.join(B, at(2, 7), seconds(2));
    expect(table.records(seconds(5))).toEqual([
      { group: '239.1.2.3', vlan: 0, port: 1, ageSeconds: 4 },
      { group: 'ff15::1234', vlan: 7, port: 2, ageSeconds: 3 },
      { group: undefined, vlan: 9, port: 3, ageSeconds: 5 },
    ]);
  });
});
