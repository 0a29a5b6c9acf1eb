import { describe, expect, it } from 'vitest';
import { bodyOf, type OfpMessage } from '../../src/openflow/message.js';
import { OF14 } from '../../src/openflow/protocol.js';
import { createBench, TestPeer } from './test-peer.js';

const FLOW_MONITOR = 16;
const ADD = 1 << 1;
const OWN = 1 << 5;
const ONLY_OWN = 1 << 6;

/** Asks for flows that are added, with `flags`. */
function watch(peer: TestPeer, flags: number): void {
  peer.ask('stats_request', (body) => {
    body.u16(FLOW_MONITOR).zeros(6);
    body.u32(1).u32(0xffff_ffff).u32(0xffff_ffff);
    body
      .u16(ADD | flags)
      .u8(0xff)
      .u8(0);
    body.u16(1).u16(4).zeros(4);
  });
}

/** Adds a flow; what `by` was told at once. */
function addFlow(by: TestPeer): OfpMessage[] {
  return by.ask('flow_mod', (body) => {
    body.u64(0n).u64(0n).u8(0).u8(0).u16(0).u16(0).u16(7);
    body.u32(0xffff_ffff).u32(0xffff_ffff).u32(0xffff_ffff).zeros(4);
    body.u16(1).u16(4).zeros(4);
  });
}

/** The event of each update: 1 that a flow was added, 4 that one's own message did something. */
function eventsIn(messages: readonly OfpMessage[]): number[] {
  return messages
    .filter(({ type }) => type === 'stats_reply')
    .map((message) => {
      const body = bodyOf(message);
      body.skip(10);
      return body.u16();
    });
}

describe('FlowMonitors in 1.4', () => {
  it.each([
    [0, [4]],
    [OWN, [1]],
    [ONLY_OWN, [1]],
  ])('tell by flags %d of one’s own change by %j', (flags, events) => {
    const peer = new TestPeer(OF14);
    watch(peer, flags);
    expect(eventsIn(addFlow(peer))).toEqual(events);
  });

  it('tell who asked for "only own" of others’ changes too, as Open vSwitch does', () => {
    const bench = createBench();
    const peer = new TestPeer(OF14, bench);
    watch(peer, ONLY_OWN);
    addFlow(new TestPeer(OF14, bench));
    expect(eventsIn(peer.take())).toEqual([1]);
  });
});
