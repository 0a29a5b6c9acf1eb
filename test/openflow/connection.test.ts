import { describe, expect, it } from 'vitest';
import { Coverage } from '../../src/base/coverage.js';
import { silentLog } from '../../src/base/log.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import {
  Connection,
  type ConnectionDeps,
  PACKET_INS_MAX,
  REPLIES_MAX,
  REPLY_BYTES_MAX,
  STALL_MS_MAX,
  TOLD_MAX,
} from '../../src/openflow/connection.js';
import { encodeHello } from '../../src/openflow/hello-codec.js';
import {
  bodyOf,
  encodeMessage,
  type OfpMessage,
  parseMessage,
} from '../../src/openflow/message.js';
import { OfpError } from '../../src/openflow/ofp-error.js';
import { OF10, OF12, OF13, OF15, OFP_VERSIONS } from '../../src/openflow/protocol.js';
import { MemoryChannel } from './memory-channel.js';

const PROBE_MS = 5_000;
/** As much as a channel takes ahead. */
const BIG = 64 * 1024 - 1;

function setUp(deps: Partial<ConnectionDeps> = {}) {
  const clock = new VirtualClock();
  const coverage = new Coverage();
  const channel = new MemoryChannel();
  const heard: OfpMessage[] = [];
  const ends: string[] = [];
  const options = { clock, coverage, log: silentLog, versions: OFP_VERSIONS, probeMs: 0, ...deps };
  const connection = new Connection(channel, options, {
    up: () => {},
    received: (_, message) => {
      heard.push(message);
      if (message.type === 'barrier_request') connection.reply(barrierReply(message.xid));
      if (message.type === 'port_mod') throw new OfpError('OFPPMFC_BAD_PORT');
      if (message.type === 'table_mod') throw new TypeError('a fault of ours');
    },
    closed: (_, reason) => ends.push(reason),
  });
  return { clock, coverage, channel, connection, heard, ends };
}

function greeted(deps: Partial<ConnectionDeps> = {}) {
  const set = setUp(deps);
  set.channel.receive(encodeHello([OF13], 1));
  set.channel.read.length = 0;
  return set;
}

function barrierReply(xid: number): Uint8Array {
  return encodeMessage(OF13, 'barrier_reply', xid);
}

const barrier = (xid: number): Uint8Array => encodeMessage(OF13, 'barrier_request', xid);

function typesOf(channel: MemoryChannel): (string | undefined)[] {
  return channel.read.map((bytes) => parseMessage(bytes).type);
}

describe('Connection: hello', () => {
  it('says first which versions it speaks', () => {
    const { channel } = setUp();
    expect(Buffer.from(channel.read[0] ?? []).toString('hex')).toBe(
      '0600001000000002000100080000007e',
    );
  });

  it.each(OFP_VERSIONS)('agrees with a peer that has version %d alone', (version) => {
    const { channel, connection } = setUp();
    channel.receive(encodeHello([version], 1));
    expect(connection.version).toBe(version);
  });

  it('takes the highest version that both list, not the lower of both headers', () => {
    const { channel, connection } = setUp({ versions: [OF10, OF12, OF15] });
    channel.receive(encodeHello([OF10, OF12, OF13], 1));
    expect(connection.version).toBe(OF12);
  });

  it('takes a hello without a list as "up to this version"', () => {
    const { channel, connection } = setUp({ versions: [OF10, OF12] });
    channel.receive(Uint8Array.of(OF13, 0, 0, 8, 0, 0, 0, 1));
    expect(connection.version).toBe(OF12);
  });

  it('tells a peer with whom nothing is agreed why, and ends', () => {
    const { channel, connection, ends } = setUp({ versions: [OF10, OF13] });
    channel.receive(encodeHello([OF12], 7));
    const error = parseMessage(channel.read.at(-1) ?? new Uint8Array(8));
    expect(error).toMatchObject({ type: 'error', version: OF12, xid: 7 });
    const body = bodyOf(error);
    expect([body.u16(), body.u16()]).toEqual([0, 0]);
    expect(new TextDecoder().decode(body.rest())).toBe(
      'We support OpenFlow 1.0, OpenFlow 1.3, you support OpenFlow 1.2.\n',
    );
    expect(connection.isOpen).toBe(false);
    expect(ends).toEqual([expect.stringContaining('version negotiation failed')]);
  });

  it('ends where something else than a hello comes first', () => {
    const { channel, connection } = setUp();
    channel.receive(barrier(1));
    expect(connection.isOpen).toBe(false);
  });
});

describe('Connection: messages', () => {
  it('answers an echo with its data', () => {
    const { channel } = greeted();
    channel.receive(encodeMessage(OF13, 'echo_request', 9, (body) => body.u32(0xdecade)));
    const reply = parseMessage(channel.read[0] ?? new Uint8Array(8));
    expect(reply).toMatchObject({ type: 'echo_reply', xid: 9 });
    expect(bodyOf(reply).u32()).toBe(0xdecade);
  });

  it('hears messages whole, however their bytes come', () => {
    const { channel, heard } = greeted();
    const stream = Buffer.concat([barrier(1), barrier(2), barrier(3)]);
    for (const byte of stream) channel.receive(Uint8Array.of(byte));
    channel.receive(stream);
    expect(heard.map(({ xid }) => xid)).toEqual([1, 2, 3, 1, 2, 3]);
  });

  it('ends where a length is shorter than a header', () => {
    const { channel, ends } = greeted();
    channel.receive(Uint8Array.of(OF13, 20, 0, 7, 0, 0, 0, 1));
    expect(ends).toEqual([expect.stringContaining('7 bytes is shorter than its header')]);
  });

  it('refuses other versions and unknown types, and sends back the message', () => {
    const { channel } = greeted();
    const long = encodeMessage(OF12, 'packet_out', 5, (body) => body.zeros(200));
    channel.receive(long);
    channel.receive(Uint8Array.of(OF13, 99, 0, 8, 0, 0, 0, 6));
    const errors = channel.read.map((bytes) => {
      const body = bodyOf(parseMessage(bytes));
      return { type: body.u16(), code: body.u16(), data: body.rest().length };
    });
    expect(errors).toEqual([
      { type: 1, code: 0, data: 208 },
      { type: 1, code: 1, data: 8 },
    ]);
  });

  it('sends back as much as an answer can hold of a message that is as long as can be', () => {
    const { channel } = greeted();
    channel.receive(encodeMessage(OF13, 'hello', 5, (body) => body.zeros(0xffff - 8)));
    channel.receive(encodeMessage(OF12, 'packet_out', 6, (body) => body.zeros(0xffff - 8)));
    const [error] = channel.read.map((bytes) => parseMessage(bytes));
    expect(error?.bytes.length).toBe(0xffff - 8);
  });

  it('answers what a handler refuses with its error, and a fault of ours with one', () => {
    const { channel, coverage, connection } = greeted();
    channel.receive(encodeMessage(OF13, 'port_mod', 5));
    channel.receive(encodeMessage(OF13, 'table_mod', 6));
    const numbers = channel.read.map((bytes) => {
      const body = bodyOf(parseMessage(bytes));
      return [body.u16(), body.u16()];
    });
    expect(numbers).toEqual([
      [7, 0],
      [1, 1],
    ]);
    expect(coverage.toJSON()).toEqual({ ofconn_fault: 1, ofp_error_sent: 2 });
    expect(connection.isOpen).toBe(true);
  });
});

describe('Connection: probes', () => {
  it('ends with a peer that says no hello', () => {
    const { clock, ends } = setUp({ probeMs: PROBE_MS });
    clock.advance(PROBE_MS);
    expect(ends).toEqual(['no hello']);
  });

  it('asks a silent peer, and ends where it does not answer', () => {
    const { clock, channel, ends } = greeted({ probeMs: PROBE_MS });
    clock.advance(PROBE_MS - 1);
    expect(channel.read).toEqual([]);
    clock.advance(1);
    expect(typesOf(channel)).toEqual(['echo_request']);
    clock.advance(PROBE_MS);
    expect(ends).toEqual(['no answer to a probe']);
  });

  it('goes on with a peer that answers', () => {
    const { clock, channel, connection } = greeted({ probeMs: PROBE_MS });
    for (let i = 0; i < 10; i++) {
      clock.advance(PROBE_MS);
      channel.receive(encodeMessage(OF13, 'echo_reply', i));
    }
    expect(connection.isOpen).toBe(true);
    expect(channel.read).toHaveLength(10);
  });

  it('leaves nothing to the clock once it is closed', () => {
    const { clock, channel } = greeted({ probeMs: PROBE_MS });
    channel.hangUp();
    clock.advance(PROBE_MS);
    expect(clock.nextDeadline()).toBeUndefined();
  });
});

describe('Connection: a peer that does not read', () => {
  function blocked() {
    const set = greeted();
    set.channel.isReading = false;
    set.connection.reply(encodeMessage(OF13, 'echo_reply', 0, (body) => body.zeros(BIG - 8)));
    set.connection.reply(barrierReply(0));
    return set;
  }

  it('is not listened to while 100 answers wait, and after that again', () => {
    const { channel, connection, heard } = blocked();
    for (let xid = 1; xid <= REPLIES_MAX + 50; xid++) channel.receive(barrier(xid));
    expect(heard).toHaveLength(REPLIES_MAX);
    expect(connection.waiting).toBe(REPLIES_MAX);
    expect(channel.isPaused).toBe(true);
    channel.drain();
    expect(heard).toHaveLength(REPLIES_MAX + 50);
    expect(channel.isPaused).toBe(false);
    const xids = channel.read.slice(2).map((bytes) => parseMessage(bytes).xid);
    expect(xids).toEqual(Array.from({ length: REPLIES_MAX + 50 }, (_, i) => i + 1));
  });

  it('is not listened to either while a quarter of a megabyte of long answers waits', () => {
    const { channel, connection } = blocked();
    const wrong = encodeMessage(OF12, 'packet_out', 6, (body) => body.zeros(0xffff - 8));
    for (let i = 0; i < 50; i++) channel.receive(wrong);
    expect(connection.waiting).toBe(Math.ceil(REPLY_BYTES_MAX / 0xffff));
    expect(channel.isPaused).toBe(true);
  });

  it('misses packet-ins beyond 100, which are counted', () => {
    const { connection, coverage } = blocked();
    const packetIn = encodeMessage(OF13, 'packet_in', 0);
    for (let i = 0; i < PACKET_INS_MAX; i++) expect(connection.packetIn(packetIn)).toBe(true);
    expect(connection.packetIn(packetIn)).toBe(false);
    expect(connection.waiting).toBe(PACKET_INS_MAX);
    expect(coverage.read('ofconn_packet_in_overflow')).toBe(1);
  });

  it('is cut off where it lets too much news wait for too long', () => {
    const { clock, connection, ends } = blocked();
    for (let i = 0; i < 2 * TOLD_MAX; i++) connection.tell(barrierReply(i));
    expect(ends).toEqual([]);
    clock.advance(STALL_MS_MAX + 1);
    connection.tell(barrierReply(0));
    expect(ends).toEqual(['it does not read what it is told']);
    expect(connection.waiting).toBe(0);
  });

  it('has a second to take what was sent before the end', () => {
    const { clock, connection, channel } = blocked();
    connection.close('done');
    expect(channel.state).toBe('ended');
    clock.advance(1_000);
    expect(channel.state).toBe('destroyed');
  });
});
