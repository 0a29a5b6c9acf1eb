/** Keys as they are read: what tells flows apart first, nothing lost that says something. */

import { describe, expect, it } from 'vitest';
import { shortKey, withoutSilent } from '../../../src/inspector/web/key-text.js';

const ETHERNET = 'eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02)';

describe('shortKey()', () => {
  it('leaves out what is zero in nearly every key', () => {
    const key =
      'skb_priority(0),ct_state(-new-est-trk),recirc_id(0),in_port(1),packet_type(ns=0,id=0)';
    expect(shortKey(key)).toBe('in_port(1)');
  });

  it('keeps what is not zero', () => {
    const key = 'recirc_id(7),ct_state(+trk),packet_type(ns=1,id=0x800),in_port(1)';
    expect(shortKey(key)).toBe(key);
  });

  it('puts the addresses of Ethernet last, and leaves out a type that another field says', () => {
    const key = `in_port(1),${ETHERNET},eth_type(0x0800),ipv4(src=10.0.0.1,frag=no),udp(dst=53)`;
    expect(shortKey(key)).toBe(`in_port(1),ipv4(src=10.0.0.1,frag=no),udp(dst=53),${ETHERNET}`);
  });

  it('keeps a type that nothing else says', () => {
    const key = `in_port(1),eth_type(0x88cc),${ETHERNET}`;
    expect(shortKey(key)).toBe(key);
  });

  it('leaves alone what is within another field', () => {
    const key = 'in_port(1),eth_type(0x8100),vlan(vid=8),encap(eth_type(0x0800),ipv4(frag=no))';
    expect(shortKey(key)).toBe(key);
  });
});

describe('withoutSilent()', () => {
  it('takes out of a sentence what says nothing', () => {
    const text =
      'what should happen to skb_mark(0),recirc_id(0),in_port(1),packet_type(ns=0,id=0),x?';
    expect(withoutSilent(text)).toBe('what should happen to in_port(1),x?');
  });
});
