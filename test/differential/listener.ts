/**
 * A controller that only listens: in which version and form it wants packet-ins, and what of them
 * is compared: every byte but the transaction id.
 */

import type { ByteWriter } from '../../src/openflow/byte-writer.js';
import { NO_BUFFER } from '../../src/openflow/flow-mod-codec.js';
import { encodeMessage, type OfpMessage } from '../../src/openflow/message.js';
import { encodeNicira, NiciraType } from '../../src/openflow/nicira.js';
import type { PacketInFormat } from '../../src/openflow/packet-codec.js';
import { NX_VENDOR_ID, type OfpVersion } from '../../src/openflow/protocol.js';

export interface Listener {
  readonly version: OfpVersion;
  readonly format: PacketInFormat;
}

export const FORMATS: readonly PacketInFormat[] = ['standard', 'nxt_packet_in', 'nxt_packet_in2'];

const WHOLE_PACKETS = 0xffff;
const DELETE_STRICT = 4;
const UNUSED_PRIORITY = 1;
const PORT_NONE = 0xffff;
const XID_END = 8;
const SUBTYPES: readonly number[] = [NiciraType.PACKET_IN, NiciraType.PACKET_IN2];

/** What it says after the hello, so that it is told of packets. */
export function greetingOf({ version, format }: Listener): Uint8Array {
  const config = encodeMessage(version, 'set_config', 1, (body) => body.u16(0).u16(WHOLE_PACKETS));
  const number = FORMATS.indexOf(format);
  const write = (body: ByteWriter): unknown => body.u32(number);
  const chosen = encodeNicira(version, NiciraType.SET_PACKET_IN_FORMAT, 2, write);
  const deletion = encodeNicira(version, NiciraType.FLOW_MOD, 3, writeNoDeletion);
  return Buffer.concat([config, chosen, deletion]);
}

/**
 * A strict deletion of what is not there: Open vSwitch takes a connection of any version for one
 * that wants to hear of packets without a rule, until it has read its first flow-mod.
 */
function writeNoDeletion(body: ByteWriter): void {
  body.u64(0n).u16(DELETE_STRICT).u16(0).u16(0).u16(UNUSED_PRIORITY).u32(NO_BUFFER);
  body.u16(PORT_NONE).u16(0).u16(0).zeros(6);
}

/** The packet-ins among messages, as hex. */
export function packetInsAmong(messages: readonly OfpMessage[]): string[] {
  return messages.filter(isPacketIn).map(({ bytes }) => {
    const hex = Buffer.from(bytes).toString('hex');
    return `${hex.slice(0, XID_END)} ${hex.slice(2 * XID_END)}`;
  });
}

function isPacketIn({ type, bytes }: OfpMessage): boolean {
  if (type === 'packet_in') return true;
  if (type !== 'vendor') return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(XID_END) === NX_VENDOR_ID && SUBTYPES.includes(view.getUint32(XID_END + 4));
}
