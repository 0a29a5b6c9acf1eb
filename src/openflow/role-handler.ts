/**
 * Roles: who of several controllers may change the switch, and who hears of what.
 *
 * OpenFlow 1.5, clauses 6.3.7, 7.3.9 and 7.3.10; Nicira's form for 1.0 and 1.1. Answers to
 * `handle_role_request` and `handle_set_async_config`.
 *
 * Owner: the generation that the newest primary named.
 */

import { readAsyncConfig, readOldAsyncConfig, writeAsyncConfig } from './async-config-codec.js';
import type { ByteReader } from './byte-reader.js';
import { bodyOf, encodeMessage } from './message.js';
import { encodeNicira, NiciraType } from './nicira.js';
import { OfpError } from './ofp-error.js';
import type { Peer, Role } from './peer.js';
import { OF14 } from './protocol.js';
import type { Request } from './request.js';

const ROLES: readonly (Role | undefined)[] = [undefined, 'equal', 'primary', 'secondary'];
const NICIRA_ROLES: readonly Role[] = ['equal', 'primary', 'secondary'];
/** `OFPCRR_PRIMARY_REQUEST`. */
const PRIMARY_REQUEST = 0;
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
    if (role !== undefined) this.#assign(request.peer, role, request.services.peers());
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
    this.#assign(request.peer, role, request.services.peers());
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

  /** There is one primary: whoever was it before is a secondary from now on, and is told so. */
  #assign(peer: Peer, role: Role, peers: Iterable<Peer>): void {
    if (role === 'primary') {
      for (const other of peers) {
        if (other === peer || other.role !== 'primary') continue;
        other.role = 'secondary';
        this.#tell(other);
      }
    }
    peer.role = role;
  }

  /** `OFPT_ROLE_STATUS`: somebody else has become the primary. */
  #tell(peer: Peer): void {
    const { version, role, connection } = peer;
    if (version < OF14 || !peer.wants('roleStatus', PRIMARY_REQUEST)) return;
    connection.tell(
      encodeMessage(version, 'role_status', 0, (body) =>
        body
          .u32(ROLES.indexOf(role))
          .u8(PRIMARY_REQUEST)
          .zeros(3)
          .u64(this.#generation ?? GENERATION_NONE),
      ),
    );
  }
}

/** `OFPT_SET_ASYNC` of 1.3, and Nicira's of the same body. */
export function handleSetAsync({ peer }: Request, body: ByteReader): void {
  Object.assign(peer, readOldAsyncConfig(body, peer));
}

/** Since 1.4. */
export function handleSetAsync14({ peer, message }: Request): void {
  Object.assign(peer, readAsyncConfig(bodyOf(message), peer));
}

export function handleGetAsync(request: Request): void {
  const { peer, version } = request;
  request.reply('get_async_reply', (body) => writeAsyncConfig(body, peer, version));
}
