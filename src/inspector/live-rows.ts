/**
 * The ukeys of a running switch as the rows of a table, read from the columns where they are.
 *
 * A row is a slice and a handle, taken down step by step, once for some queries; numbers are read
 * when they are asked for, texts made when somebody looks. A ukey that has gone meanwhile leaves an
 * empty row.
 *
 * Hot path. It runs on the switch's thread, over 200,000 rows.
 */

import { FREE_ROW, type UkeyColumns } from '../actors/ukey-columns.js';
import type { UkeySlice } from '../actors/ukey-slice.js';
import type { Instant } from '../base/brands.js';
import type { FlowKey } from '../datapath/flow-key.js';
import type { Mask } from '../datapath/mask.js';
import type { OdpActions } from '../datapath/odp-actions.js';
import { formatOdpActions } from '../datapath/odp-actions-text.js';
import { formatOdpFlow } from '../datapath/odp-key-text.js';
import { deleteReasonOf } from '../machines/delete-reasons.js';
import { exactBitsOf } from '../switch-megaflows.js';
import type { FlowNumberSort, FlowSource, FlowTextSort } from './flow-source.js';
import type { FlowNumber, RuleNumber } from './log-entry.js';
import type { Steps } from './select-window.js';
import type { FlowRow, FlowSort, RuleUse } from './view-data.js';

/** What the log knows of a switch's flows and rules. */
export interface LiveNames {
  /** What the log calls the flow of `key`; 0 where it does not know it. */
  flowOf(key: FlowKey): FlowNumber;
  /** What the flow of a ukey stands for, as far as somebody knows. */
  rulesOf(slice: UkeySlice, handle: number): readonly RuleNumber[];
  /** Rules by megaflows, most first. */
  ruleUses(limit: number): readonly RuleUse[];
}

/** Rows of the columns that are read in one step. */
const STEP_ROWS = 4096;

export class LiveRows implements FlowSource {
  readonly #slices: readonly UkeySlice[];
  readonly #names: LiveNames;
  readonly #now: () => Instant;
  readonly #sliceOf: Uint16Array;
  readonly #handleOf: Int32Array;
  #count = 0;

  constructor(slices: readonly UkeySlice[], names: LiveNames, now: () => Instant) {
    this.#slices = slices;
    this.#names = names;
    this.#now = now;
    const end = slices.reduce((sum, { columns }) => sum + columns.end, 0);
    this.#sliceOf = new Uint16Array(end);
    this.#handleOf = new Int32Array(end);
  }

  /** The steps that take the rows down; what comes meanwhile may be left out. */
  *read(): Steps {
    const room = this.#handleOf.length;
    for (let i = 0; i < this.#slices.length; i++) {
      const { columns } = this.#slices[i]!;
      for (let handle = 0; handle < columns.end && this.#count < room; handle++) {
        if (handle % STEP_ROWS === STEP_ROWS - 1) yield;
        if (columns.state[handle] === FREE_ROW) continue;
        this.#sliceOf[this.#count] = i;
        this.#handleOf[this.#count++] = handle;
      }
    }
  }

  get count(): number {
    return this.#count;
  }

  /** All of them: who has ended has no ukey. */
  get living(): number {
    return this.count;
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

  flow(row: number): FlowNumber {
    const key = this.key(row);
    return key === undefined ? 0 : this.#names.flowOf(key);
  }

  number(row: number, sort: FlowNumberSort): number {
    return numberAt(this.slice(row).columns, this.handle(row), sort, this.#now());
  }

  text(row: number, sort: FlowTextSort): string {
    return textAt(this.slice(row), this.handle(row), sort);
  }

  rules(row: number): readonly RuleNumber[] {
    return this.#names.rulesOf(this.slice(row), this.handle(row));
  }

  row(row: number): FlowRow {
    return flowRowAt(this.slice(row), this.handle(row), this.#names, this.#now());
  }

  ruleUses(limit: number): readonly RuleUse[] {
    return this.#names.ruleUses(limit);
  }

  /**
   * What a sort goes by, as a number. States come in the machine's order; of actions, what drops
   * comes first, then by how many there are, then by the first port: to sort 200,000 of them as
   * text would take too long.
   */
  weight(row: number, sort: Exclude<FlowSort, 'key'>): number {
    const { columns } = this.slice(row);
    const handle = this.handle(row);
    if (sort === 'state') return columns.state[handle]!;
    if (sort === 'actions') return weightOf(columns.actions[handle]!);
    return numberAt(columns, handle, sort, this.#now());
  }
}

/** A ukey's row for people; mostly empty where the ukey has gone. */
export function flowRowAt(
  slice: UkeySlice,
  handle: number,
  names: LiveNames,
  now: Instant,
): FlowRow {
  const { columns } = slice;
  const key = columns.keys[handle];
  const idleMs = numberAt(columns, handle, 'idle', now);
  return {
    flow: key === undefined ? 0 : names.flowOf(key),
    key: textAt(slice, handle, 'key'),
    actions: textAt(slice, handle, 'actions'),
    packets: columns.packets[handle]!,
    bytes: columns.bytes[handle]!,
    idleMs: Number.isFinite(idleMs) ? idleMs : undefined,
    ageMs: numberAt(columns, handle, 'age', now),
    maskBits: maskBitsOf(columns.masks[handle]),
    state: textAt(slice, handle, 'state'),
    reason: deleteReasonOf(columns.reason[handle]!),
  };
}

/** 'idle' of a flow that was never used is `Infinity`. */
function numberAt(
  columns: UkeyColumns,
  handle: number,
  sort: FlowNumberSort,
  now: Instant,
): number {
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

function textAt({ columns, moves }: UkeySlice, handle: number, sort: FlowTextSort): string {
  const key = columns.keys[handle];
  if (key === undefined) return '';
  if (sort === 'key') return formatOdpFlow(key.toFlow(), columns.masks[handle]);
  if (sort === 'actions') return formatOdpActions(columns.actions[handle]!);
  return moves.states[columns.state[handle]!] ?? '';
}

/** Above every port number. */
const PORTS_END = 2 ** 32;

function weightOf(actions: OdpActions): number {
  const output = actions.find((action) => action.type === 'output');
  return actions.length * (PORTS_END + 1) + (output?.port ?? PORTS_END);
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
