/**
 * The patch ports of a simulated switch: taken away, put back, joined with others; and what each
 * has carried, those that are gone included, for flows that stood for them may still be pushed.
 *
 * Owner: one run.
 */

import { ofpPort } from '../../src/base/brands.js';
import type { PatchEnd } from '../../src/ofproto/patch-ports.js';
import type { Switch } from '../../src/switch.js';
import type { EndPlace } from './layouts.js';

/** Whom an end names that shall be joined with nobody. */
const NOBODY = 'nobody';

export class Cables {
  /** All patch ports that there are and were. */
  readonly ends: PatchEnd[] = [];
  readonly #sw: Switch;
  readonly #places: readonly EndPlace[];
  /** Whom each end names, by its name; it does so again when it comes back. */
  readonly #peers: Map<string, string>;
  readonly #added: (end: PatchEnd) => void;

  /** `added` is called with every end that there will be. */
  constructor(sw: Switch, places: readonly EndPlace[], added: (end: PatchEnd) => void) {
    this.#sw = sw;
    this.#places = places;
    this.#peers = new Map(places.map(({ name, peer }) => [name, peer]));
    this.#added = added;
    for (let i = 0; i < places.length; i++) this.plug(i);
  }

  /** An end comes back; whether it was away. */
  plug(index: number): boolean {
    const place = this.#places[index];
    if (place === undefined || this.#isIn(place)) return false;
    const { name, bridge, number } = place;
    const ofp = ofpPort(number);
    this.#sw.addPatchPort(name, this.#peers.get(name) ?? NOBODY, { bridge, number: ofp });
    const end = this.#sw.bridge(bridge).ofproto.port(ofp)?.patch;
    if (end === undefined) throw new Error(`patch port "${name}" was added, and is not there`);
    this.ends.push(end);
    this.#added(end);
    return true;
  }

  /** An end goes; whether it was there. */
  unplug(index: number): boolean {
    const place = this.#places[index];
    return place !== undefined && this.#sw.removePatchPort(place.name);
  }

  /** An end goes, and comes back naming another one; whether there is such an end. */
  repoint(index: number, peerIndex: number): boolean {
    const place = this.#places[index];
    if (place === undefined) return false;
    const peer = this.#places[peerIndex];
    const isElsewhere = peer !== undefined && peer.bridge !== place.bridge;
    this.unplug(index);
    this.#peers.set(place.name, isElsewhere ? peer.name : NOBODY);
    return this.plug(index);
  }

  /** Packets that went from one bridge to another, each time that they did. */
  get crossings(): number {
    return this.ends.reduce((sum, { counters }) => sum + counters.txPackets, 0);
  }

  #isIn({ bridge, number }: EndPlace): boolean {
    return this.#sw.bridge(bridge).ofproto.port(ofpPort(number)) !== undefined;
  }
}
