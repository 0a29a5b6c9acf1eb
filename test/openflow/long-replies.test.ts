import { beforeEach, describe, expect, it } from 'vitest';
import { CATCH_ALL } from '../../src/ofproto/match.js';
import type { ByteWriter } from '../../src/openflow/byte-writer.js';
import { bodyOf, type OfpMessage } from '../../src/openflow/message.js';
import { StatsReply } from '../../src/openflow/multipart.js';
import { OF13, OF14 } from '../../src/openflow/protocol.js';
import { createBench, errorIn, TestPeer } from './test-peer.js';

const RULES_COUNT = 5_000;
const ANY = 0xffff_ffff;
/** Bytes of a rule's statistics without match: length and the counters before it. */
const ENTRY_COOKIE_AT = 24;
const MULTIPART_HEADER_SIZE = 8;
const FLOW_MONITOR = 16;

const FLOWS = Array.from(
  { length: RULES_COUNT },
  (_, i) => `cookie=${i},priority=${1 + i},udp,tp_dst=${1 + i},actions=output:2`,
).join('\n');

/** Flow statistics of everything. */
function allFlows(body: ByteWriter): void {
  body.u16(1).u16(0).zeros(4).u8(0xff).zeros(3).u32(ANY).u32(ANY).zeros(4);
  body.u64(0n).u64(0n).u16(1).u16(4).zeros(4);
}

/** The cookies of the rules in the parts of a reply. */
function cookiesIn(parts: readonly OfpMessage[]): number[] {
  return parts.flatMap((part) => {
    const body = bodyOf(part);
    body.skip(MULTIPART_HEADER_SIZE);
    const cookies: number[] = [];
    while (body.remaining > 0) {
      const length = body.u16();
      body.skip(ENTRY_COOKIE_AT - 2);
      cookies.push(Number(body.u64()));
      body.skip(length - ENTRY_COOKIE_AT - 8);
    }
    return cookies;
  });
}

const ALL_COOKIES = Array.from({ length: RULES_COUNT }, (_, i) => RULES_COUNT - 1 - i);

describe('a reply that is long', () => {
  let peer: TestPeer;

  beforeEach(() => {
    peer = new TestPeer(OF13, createBench(FLOWS));
  });

  /** Asks, reading nothing. */
  function askDeaf(write = allFlows): void {
    peer.channel.isReading = false;
    peer.ask('stats_request', write);
  }

  function drain(): OfpMessage[] {
    peer.channel.drain();
    return peer.take();
  }

  it('says of each part but the last that more follow', () => {
    const parts = peer.ask('stats_request', allFlows);
    expect(parts.length).toBeGreaterThan(4);
    const flags = parts.map((part) => (part.bytes[11] ?? 0) & 1);
    expect(flags).toEqual(parts.map((_, i) => (i < parts.length - 1 ? 1 : 0)));
    expect(cookiesIn(parts)).toEqual(ALL_COOKIES);
  });

  it('waits as one part for who does not read', () => {
    askDeaf();
    expect(peer.connection.waiting).toBe(1);
    expect(peer.channel.unsent).toBeLessThan(3 * 0xffff);
    expect(cookiesIn(drain())).toEqual(ALL_COOKIES);
  });

  it('tells of the rules that there were when it was asked for', () => {
    askDeaf();
    peer.bench.sw.bridges[0]?.ofproto.tables.delete({ match: CATCH_ALL });
    expect(peer.bench.sw.bridges[0]?.ofproto.tables.rules()).toEqual([]);
    expect(cookiesIn(drain())).toEqual(ALL_COOKIES);
  });

  it('comes whole before what is sent after it', () => {
    askDeaf();
    peer.connection.tell(peer.encode('echo_request'));
    peer.ask('barrier_request');
    const types = drain().map(({ type }) => type);
    expect(types.slice(-2)).toEqual(['echo_request', 'barrier_reply']);
    expect(new Set(types.slice(0, -2))).toEqual(new Set(['stats_reply']));
  });

  it('keeps further requests from being read', () => {
    for (let i = 0; i < 10; i++) askDeaf();
    expect(peer.connection.waiting).toBe(1);
    expect(peer.channel.isPaused).toBe(true);
    expect(cookiesIn(drain())).toHaveLength(10 * RULES_COUNT);
    expect(peer.channel.isPaused).toBe(false);
  });

  it('is forgotten with the connection', () => {
    askDeaf();
    peer.connection.close('done');
    expect(peer.connection.waiting).toBe(0);
    expect(peer.connection.isOpen).toBe(false);
  });

  it('is as lazy where it introduces the rules to a flow monitor', () => {
    peer = new TestPeer(OF14, createBench(FLOWS));
    askDeaf((body) => {
      body.u16(FLOW_MONITOR).zeros(6);
      body.u32(1).u32(ANY).u32(ANY).u16(0x1f).u8(0xff).u8(0).u16(1).u16(4).zeros(4);
    });
    expect(peer.connection.waiting).toBe(1);
    expect(drain().every(({ type }) => type === 'stats_reply')).toBe(true);
  });

  it('ends in an error where its next part cannot be composed', () => {
    const request = { version: OF13, typeNumber: 18, type: 'stats_request', xid: 7 } as const;
    const reply = new StatsReply(OF13, 7, 'flow');
    reply.append((body) => body.zeros(0xf000));
    reply.append((body) => body.zeros(0xf000));
    reply.append(() => {
      throw new TypeError('a fault of ours');
    });
    const bytes = peer.encode('stats_request', allFlows);
    peer.connection.replyInParts({ ...request, bytes }, reply.parts());
    const [first, second] = peer.take();
    expect([first?.type, second && errorIn(second, OF13)]).toEqual([
      'stats_reply',
      'OFPBRC_BAD_TYPE',
    ]);
    expect(peer.connection.isOpen).toBe(true);
  });
});
