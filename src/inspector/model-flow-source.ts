/**
 * The flows of a model as rows: those that there are by number, then the last that have ended.
 *
 * Owner: one query; good until the model moves.
 */

import type { FlowNumberSort, FlowSource, FlowTextSort } from './flow-source.js';
import type { FlowPlace } from './flows-model.js';
import type { FlowNumber, RuleNumber } from './log-entry.js';
import { type Moment, mostUsedRules } from './moment.js';
import type { FlowRow, RuleUse } from './view-data.js';

/** The state of a flow that has no ukey (yet). */
export const NO_UKEY = 'none';

export class ModelFlowSource implements FlowSource {
  readonly #moment: Moment;
  readonly #living: Float64Array;
  readonly #ended: readonly FlowNumber[];

  constructor(moment: Moment) {
    this.#moment = moment;
    this.#living = moment.model.flows.livingFlows();
    this.#ended = moment.model.flows.ended;
  }

  get living(): number {
    return this.#living.length;
  }

  get count(): number {
    return this.#living.length + this.#ended.length;
  }

  flow(row: number): FlowNumber {
    return this.#living[row] ?? this.#ended[row - this.#living.length] ?? 0;
  }

  number(row: number, sort: FlowNumberSort): number {
    const place = this.#place(row);
    if (place === undefined) return 0;
    const { page, slot } = place;
    switch (sort) {
      case 'packets':
        return page.packets[slot] ?? 0;
      case 'bytes':
        return page.bytes[slot] ?? 0;
      case 'mask':
        return page.maskBits[slot] ?? 0;
      case 'idle':
        return idleOf(place, this.#moment.model.t) ?? Number.POSITIVE_INFINITY;
      case 'age':
        return ageOf(place, this.#moment.model.t);
    }
  }

  text(row: number, sort: FlowTextSort): string {
    const place = this.#place(row);
    if (place === undefined) return '';
    const { page, slot } = place;
    if (sort === 'key') return page.keys[slot] ?? '';
    if (sort === 'actions') return page.actions[slot] ?? '';
    return page.states[slot] || NO_UKEY;
  }

  rules(row: number): readonly RuleNumber[] {
    const place = this.#place(row);
    return place?.page.rules[place.slot] ?? [];
  }

  row(row: number): FlowRow {
    const flow = this.flow(row);
    const place = this.#place(row);
    if (place === undefined) throw new RangeError(`Bug: no flow ${flow}`);
    return flowRow(flow, place, this.#moment.model.t);
  }

  ruleUses(limit: number): readonly RuleUse[] {
    return mostUsedRules(this.#moment, limit);
  }

  #place(row: number): FlowPlace | undefined {
    return this.#moment.model.flows.find(this.flow(row));
  }
}

export function flowRow(flow: FlowNumber, place: FlowPlace, t: number): FlowRow {
  const { page, slot } = place;
  return {
    flow,
    key: page.keys[slot] ?? '',
    actions: page.actions[slot] ?? '',
    packets: page.packets[slot] ?? 0,
    bytes: page.bytes[slot] ?? 0,
    idleMs: idleOf(place, t),
    ageMs: ageOf(place, t),
    maskBits: page.maskBits[slot] ?? 0,
    state: page.states[slot] || NO_UKEY,
    reason: page.reasons[slot] || undefined,
  };
}

/** Undefined: never used. */
function idleOf(place: FlowPlace, t: number): number | undefined {
  const used = place.page.used[place.slot] ?? 0;
  return used === 0 ? undefined : Math.max(0, endOf(place, t) - used);
}

function ageOf(place: FlowPlace, t: number): number {
  return Math.max(0, endOf(place, t) - (place.page.createdAt[place.slot] ?? 0));
}

/** An ended flow ages no more. */
function endOf({ page, slot }: FlowPlace, t: number): number {
  return page.endedAt[slot] || t;
}
