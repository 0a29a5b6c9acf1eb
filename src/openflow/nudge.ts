/**
 * A packet-in that means nothing: it makes a controller say something, by which the switch knows
 * that it has been let in.
 *
 * An RARP request of an address that nobody has, as if the switch itself had sent it. Answers to
 * `send_bogus_packet_ins` of OVS's `ofproto/fail-open.c`.
 */

import { CONTROLLER_MAX_LENGTH, OFPP_LOCAL } from '../ofproto/ofpact.js';
import type { Ofproto } from '../ofproto/ofproto.js';
import { type PacketIn, PacketInReason } from '../ofproto/packet-ins.js';
import { createFlow } from '../packet/flow.js';
import { IN_PORT } from '../packet/flow-layout.js';
import { Packet } from '../packet/packet.js';

/** Nicira's, of the half that is for made-up ones. */
const NOBODY = [0x00, 0x23, 0x20, 0xff, 0xff, 0xfe] as const;
const BROADCAST = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff] as const;
const RARP = [0x80, 0x35] as const;
/** Ethernet, IPv4, lengths of both addresses, "request reverse". */
const REQUEST_REVERSE = [0, 1, 0x08, 0, 6, 4, 0, 3] as const;
const NO_ADDRESS = [0, 0, 0, 0] as const;
/** Of no rule: all ones. */
const NO_COOKIE = 0xffff_ffff_ffff_ffffn;

export function nudgeOf({ uuid }: Pick<Ofproto, 'uuid'>): PacketIn {
  const flow = createFlow();
  flow[IN_PORT] = OFPP_LOCAL;
  const ends = [...NOBODY, ...NO_ADDRESS, ...NOBODY, ...NO_ADDRESS];
  const frame = Uint8Array.of(...BROADCAST, ...NOBODY, ...RARP, ...REQUEST_REVERSE, ...ends);
  return {
    ofprotoUuid: uuid,
    packet: new Packet(frame),
    reason: PacketInReason.NO_MATCH,
    table: 0,
    cookie: NO_COOKIE,
    controllerId: 0,
    maxLength: CONTROLLER_MAX_LENGTH,
    flow,
    userdata: new Uint8Array(0),
  };
}
