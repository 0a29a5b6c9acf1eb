/**
 * The ids of datapath flows: made of the key, or chosen by whoever added the flow by hand.
 *
 * Owner: the chosen ids, of which there are few.
 */

import type { FlowKey } from '../datapath/flow-key.js';
import { ufidOf } from '../datapath/ufid.js';

/** Ids that people have chosen; the oldest is forgotten first. */
const CHOSEN_MAX = 4096;

export class UfidTable {
  readonly #chosen = new Map<string, FlowKey>();

  /** `ufid:…` of a flow. */
  of(key: FlowKey): string {
    for (const [ufid, chosen] of this.#chosen) if (chosen.equals(key)) return ufid;
    return ufidOf(key);
  }

  choose(ufid: string, key: FlowKey): void {
    this.#chosen.delete(ufid);
    this.#chosen.set(ufid, key);
    const [oldest] = this.#chosen.keys();
    if (this.#chosen.size > CHOSEN_MAX && oldest !== undefined) this.#chosen.delete(oldest);
  }

  forget(key: FlowKey): void {
    for (const [ufid, chosen] of this.#chosen) if (chosen.equals(key)) this.#chosen.delete(ufid);
  }
}
