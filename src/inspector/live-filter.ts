/**
 * Which of a switch's flows pass a filter, remembered.
 *
 * To make the texts of 200,000 flows takes a second of the thread on which packets wait. So what
 * was found of a flow is kept for as long as its key, actions and state stay what they are: whoever
 * asks again looks only at what has changed.
 *
 * Owner: its memory of each row of the slices. Hot path. It runs on the switch's thread.
 */

import type { UkeySlice } from '../actors/ukey-slice.js';
import type { FlowKey } from '../datapath/flow-key.js';
import type { OdpActions } from '../datapath/odp-actions.js';
import { type FlowFilter, parseFlowFilter } from './flow-filter.js';
import type { LiveRows } from './live-rows.js';

/** What was found of the rows of one slice. */
interface SliceMemory {
  readonly keys: (FlowKey | undefined)[];
  readonly actions: (OdpActions | undefined)[];
  readonly states: number[];
  readonly isPassing: boolean[];
}

export class LiveFilter {
  readonly #filter: FlowFilter;
  readonly #memories = new Map<UkeySlice, SliceMemory>();

  /** Throws an `UpcallError` for a filter that makes no sense. */
  constructor(text: string) {
    this.#filter = parseFlowFilter(text);
  }

  /** Whether everything passes. */
  get isOpen(): boolean {
    return this.#filter.isOpen;
  }

  /** Whether the row passes, as far as that is known and still so. */
  recall(rows: LiveRows, row: number): 'passes' | 'fails' | 'unknown' {
    const slice = rows.slice(row);
    const handle = rows.handle(row);
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

  /** Looks at the row and remembers; whether it passes. */
  look(rows: LiveRows, row: number): boolean {
    const slice = rows.slice(row);
    const handle = rows.handle(row);
    const memory = this.#memoryOf(slice);
    const { keys, actions, state } = slice.columns;
    const isPassing = keys[handle] !== undefined && this.#filter.passes(rows, row);
    memory.isPassing[handle] = isPassing;
    memory.keys[handle] = keys[handle];
    memory.actions[handle] = actions[handle];
    memory.states[handle] = state[handle]!;
    return isPassing;
  }

  /** Forgets slices that are no more. */
  retain(slices: readonly UkeySlice[]): void {
    for (const slice of this.#memories.keys()) {
      if (!slices.includes(slice)) this.#memories.delete(slice);
    }
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
