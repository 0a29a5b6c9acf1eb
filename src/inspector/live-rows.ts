/**
 * The ukeys of a running switch as the rows of a table, read from the columns where they are.
 *
 * A row is a slice and a handle, taken down once for a query or two; numbers are read when they are
 * asked for, texts made of them for the few rows that are shown. A ukey that has gone meanwhile
 * leaves an empty row.
 *
 * Hot path. It runs on the switch's thread, over 200,000 rows.
 */

import { FREE_ROW } from '../actors/ukey-columns.js';
import type { UkeySlice } from '../actors/ukey-slice.js';
import type { Instant } from '../base/brands.js';
import type { FlowKey } from '../datapath/flow-key.js';
import type { Mask } from '../datapath/mask.js';
import type { OdpActions } from '../datapath/odp-actions.js';
import { formatOdpActions } from '../datapath/odp-actions-text.js';
import { formatOdpFlow } from '../datapath/odp-key-text.js';
import { deleteReasonOf } from '../machines/delete-reasons.js';
import { exactBitsOf } from '../switch-megaflows.js';
import type { FlowNumberSort } from './flow-source.js';
import type { FlowNumber } from './log-entry.js';
import type { FlowRow } from './view-data.js';

/** What the log calls the flow of `key`; 0 where it does not know it. */
export type FlowNumbering = (key: FlowKey) => FlowNumber;

export class LiveRows {
  readonly count: number;
  readonly #slices: readonly UkeySlice[];
  readonly #sliceOf: Uint16Array;
  readonly #handleOf: Int32Array;

  constructor(slices: readonly UkeySlice[]) {
    this.#slices = slices;
    this.count = slices.reduce((sum, slice) => sum + slice.count, 0);
    this.#sliceOf = new Uint16Array(this.count);
    this.#handleOf = new Int32Array(this.count);
    let row = 0;
    for (let i = 0; i < slices.length; i++) {
      const { state, end } = slices[i]!.columns;
      for (let handle = 0; handle < end; handle++) {
        if (state[handle] === FREE_ROW) continue;
        this.#sliceOf[row] = i;
        this.#handleOf[row++] = handle;
      }
    }
  }

  slice(row: number): UkeySlice {
    return this.#slices[this.#sliceOf[row]!]!;
  }

  handle(row: number): number {
    return this.#handleOf[row]!;
  }

  /** Undefined where the ukey has gone meanwhile. */
  key(row: number): FlowKey | undefined {
    return this.slice(row).columns.keys[this.handle(row)];
  }

  actions(row: number): OdpActions {
    return this.slice(row).columns.actions[this.handle(row)]!;
  }

  /** "operational"; "" where the ukey has gone meanwhile. */
  state(row: number): string {
    const { columns, moves } = this.slice(row);
    return moves.states[columns.state[this.handle(row)]!] ?? '';
  }

  /** What a sort by `sort` goes by, of each row. */
  numbers(sort: FlowNumberSort, now: Instant): Float64Array {
    const numbers = new Float64Array(this.count);
    for (let row = 0; row < numbers.length; row++) numbers[row] = this.#number(row, sort, now);
    return numbers;
  }

  /** The row for people; undefined where the ukey has gone meanwhile. */
  flowRow(row: number, now: Instant, numberOf: FlowNumbering): FlowRow | undefined {
    const { columns } = this.slice(row);
    const handle = this.handle(row);
    const key = columns.keys[handle];
    if (key === undefined) return undefined;
    const used = columns.used[handle]!;
    return {
      flow: numberOf(key),
      key: formatOdpFlow(key.toFlow(), columns.masks[handle]),
      actions: formatOdpActions(columns.actions[handle]!),
      packets: columns.packets[handle]!,
      bytes: columns.bytes[handle]!,
      idleMs: used === 0 ? undefined : now - used,
      ageMs: now - columns.createdAt[handle]!,
      maskBits: maskBitsOf(columns.masks[handle]),
      state: this.state(row),
      reason: deleteReasonOf(columns.reason[handle]!),
    };
  }

  #number(row: number, sort: FlowNumberSort, now: Instant): number {
    const { columns } = this.slice(row);
    const handle = this.handle(row);
    switch (sort) {
      case 'packets':
        return columns.packets[handle]!;
      case 'bytes':
        return columns.bytes[handle]!;
      case 'idle':
        return columns.used[handle] === 0 ? Number.POSITIVE_INFINITY : now - columns.used[handle]!;
      case 'age':
        return now - columns.createdAt[handle]!;
      case 'mask':
        return maskBitsOf(columns.masks[handle]);
    }
  }
}

/** Masks are shared by thousands of flows: each is counted once. */
const bitsOfMasks = new WeakMap<Mask, number>();

function maskBitsOf(mask: Mask | undefined): number {
  if (mask === undefined) return exactBitsOf(undefined);
  let bits = bitsOfMasks.get(mask);
  if (bits === undefined) {
    bits = exactBitsOf(mask);
    bitsOfMasks.set(mask, bits);
  }
  return bits;
}
