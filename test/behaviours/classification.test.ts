/** Rows of behaviours.md 2.5: what an upcall is. */

import { describe, expect, it } from 'vitest';
import type { UserspaceCookie } from '../../src/datapath/cookie.js';
import {
  type ClassifiedUpcall,
  COOKIE_SIZES,
  COOKIE_SIZES_2014,
  type CookieSizes,
  classifyUpcall,
} from '../../src/machines/classify-upcall.js';
import { Packet } from '../../src/packet/packet.js';
import { type Bench, flowOf } from '../actors/udpif-bench.js';
import { describeProfiles, messagesOf } from './rows.js';

const malformed = (size: number, cookieType: number): UserspaceCookie => ({
  type: 'malformed',
  size,
  cookieType,
});

const complaintOf = (size: number, cookieType: number, sizes: CookieSizes): string | undefined =>
  classifyUpcall({ type: 'action', cookie: { type: 'malformed', size, cookieType } }, sizes)
    .complaint;

const classOf = (upcall: ClassifiedUpcall): string => classifyUpcall(upcall, COOKIE_SIZES).class;

function queueOther(bench: Bench, type: string): void {
  bench.dpif.queue({ packet: new Packet(new Uint8Array(60)), key: flowOf(1), type } as never);
}

/** The lines that `queue` has logged, with their levels. */
function logOf(bench: Bench, queue: () => void): string[] {
  queue();
  bench.clock.runDue();
  expect(bench.dpif.batches).toEqual([]);
  return bench.logged.map(({ level, message }) => `${level} ${message}`);
}

describeProfiles('classification', (create, profile) => {
  it('U-052: takes a miss for a miss, whatever it carries', () => {
    for (const type of ['sflow', 'malformed'] as const) {
      const cookie = type === 'sflow' ? { type } : { type, size: 1, cookieType: 9 };
      expect(classOf({ type: 'miss', cookie })).toBe('miss');
    }
    const bench = create();
    const packet = new Packet(new Uint8Array(60));
    bench.dpif.queue({ type: 'miss', packet, key: flowOf(1), cookie: malformed(1, 9) });
    bench.clock.runDue();
    expect(bench.dpif.flows.size).toBe(1);
    expect(bench.logged).toEqual([]);
  });

  it('U-053: warns of an unexpected type', () => {
    const bench = create();
    const log = logOf(bench, () => queueOther(bench, '7'));
    expect(log).toEqual(['warn upcall has unexpected type 7']);
  });

  it('U-054: warns of an action without a cookie', () => {
    const bench = create();
    const log = logOf(bench, () => bench.dpif.action(flowOf(1), undefined));
    expect(log).toEqual(['warn action upcall missing cookie']);
  });

  it.each([0, 1])('U-055: warns of a cookie of %i bytes', (size) => {
    const bench = create();
    const log = logOf(bench, () => bench.dpif.action(flowOf(1), malformed(size, 2)));
    expect(log).toEqual([`warn action upcall cookie has unexpected size ${size}`]);
  });

  it('U-055: warns of a cookie that is a byte too long', () => {
    const bench = create();
    const size = profile.cookieSizes.sizeMax + 1;
    const log = logOf(bench, () => bench.dpif.action(flowOf(1), malformed(size, 2)));
    expect(log).toEqual([`warn action upcall cookie has unexpected size ${size}`]);
  });

  it('U-058: lets five messages through at once, then one a minute, and counts the rest', () => {
    const bench = create();
    bench.translator.unknownPorts.add(7);
    const { sizeMax } = profile.cookieSizes;
    bench.dpif.action(flowOf(1), undefined);
    bench.dpif.action(flowOf(1), malformed(1, 0));
    bench.dpif.action(flowOf(1), malformed(sizeMax, 9));
    queueOther(bench, 'other');
    bench.dpif.miss(flowOf(1, 7));
    for (let i = 0; i < 4; i++) bench.dpif.action(flowOf(1), undefined);
    bench.clock.runDue();
    expect(messagesOf(bench).map((message) => message.replace(/ \(.*/, ''))).toEqual([
      'action upcall missing cookie',
      'action upcall cookie has unexpected size 1',
      `invalid user cookie of type 9 and size ${sizeMax}`,
      'upcall has unexpected type other',
      'received packet on unassociated datapath port 7',
    ]);
    bench.clock.advance(59_999);
    bench.dpif.action(flowOf(1), undefined);
    bench.clock.runDue();
    expect(bench.logged).toHaveLength(5);
    bench.clock.advance(1);
    bench.dpif.action(flowOf(1), malformed(1, 0));
    bench.dpif.action(flowOf(1), undefined);
    bench.clock.runDue();
    expect(bench.logged).toHaveLength(6);
    expect(bench.logged.at(-1)?.fields).toEqual({ droppedMessages: 5 });
  });
});

describe('classifyUpcall()', () => {
  it.each(['sflow', 'slow_path', 'flow_sample', 'ipfix', 'controller'] as const)(
    'U-056 in current: takes a cookie of type %s for that',
    (type) => {
      expect(classOf({ type: 'action', cookie: { type } })).toBe(type);
    },
  );

  it('U-056 in current: complains of bytes that have the size of a cookie', () => {
    expect(complaintOf(48, 9, COOKIE_SIZES)).toBe('invalid user cookie of type 9 and size 48');
    for (const size of [2, 8, 16, 47]) {
      expect(complaintOf(size, 4, COOKIE_SIZES)).toContain(`unexpected size ${size}`);
    }
  });

  it.each([
    [1, 16],
    [2, 16],
    [3, 8],
    [4, 2],
    [4, 16],
    [5, 8],
    [0, 2],
  ])('U-056 in ovs-2.3: complains of type %i in %i bytes', (cookieType, size) => {
    const text = `invalid user cookie of type ${cookieType} and size ${size}`;
    expect(complaintOf(size, cookieType, COOKIE_SIZES_2014)).toBe(text);
  });

  it.each(['sflow', 'slow_path', 'flow_sample', 'ipfix'] as const)(
    'U-056 in ovs-2.3: takes a cookie of type %s for that',
    (type) => {
      const cookie = { type };
      expect(classifyUpcall({ type: 'action', cookie }, COOKIE_SIZES_2014).class).toBe(type);
    },
  );
});
