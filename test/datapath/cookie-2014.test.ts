import { describe, expect, it } from 'vitest';
import { ofpPort } from '../../src/base/brands.js';
import type { UserspaceCookie } from '../../src/datapath/cookie.js';
import {
  decodeCookie2014,
  encodeCookie2014,
  SLOW_CONTROLLER_2014,
} from '../../src/datapath/cookie-2014.js';

const NO_UUID = '00000000-0000-0000-0000-000000000000';
const COOKIES: readonly UserspaceCookie[] = [
  { type: 'sflow', vlanTci: 0x1abc, output: 0xdead_beef },
  {
    type: 'slow_path',
    reason: SLOW_CONTROLLER_2014 | 32,
    ofprotoUuid: NO_UUID,
    inPort: ofpPort(0xffff),
  },
  {
    type: 'flow_sample',
    probability: 65_535,
    collectorSetId: 1,
    obsDomainId: 2,
    obsPointId: 0xffff_ffff,
  },
  { type: 'ipfix' },
];

describe('encodeCookie2014()', () => {
  it.each(COOKIES)('is read back: $type', (cookie) => {
    expect(decodeCookie2014(encodeCookie2014(cookie))).toEqual(cookie);
  });

  it('writes 16 bytes for a flow sample, 8 for all others', () => {
    expect(COOKIES.map((cookie) => encodeCookie2014(cookie).length)).toEqual([8, 8, 16, 8]);
  });

  it('writes little-endian numbers, but for the VLAN', () => {
    const bytes = encodeCookie2014({ type: 'sflow', vlanTci: 0x1abc, output: 5 });
    expect([...bytes]).toEqual([1, 0, 0x1a, 0xbc, 5, 0, 0, 0]);
  });

  it('refuses a cookie that 2.3 does not know', () => {
    const malformed = { type: 'malformed', size: 8, cookieType: 9 } as const;
    expect(() => encodeCookie2014(malformed)).toThrow('2.3 has none of type "malformed"');
  });
});

describe('decodeCookie2014()', () => {
  it.each([0, 1, 17])('takes %i bytes for a wrong size', (size) => {
    const cookie = decodeCookie2014(new Uint8Array(size));
    expect(cookie).toEqual({ type: 'malformed', size, cookieType: 0 });
  });

  it.each([
    [2, 4],
    [16, 2],
    [8, 3],
    [8, 5],
    [16, 1],
  ])('takes %i bytes of type %i for malformed: they do not go together', (size, cookieType) => {
    const bytes = new Uint8Array(size);
    bytes[0] = cookieType;
    expect(decodeCookie2014(bytes)).toEqual({ type: 'malformed', size, cookieType });
  });
});
