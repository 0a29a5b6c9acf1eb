import { describe, expect, it } from 'vitest';
import { bodyOf, type OfpMessage } from '../../src/openflow/message.js';
import { encodeNicira, NiciraType } from '../../src/openflow/nicira.js';
import { OF10, OF14, OF15, type OfpVersion } from '../../src/openflow/protocol.js';
import { packet } from '../../src/switch-packet.js';
import { createBench, TestPeer } from './test-peer.js';

const FRAME = packet('udp,tp_dst=53');
/** In bytes: the OpenFlow header. */
const HEADER_SIZE = 8;
const VENDOR_SIZE = 16;
const PACKET_IN2 = 2;

/** What a controller hears of a packet that enters port 1 of a switch with one rule. */
function heard(version: OfpVersion, actions: string, format = 0): OfpMessage[] {
  const peer = new TestPeer(version, createBench(`actions=${actions}`));
  peer.ask('set_config', (body) => body.u16(0).u16(0xffff));
  peer.send(encodeNicira(version, NiciraType.SET_PACKET_IN_FORMAT, 9, (body) => body.u32(format)));
  const { sw, clock } = peer.bench;
  sw.inject(1, FRAME);
  clock.runDue();
  return peer.take();
}

/** The properties of an `NXT_PACKET_IN2`, by number, as hex. */
function propertiesOf(message: OfpMessage | undefined): Record<number, string> {
  if (message === undefined) throw new Error('no packet-in has come');
  const hex = Buffer.from(message.bytes).toString('hex');
  const found: Record<number, string> = {};
  for (let at = VENDOR_SIZE; at < message.bytes.length; ) {
    const type = Number.parseInt(hex.slice(2 * at, 2 * at + 4), 16);
    const length = Number.parseInt(hex.slice(2 * at + 4, 2 * at + 8), 16);
    found[type] = hex.slice(2 * at + 8, 2 * (at + length));
    at += Math.ceil(length / 8) * 8;
  }
  return found;
}

describe('packet-ins', () => {
  it('bring the whole packet, whatever length was asked for', () => {
    const [message] = heard(OF10, 'controller(max_len=20)');
    if (message === undefined) throw new Error('no packet-in has come');
    const body = bodyOf(message);
    body.skip(4);
    expect(body.u16()).toBe(FRAME.length);
    expect(message.bytes.length).toBe(HEADER_SIZE + 10 + FRAME.length);
  });

  it('bring the userdata of their action', () => {
    const [message] = heard(OF14, 'controller(userdata=01.02.03)', PACKET_IN2);
    expect(propertiesOf(message)[7]).toBe('010203');
  });

  it.each<[string, OfpVersion, string]>([
    [
      'OXM, with registers of 32 bits',
      OF10,
      '800000040000000100010204000000058000040800000000000000' + '07',
    ],
    [
      'OXM, with registers of 64 bits',
      OF15,
      '80000004000000018001011000000000000000' + '0500000000ffffffff800004080000000000000007',
    ],
  ])('of NXT_PACKET_IN2 have their fields in %s', (_, version, fields) => {
    const [message] = heard(
      version,
      'load:5->NXM_NX_REG1[],load:7->OXM_OF_METADATA[],controller',
      PACKET_IN2,
    );
    expect(propertiesOf(message)[6]).toBe(fields);
  });
});
