/**
 * Roles: who of several controllers may change the switch, and who hears of what.
 *
 * OpenFlow 1.5, clauses 6.3.7, 7.3.9 and 7.3.10; Nicira's form for 1.0 and 1.1. Answers to
 * `handle_role_request` and `handle_set_async_config`.
 *
 * Owner: the generation that the newest primary named.
 */

import type { ByteReader } from './byte-reader.js';
import { bodyOf, encodeMessage } from './message.js';
import { encodeNicira, NiciraType } from './nicira.js';
import { OfpError } from './ofp-error.js';
import type { AsyncMasks, Peer, Role } from './peer.js';
import { OF13 } from './protocol.js';
import type { Request } from './request.js';

const ROLES: readonly (Role | undefined)[] = [undefined, 'equal', 'primary', 'secondary'];
const NICIRA_ROLES: readonly Role[] = ['equal', 'primary', 'secondary'];
const GENERATION_NONE = 0xffff_ffff_ffff_ffffn;

export class Roles {
  #generation: bigint | undefined;

  /** `OFPT_ROLE_REQUEST`. */
  handle(request: Request): void {
    const body = request.body();
    const number = body.u32();
    body.skip(4);
    const generation = body.u64();
    if (number >= ROLES.length) throw new OfpError('OFPRRFC_BAD_ROLE');
    const role = ROLES[number];
    if (role === 'primary' || role === 'secondary') this.#renew(generation);
    if (role !== undefined) assign(request.peer, role, request.services.peers());
    const now = ROLES.indexOf(request.peer.role);
    request.reply('role_reply', (reply) =>
      reply
        .u32(now)
        .zeros(4)
        .u64(this.#generation ?? GENERATION_NONE),
    );
  }

  /** `NXT_ROLE_REQUEST`, which knows no generations. */
  handleNicira(request: Request, body: ByteReader): void {
    const role = NICIRA_ROLES[body.u32()];
    if (role === undefined) throw new OfpError('OFPRRFC_BAD_ROLE');
    assign(request.peer, role, request.services.peers());
    request.peer.connection.reply(
      encodeNicira(request.version, NiciraType.ROLE_REPLY, request.message.xid, (reply) =>
        reply.u32(NICIRA_ROLES.indexOf(role)),
      ),
    );
  }

  /** A generation older than the newest is one that somebody has taken over from. */
  #renew(generation: bigint): void {
    const newest = this.#generation;
    if (newest !== undefined && BigInt.asIntN(64, generation - newest) < 0n) {
      throw new OfpError('OFPRRFC_STALE');
    }
    this.#generation = generation;
  }
}

/** There is one primary: whoever was it before is a secondary from now on. */
function assign(peer: Peer, role: Role, peers: Iterable<Peer>): void {
  if (role === 'primary') {
    for (const other of peers)
      if (other !== peer && other.role === 'primary') other.role = 'secondary';
  }
  peer.role = role;
}

/** `OFPT_SET_ASYNC` of 1.3, and Nicira's of the same body. */
export function handleSetAsync({ peer }: Request, body: ByteReader): void {
  const [packetIn, packetInOther, portStatus, portStatusOther] = [
    body.u32(),
    body.u32(),
    body.u32(),
    body.u32(),
  ];
  const [flowRemoved, flowRemovedOther] = [body.u32(), body.u32()];
  peer.leading = { packetIn, portStatus, flowRemoved };
  peer.secondary = {
    packetIn: packetInOther,
    portStatus: portStatusOther,
    flowRemoved: flowRemovedOther,
  };
}

/** Properties of 1.4's message, in pairs: for a secondary, then for whoever leads. */
const PROPERTIES: readonly (keyof AsyncMasks)[] = ['packetIn', 'portStatus', 'flowRemoved'];

export function handleSetAsync14({ peer, message }: Request): void {
  const body = bodyOf(message);
  while (body.remaining >= 4) {
    const type = body.u16();
    const length = body.u16();
    if (length < 4) throw new OfpError('OFPBPC_BAD_LEN');
    const property = body.part(length - 4, 'OFPBPC_BAD_LEN');
    body.skip(Math.min((8 - (length & 7)) & 7, body.remaining));
    const kind = PROPERTIES[type >>> 1];
    if (kind === undefined) continue;
    const side = (type & 1) === 0 ? 'secondary' : 'leading';
    peer[side] = { ...peer[side], [kind]: property.u32() };
  }
}

export function handleGetAsync(request: Request): void {
  const { leading, secondary } = request.peer;
  request.peer.connection.reply(
    encodeMessage(request.version, 'get_async_reply', request.message.xid, (body) => {
      for (const [index, kind] of PROPERTIES.entries()) {
        if (request.version === OF13) {
          body.u32(leading[kind]).u32(secondary[kind]);
        } else {
          body
            .u16(2 * index)
            .u16(8)
            .u32(secondary[kind]);
          body
            .u16(2 * index + 1)
            .u16(8)
            .u32(leading[kind]);
        }
      }
    }),
  );
}
