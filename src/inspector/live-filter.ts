/**
 * Which of a switch's flows pass a filter, found out a little at a time.
 *
 * To make the texts of 200,000 flows takes a second of the thread on which packets wait. So the
 * filter looks at some flows a turn, remembers of each what it found for as long as key, actions and
 * state stay what they are, and says how many it has not looked at.
 *
 * Owner: its memory of each row of the slices. Hot path. It runs on the switch's thread.
 */

import type { UkeySlice } from '../actors/ukey-slice.js';
import type { FlowKey } from '../datapath/flow-key.js';
import type { OdpActions } from '../datapath/odp-actions.js';
import { formatOdpActions } from '../datapath/odp-actions-text.js';
import { formatOdpFlow } from '../datapath/odp-key-text.js';
import type { LiveRows } from './live-rows.js';

/** What the filter says of a flow. */
export type FilterAnswer = 'passes' | 'fails' | 'unknown';

/** What was found of the rows of one slice. */
interface SliceMemory {
  readonly keys: (FlowKey | undefined)[];
  readonly actions: (OdpActions | undefined)[];
  readonly states: number[];
  readonly isPassing: boolean[];
}

/** Says whether a flow passes: words of the filter that are not words of its text. */
export type FlowTest = (slice: UkeySlice, handle: number) => boolean;

export class LiveFilter {
  readonly #words: readonly string[];
  readonly #test: FlowTest;
  #memories = new Map<UkeySlice, SliceMemory>();

  /** All of `words` must be in key, actions or state, and `test` must agree. */
  constructor(words: readonly string[], test: FlowTest) {
    this.#words = words;
    this.#test = test;
  }

  /** What is known of a row, and still so. */
  recall(slice: UkeySlice, handle: number): FilterAnswer {
    const memory = this.#memories.get(slice);
    const { columns } = slice;
    if (
      memory === undefined ||
      memory.keys[handle] !== columns.keys[handle] ||
      memory.actions[handle] !== columns.actions[handle] ||
      memory.states[handle] !== columns.state[handle]
    ) {
      return 'unknown';
    }
    return memory.isPassing[handle] === true ? 'passes' : 'fails';
  }

  /** Looks at the row and remembers. */
  look(slice: UkeySlice, handle: number): void {
    const memory = this.#memoryOf(slice);
    const { keys, actions, state } = slice.columns;
    memory.isPassing[handle] = this.#isPassing(slice, handle);
    memory.keys[handle] = keys[handle];
    memory.actions[handle] = actions[handle];
    memory.states[handle] = state[handle]!;
  }

  /** Forgets slices that are no more. */
  retain(slices: readonly UkeySlice[]): void {
    for (const slice of this.#memories.keys()) {
      if (!slices.includes(slice)) this.#memories.delete(slice);
    }
  }

  #isPassing(slice: UkeySlice, handle: number): boolean {
    if (!this.#test(slice, handle)) return false;
    if (this.#words.length === 0) return true;
    const { columns, moves } = slice;
    const key = columns.keys[handle];
    if (key === undefined) return false;
    const actions = formatOdpActions(columns.actions[handle]!);
    const state = moves.states[columns.state[handle]!] ?? '';
    const text = `${formatOdpFlow(key.toFlow(), columns.masks[handle])} ${actions} ${state}`;
    return this.#words.every((word) => text.includes(word));
  }

  #memoryOf(slice: UkeySlice): SliceMemory {
    let memory = this.#memories.get(slice);
    if (memory === undefined) {
      memory = { keys: [], actions: [], states: [], isPassing: [] };
      this.#memories.set(slice, memory);
    }
    return memory;
  }
}

/** The rows that pass, and how many are not known. */
export function passingRows(
  rows: LiveRows,
  filter: LiveFilter,
): { readonly passing: Uint32Array; readonly unknown: number } {
  const passing = new Uint32Array(rows.count);
  let count = 0;
  let unknown = 0;
  for (let row = 0; row < rows.count; row++) {
    const answer = filter.recall(rows.slice(row), rows.handle(row));
    if (answer === 'passes') passing[count++] = row;
    else if (answer === 'unknown') unknown++;
  }
  return { passing: passing.subarray(0, count), unknown };
}
