/**
 * Patch ports: cables between two bridges, or between two ports of one, that no datapath sees.
 *
 * A patch port names its peer; two that name one another are joined, whichever came first. What is
 * sent to one comes in at the other while it is being translated (`xlate-patch.ts`), so that a
 * packet that crosses many bridges is still one datapath flow. Only their counters tell of it.
 * Answers to `ofport_update_peer()` and the patch half of `netdev-vport.c`.
 *
 * Owner: `PatchPanel` joins and parts ends; the counters are written by translations and pushes.
 */

import type { OfpPort } from '../base/brands.js';
import type { FlowStats } from '../datapath/dpif.js';
import type { Ofproto } from './ofproto.js';
import { BridgeTurn, CacheEffect } from './xlate-cache.js';

/** What a patch port has carried. */
export interface PatchCounters {
  rxPackets: number;
  rxBytes: number;
  txPackets: number;
  txBytes: number;
}

/** Who an end is. */
export interface PatchPlace {
  readonly name: string;
  /** The name of the port that it wants to be joined with. */
  readonly peer: string;
  readonly ofproto: Ofproto;
  readonly number: OfpPort;
}

/** A patch port. */
export class PatchEnd {
  readonly name: string;
  readonly peer: string;
  readonly ofproto: Ofproto;
  readonly number: OfpPort;
  readonly counters: PatchCounters = { rxPackets: 0, rxBytes: 0, txPackets: 0, txBytes: 0 };
  /** In a cache: what follows is of this end's bridge. */
  readonly turn: BridgeTurn;
  /** The way to its peer; undefined: it has none. */
  link: PatchLink | undefined;

  constructor({ name, peer, ofproto, number }: PatchPlace) {
    this.name = name;
    this.peer = peer;
    this.ofproto = ofproto;
    this.number = number;
    this.turn = new BridgeTurn(ofproto);
  }
}

/** From one end to the other. */
export class PatchLink extends CacheEffect {
  readonly from: PatchEnd;
  readonly to: PatchEnd;

  constructor(from: PatchEnd, to: PatchEnd) {
    super();
    this.from = from;
    this.to = to;
  }

  push({ packets, bytes }: Readonly<FlowStats>): void {
    this.from.counters.txPackets += packets;
    this.from.counters.txBytes += bytes;
    this.to.counters.rxPackets += packets;
    this.to.counters.rxBytes += bytes;
  }
}

/** The patch ports of all bridges that can be joined. */
export class PatchPanel {
  readonly #ends = new Map<string, PatchEnd>();

  /** Joins `end` with its peer, if that is there and means it, too. */
  add(end: PatchEnd): void {
    this.#ends.set(end.name, end);
    const peer = this.#ends.get(end.peer);
    if (peer === undefined || peer === end || peer.peer !== end.name) return;
    end.link = new PatchLink(end, peer);
    peer.link = new PatchLink(peer, end);
  }

  remove(end: PatchEnd): void {
    this.#ends.delete(end.name);
    const { link } = end;
    if (link !== undefined) link.to.link = undefined;
    end.link = undefined;
  }
}
