/**
 * The flows at one position of the log: those that there are, and the last that have ended.
 *
 * A flow is known from its put, or from its ukey's first move, whichever comes first; it is counted
 * among the flows once it is put, and ends with its deletion, or when its ukey says that the
 * datapath does not have it any more. Rules are counted by the megaflows that stand for them.
 *
 * Owner: one `ModelState`; pages are shared with copies until they are written.
 */

import { FlowFlag, FlowPage, PAGE_BITS, PAGE_FLOWS } from './flow-page.js';
import type {
  DeleteEntry,
  FlowNumber,
  ModifyEntry,
  PutEntry,
  RuleNumber,
  UkeyEntry,
  VerdictsEntry,
} from './log-entry.js';

/** Ended flows that are remembered: what somebody who asks "where is it?" may still find. */
export const ENDED_FLOWS_MAX = 10_000;
/** States of a ukey whose flow the datapath does not have any more. */
const ENDED_STATES: ReadonlySet<string> = new Set(['evicted', 'deleted']);

/** Where a flow's columns are. */
export interface FlowPlace {
  readonly page: FlowPage;
  readonly slot: number;
}

export class FlowsModel {
  readonly #finalStates: ReadonlySet<string>;
  #pages = new Map<number, FlowPage>();
  /** Pages that no copy shares. */
  #owned = new Set<FlowPage>();
  #living = 0;
  #ended: FlowNumber[] = [];
  #stateCounts = new Map<string, number>();
  #ruleCounts = new Map<RuleNumber, number>();

  /** `finalStates`: those in which a ukey is gone. */
  constructor(finalStates: ReadonlySet<string>) {
    this.#finalStates = finalStates;
  }

  /** Flows that were put and have not ended. */
  get living(): number {
    return this.#living;
  }

  /** Those that have ended, as far as they are remembered; oldest first. */
  get ended(): readonly FlowNumber[] {
    return this.#ended;
  }

  /** Ukeys by state. */
  get stateCounts(): ReadonlyMap<string, number> {
    return this.#stateCounts;
  }

  /** Megaflows by the rules that they stand for. */
  get ruleCounts(): ReadonlyMap<RuleNumber, number> {
    return this.#ruleCounts;
  }

  /** How much memory is this model's own: pages that no copy shares. */
  get weight(): number {
    return this.#owned.size;
  }

  /** Undefined: unknown or forgotten. Not to be written to. */
  find(flow: FlowNumber): FlowPlace | undefined {
    const page = this.#pages.get(pageOf(flow));
    const slot = flow % PAGE_FLOWS;
    return page === undefined || page.flags[slot] === 0 ? undefined : { page, slot };
  }

  /** The flows that there are, by number. */
  livingFlows(): Float64Array {
    const flows = new Float64Array(this.#living);
    let count = 0;
    for (const number of [...this.#pages.keys()].sort((a, b) => a - b)) {
      const page = this.#pages.get(number);
      if (page === undefined) continue;
      for (let slot = 0; slot < PAGE_FLOWS; slot++) {
        if (isLiving(page, slot)) flows[count++] = number * PAGE_FLOWS + slot;
      }
    }
    return flows;
  }

  put(entry: PutEntry): void {
    const place = this.#claim(entry.flow, entry.t);
    const { page, slot } = place;
    if ((page.flags[slot] ?? 0) & FlowFlag.ended) return;
    if (isLiving(page, slot)) this.#countRules(page.rules[slot] ?? [], -1);
    else this.#living++;
    page.flags[slot] = FlowFlag.known | FlowFlag.put;
    page.keys[slot] = entry.key;
    page.actions[slot] = entry.actions;
    page.maskBits[slot] = entry.maskBits;
    page.rules[slot] = entry.rules;
    page.createdAt[slot] = entry.t;
    this.#countRules(entry.rules, 1);
    if (entry.error !== undefined) this.#end(entry.flow, place, entry.t, `put: ${entry.error}`);
  }

  modify(entry: ModifyEntry): void {
    const place = this.#write(entry.flow);
    if (place === undefined || entry.error !== undefined) return;
    const { page, slot } = place;
    const isCounted = isLiving(page, slot);
    if (isCounted) this.#countRules(page.rules[slot] ?? [], -1);
    page.actions[slot] = entry.actions;
    page.rules[slot] = entry.rules;
    if (isCounted) this.#countRules(entry.rules, 1);
  }

  /** What a phase saw. */
  see(entry: VerdictsEntry): void {
    const { flows, packets, bytes, used } = entry;
    for (let i = 0; i < flows.length; i++) {
      const place = this.#write(flows[i] ?? -1);
      if (place === undefined) continue;
      const { page, slot } = place;
      page.packets[slot] = packets[i] ?? 0;
      page.bytes[slot] = bytes[i] ?? 0;
      page.used[slot] = used[i] ?? 0;
    }
  }

  delete(entry: DeleteEntry): void {
    const place = this.#write(entry.flow);
    if (place === undefined) return;
    const { page, slot } = place;
    page.packets[slot] = entry.packets ?? page.packets[slot] ?? 0;
    page.bytes[slot] = entry.bytes ?? page.bytes[slot] ?? 0;
    page.used[slot] = entry.used ?? page.used[slot] ?? 0;
    page.reasons[slot] = entry.reason;
    if (entry.error === undefined) this.#end(entry.flow, place, entry.t, entry.reason);
  }

  move(entry: UkeyEntry): void {
    const isFinal = this.#finalStates.has(entry.to);
    const place = isFinal ? this.#write(entry.flow) : this.#claim(entry.flow, entry.t);
    if (place === undefined) return;
    const { page, slot } = place;
    this.#countState(page.states[slot] ?? '', -1);
    page.states[slot] = entry.to;
    this.#countState(entry.to, 1);
    if (entry.event === 'deletion.refused') page.reasons[slot] = '';
    if (ENDED_STATES.has(entry.to)) {
      this.#end(entry.flow, place, entry.t, page.reasons[slot] ?? '');
    }
  }

  copy(): FlowsModel {
    const copy = new FlowsModel(this.#finalStates);
    copy.#pages = new Map(this.#pages);
    copy.#living = this.#living;
    copy.#ended = this.#ended.slice();
    copy.#stateCounts = new Map(this.#stateCounts);
    copy.#ruleCounts = new Map(this.#ruleCounts);
    this.#owned = new Set();
    return copy;
  }

  #end(flow: FlowNumber, { page, slot }: FlowPlace, t: number, reason: string): void {
    if (!isLiving(page, slot)) return;
    page.flags[slot] = FlowFlag.known | FlowFlag.put | FlowFlag.ended;
    page.endedAt[slot] = t;
    page.reasons[slot] = reason;
    this.#living--;
    this.#countRules(page.rules[slot] ?? [], -1);
    this.#ended.push(flow);
    const oldest = this.#ended.length > ENDED_FLOWS_MAX ? this.#ended.shift() : undefined;
    if (oldest !== undefined) this.#forget(oldest);
  }

  #forget(flow: FlowNumber): void {
    const place = this.#write(flow);
    if (place === undefined) return;
    this.#countState(place.page.states[place.slot] ?? '', -1);
    place.page.clear(place.slot);
    if (place.page.count > 0) return;
    this.#pages.delete(pageOf(flow));
    this.#owned.delete(place.page);
  }

  /** The place of a flow that is known, to be written. */
  #write(flow: FlowNumber): FlowPlace | undefined {
    return this.find(flow) === undefined ? undefined : this.#placeOf(flow);
  }

  /** The place of a flow that is known from now on, to be written. */
  #claim(flow: FlowNumber, t: number): FlowPlace {
    const place = this.#placeOf(flow);
    const { page, slot } = place;
    if (page.flags[slot] !== 0) return place;
    page.flags[slot] = FlowFlag.known;
    page.createdAt[slot] = t;
    page.count++;
    return place;
  }

  #placeOf(flow: FlowNumber): FlowPlace {
    const number = pageOf(flow);
    const slot = flow % PAGE_FLOWS;
    const page = this.#pages.get(number);
    if (page !== undefined && this.#owned.has(page)) return { page, slot };
    const own = page === undefined ? new FlowPage() : page.clone();
    this.#pages.set(number, own);
    this.#owned.add(own);
    return { page: own, slot };
  }

  #countState(state: string, by: number): void {
    if (state === '' || this.#finalStates.has(state)) return;
    add(this.#stateCounts, state, by);
  }

  #countRules(rules: readonly RuleNumber[], by: number): void {
    for (const rule of new Set(rules)) add(this.#ruleCounts, rule, by);
  }
}

export function isLiving(page: FlowPage, slot: number): boolean {
  return page.flags[slot] === (FlowFlag.known | FlowFlag.put);
}

/** Numbers beyond 32 bits have pages as well. */
function pageOf(flow: FlowNumber): number {
  return Math.floor(flow / (1 << PAGE_BITS));
}

function add<Key>(counts: Map<Key, number>, key: Key, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
