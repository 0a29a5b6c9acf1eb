/**
 * Flow-mods of OpenFlow 1.3, each for a flow of its own: an address of IPv4 and a port to go out.
 */

import type { ByteWriter } from '../../src/openflow/byte-writer.js';
import { encodeMessage } from '../../src/openflow/message.js';
import { OF13 } from '../../src/openflow/protocol.js';

/** `OFPFC_*`. */
export const FlowCommand = { ADD: 0, MODIFY_STRICT: 2, DELETE_STRICT: 4 } as const;
export type FlowCommand = (typeof FlowCommand)[keyof typeof FlowCommand];

const ANY = 0xffff_ffff;
const PRIORITY = 100;
const ADDRESSES = 0x0a00_0000;
/** Class, field and size of OXMs. */
const ETH_TYPE = 0x8000_0a02;
const IPV4_DST = 0x8000_1804;
const MATCH_SIZE = 18;
const IPV4 = 0x0800;

/** `count` messages, one behind the other. */
export function flowMods(command: FlowCommand, count: number, port: number): Buffer {
  const messages: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    messages.push(
      encodeMessage(OF13, 'flow_mod', i, (body) => {
        body.u64(0n).u64(0n).u8(0).u8(command).u16(0).u16(0).u16(PRIORITY);
        body.u32(ANY).u32(ANY).u32(ANY).u16(0).zeros(2);
        body.u16(1).u16(MATCH_SIZE).u32(ETH_TYPE).u16(IPV4).u32(IPV4_DST);
        body.u32(ADDRESSES + i).zeros(6);
        if (command !== FlowCommand.DELETE_STRICT) writeOutput(body, port);
      }),
    );
  }
  return Buffer.concat(messages);
}

/** An instruction to apply one action. */
function writeOutput(body: ByteWriter, port: number): void {
  body.u16(4).u16(24).zeros(4);
  body.u16(0).u16(16).u32(port).u16(0).zeros(6);
}
