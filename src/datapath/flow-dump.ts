/**
 * Dumps of the megaflow table, in batches that their thread owns until it goes on.
 *
 * All threads of a dump share one cursor over the handles, so each flow goes to one of them. The
 * objects of a batch are used again for the thread's next one; under `poisons`, their old contents
 * are overwritten with rubbish first, so that a test sees who kept something too long.
 *
 * Owner: a dump owns the cursor, each thread its batch. Keys, masks and action lists are immutable
 * and may be kept; the objects around them and the counters may not.
 *
 * Hot path. Bench: `bench/dump.ts`.
 */

import { instant } from '../base/brands.js';
import { createFlow } from '../packet/flow.js';
import { DP_START } from '../packet/flow-layout.js';
import type { DumpedFlow, Errno, FlowDump, FlowDumpThread, FlowStats } from './dpif.js';
import { FlowKey } from './flow-key.js';
import type { Mask } from './mask.js';
import type { MegaflowTable } from './megaflow-table.js';
import type { OdpActions } from './odp-actions.js';

const NONE = -1;

class Slot implements DumpedFlow {
  key = POISON_KEY;
  mask: Mask | undefined = undefined;
  actions: OdpActions = POISON_ACTIONS;
  readonly stats: FlowStats = { packets: 0, bytes: 0, used: instant(0), tcpFlags: 0 };

  /** Takes over what the table says of a flow now. */
  fill(table: MegaflowTable, handle: number): void {
    this.key = table.keyOf(handle);
    this.mask = table.maskOf(handle);
    this.actions = table.actions[handle]!;
    readStats(table, handle, this.stats);
  }

  poison(): void {
    this.key = POISON_KEY;
    this.mask = undefined;
    this.actions = POISON_ACTIONS;
    this.stats.packets = Number.NaN;
    this.stats.bytes = Number.NaN;
    this.stats.used = instant(Number.NaN);
    this.stats.tcpFlags = Number.NaN;
  }
}

/** What a poisoned flow has for a key: no packet's. */
export const POISON_KEY = poisonKey();
const POISON_ACTIONS: OdpActions = [{ type: 'drop', reason: 0xdead_beef }];

function poisonKey(): FlowKey {
  const flow = createFlow();
  flow.fill(0xdead_beef, DP_START);
  return FlowKey.from(flow);
}

/** Writes a flow's counters into `stats`. */
export function readStats(table: MegaflowTable, handle: number, stats: FlowStats): void {
  stats.packets = table.packets[handle]!;
  stats.bytes = table.bytes[handle]!;
  stats.used = instant(table.used[handle]!);
  stats.tcpFlags = table.tcpFlags[handle]!;
}

/** A flow as a dump returns it, but its caller's for good. */
export function snapshotFlow(table: MegaflowTable, handle: number): DumpedFlow {
  const slot = new Slot();
  slot.fill(table, handle);
  return slot;
}

export class TableDump implements FlowDump {
  readonly #table: MegaflowTable;
  readonly #poisons: boolean;
  #cursor = 0;

  constructor(table: MegaflowTable, poisons: boolean) {
    this.#table = table;
    this.#poisons = poisons;
  }

  thread(): FlowDumpThread {
    return new TableDumpThread(this.#table, this.#poisons, this.#advance);
  }

  done(): Errno | undefined {
    this.#cursor = NONE;
    return undefined;
  }

  /** The handle of the next flow, or -1 at the end. */
  readonly #advance = (): number => {
    if (this.#cursor === NONE) return NONE;
    const handle = this.#table.nextFrom(this.#cursor);
    this.#cursor = handle === NONE ? NONE : handle + 1;
    return handle;
  };
}

class TableDumpThread implements FlowDumpThread {
  readonly #table: MegaflowTable;
  readonly #poisons: boolean;
  readonly #advance: () => number;
  readonly #pool: Slot[] = [];
  readonly #batch: Slot[] = [];
  #hasEnded = false;

  constructor(table: MegaflowTable, poisons: boolean, advance: () => number) {
    this.#table = table;
    this.#poisons = poisons;
    this.#advance = advance;
  }

  next(countMax: number): readonly DumpedFlow[] {
    this.#release();
    while (!this.#hasEnded && this.#batch.length < countMax) {
      const handle = this.#advance();
      if (handle === NONE) break;
      const index = this.#batch.length;
      const slot = this.#pool[index] ?? new Slot();
      this.#pool[index] = slot;
      slot.fill(this.#table, handle);
      this.#batch.push(slot);
    }
    return this.#batch;
  }

  end(): void {
    this.#release();
    this.#hasEnded = true;
  }

  #release(): void {
    if (this.#poisons) {
      for (const slot of this.#batch) slot.poison();
      this.#pool.length = 0;
    }
    this.#batch.length = 0;
  }
}
