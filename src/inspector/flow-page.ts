/**
 * Flows of the log, 256 of them by number: a column a property.
 *
 * Pages are what copies of a model share: one that is written after a copy is cloned first, so that
 * a keyframe costs what has changed since the last one. Texts are those of the entries, not copies.
 *
 * Owner: the `FlowsModel` that made or cloned it.
 */

import type { RuleNumber } from './log-entry.js';

export const PAGE_BITS = 8;
export const PAGE_FLOWS = 1 << PAGE_BITS;

/** Bits of `flags`. */
export const FlowFlag = { known: 1, put: 2, ended: 4 } as const;

const NO_RULES: readonly RuleNumber[] = [];

export class FlowPage {
  /** Flows that are known. */
  count = 0;
  readonly flags = new Uint8Array(PAGE_FLOWS);
  readonly maskBits = new Uint16Array(PAGE_FLOWS);
  readonly packets = new Float64Array(PAGE_FLOWS);
  readonly bytes = new Float64Array(PAGE_FLOWS);
  /** Switch time; 0: never. */
  readonly used = new Float64Array(PAGE_FLOWS);
  readonly createdAt = new Float64Array(PAGE_FLOWS);
  readonly endedAt = new Float64Array(PAGE_FLOWS);
  keys: string[] = new Array<string>(PAGE_FLOWS).fill('');
  actions: string[] = new Array<string>(PAGE_FLOWS).fill('');
  /** The ukey's; '': there is none yet. */
  states: string[] = new Array<string>(PAGE_FLOWS).fill('');
  /** Why it went; '': it did not. */
  reasons: string[] = new Array<string>(PAGE_FLOWS).fill('');
  rules: (readonly RuleNumber[])[] = new Array<readonly RuleNumber[]>(PAGE_FLOWS).fill(NO_RULES);

  /** Forgets a flow. */
  clear(slot: number): void {
    this.flags[slot] = 0;
    this.maskBits[slot] = 0;
    this.packets[slot] = 0;
    this.bytes[slot] = 0;
    this.used[slot] = 0;
    this.createdAt[slot] = 0;
    this.endedAt[slot] = 0;
    this.keys[slot] = '';
    this.actions[slot] = '';
    this.states[slot] = '';
    this.reasons[slot] = '';
    this.rules[slot] = NO_RULES;
    this.count--;
  }

  clone(): FlowPage {
    const clone = new FlowPage();
    clone.count = this.count;
    clone.flags.set(this.flags);
    clone.maskBits.set(this.maskBits);
    clone.packets.set(this.packets);
    clone.bytes.set(this.bytes);
    clone.used.set(this.used);
    clone.createdAt.set(this.createdAt);
    clone.endedAt.set(this.endedAt);
    clone.keys = this.keys.slice();
    clone.actions = this.actions.slice();
    clone.states = this.states.slice();
    clone.reasons = this.reasons.slice();
    clone.rules = this.rules.slice();
    return clone;
  }
}
