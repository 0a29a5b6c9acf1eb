/**
 * The widest and the busiest megaflows of a whole run.
 *
 * It listens to puts and deletions, and remembers of the deleted flows only the few that a report
 * shows. When the switch has stopped, every flow has been deleted. A flow that was deleted and came
 * back is shown with the better one of its lives.
 *
 * Owner: the rankings, and what is known of the flows that live.
 */

import type { Observable } from 'rxjs';
import type { DeleteRecord, PutRecord, UdpifRecord } from '../actors/udpif-event.js';
import type { FlowKey } from '../datapath/flow-key.js';
import { exactBitsOf, type MegaflowState, megaflowState } from '../switch-megaflows.js';

type Rank = (flow: Pick<MegaflowState, 'exactBits' | 'packets'>) => number;

/** The best `limit` flows; of two lives of one flow, the better. Among equals, the earlier. */
class Ranking {
  readonly #limit: number;
  readonly #rank: Rank;
  readonly best: MegaflowState[] = [];

  constructor(limit: number, rank: Rank) {
    this.#limit = limit;
    this.#rank = rank;
  }

  /** Whether a flow with these numbers is among the best. */
  admits(flow: Pick<MegaflowState, 'exactBits' | 'packets'>): boolean {
    const last = this.best[this.#limit - 1];
    return last === undefined || this.#rank(flow) > this.#rank(last);
  }

  offer(flow: MegaflowState): void {
    const { best } = this;
    if (!this.admits(flow)) return;
    const twin = best.findIndex((other) => other.key === flow.key);
    if (twin >= 0 && this.#rank(best[twin] ?? flow) >= this.#rank(flow)) return;
    if (twin >= 0) best.splice(twin, 1);
    const place = best.findIndex((other) => this.#rank(flow) > this.#rank(other));
    best.splice(place < 0 ? best.length : place, 0, flow);
    best.length = Math.min(best.length, this.#limit);
  }
}

export class MegaflowLedger {
  readonly #live = new Map<FlowKey, PutRecord>();
  readonly #widest: Ranking;
  readonly #busiest: Ranking;

  constructor(events: Observable<UdpifRecord>, limit: number) {
    this.#widest = new Ranking(limit, (flow) => -flow.exactBits);
    this.#busiest = new Ranking(limit, (flow) => flow.packets);
    events.subscribe((event) => {
      if (event.type === 'put' && event.error === undefined) this.#live.set(event.key, event);
      else if (event.type === 'delete') this.#noteDeletion(event);
    });
  }

  get widest(): readonly MegaflowState[] {
    return this.#widest.best;
  }

  get busiest(): readonly MegaflowState[] {
    return this.#busiest.best;
  }

  #noteDeletion({ key, stats }: DeleteRecord): void {
    const put = this.#live.get(key);
    if (put === undefined || stats === undefined) return;
    this.#live.delete(key);
    const { mask, actions } = put;
    const numbers = { exactBits: exactBitsOf(mask), packets: stats.packets };
    if (!this.#widest.admits(numbers) && !this.#busiest.admits(numbers)) return;
    const flow = megaflowState({ key, mask, actions, stats });
    this.#widest.offer(flow);
    this.#busiest.offer(flow);
  }
}
