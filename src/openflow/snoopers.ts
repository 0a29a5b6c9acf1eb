/**
 * Those who listen to what a controller and the switch say to each other (`ovs-ofctl snoop`).
 *
 * Of several controllers they hear the one that leads: a primary before an equal, an equal before
 * a secondary, the first of those alike. Messages of all versions come as they are behind a hello.
 * Answers to `add_snooper` of OVS's `ofproto/connmgr.c` and the monitors of `lib/rconn.c`.
 *
 * Owner: their channels.
 */

import type { Coverage } from '../base/coverage.js';
import type { Channel } from './channel.js';
import { encodeHello } from './hello-codec.js';
import type { Peer, Role } from './peer.js';
import type { OfpVersion } from './protocol.js';

/** Who may listen at once; OVS has as many a controller. Answers to `MAXIMUM_MONITORS`. */
export const SNOOPERS_MAX = 8;
/** Bytes that may wait for one who snoops; what comes then, it misses. */
export const SNOOP_BYTES_MAX = 1024 * 1024;

const PREFERENCE: Readonly<Record<Role, number>> = { primary: 2, equal: 1, secondary: 0 };

export interface SnoopersDeps {
  readonly coverage: Coverage;
  readonly versions: readonly OfpVersion[];
  /** All who are connected, tools among them. */
  readonly peers: () => readonly Peer[];
}

export class Snoopers {
  readonly #deps: SnoopersDeps;
  readonly #channels = new Set<Channel>();

  constructor(deps: SnoopersDeps) {
    this.#deps = deps;
  }

  /** Greets somebody who wants to listen; one too many is sent away. */
  accept(channel: Channel): void {
    channel.follow({
      received: () => {},
      drained: () => {},
      closed: () => this.#channels.delete(channel),
    });
    if (this.#channels.size >= SNOOPERS_MAX) {
      channel.destroy();
      return;
    }
    channel.write(encodeHello(this.#deps.versions, 1));
    this.#channels.add(channel);
  }

  /** A message passes on the connection of `peer`, in either direction. */
  hear(peer: Peer, bytes: Uint8Array): void {
    if (this.#channels.size === 0 || peer !== this.#leader()) return;
    for (const channel of this.#channels) {
      if (channel.unsent < SNOOP_BYTES_MAX) channel.write(bytes);
      else this.#deps.coverage.inc('ofconn_snoop_overflow');
    }
  }

  close(): void {
    for (const channel of this.#channels) channel.destroy();
  }

  #leader(): Peer | undefined {
    let leader: Peer | undefined;
    for (const peer of this.#deps.peers()) {
      if (peer.isService) continue;
      if (leader === undefined || PREFERENCE[peer.role] > PREFERENCE[leader.role]) leader = peer;
    }
    return leader;
  }
}
