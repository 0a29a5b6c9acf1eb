/**
 * What `operate` does with flows: put, get, delete, each with its outcome written into the
 * operation.
 *
 * Answers to `dpif_netdev_flow_put()`, `…_get()` and `…_del()`. As there, a flow is put with its
 * input port and recirculation id exact, and a mask that does not look at the VLAN at all looks at
 * VID and CFI: a key cannot say "tagged or not" otherwise.
 *
 * Owner: the datapath.
 *
 * Hot path. Bench: `bench/set-up.ts`.
 */

import { instant } from '../base/brands.js';
import { copyFlowMask } from '../packet/flow.js';
import * as L from '../packet/flow-layout.js';
import type { DeleteOp, FlowStats, GetOp, PutOp } from './dpif.js';
import { readStats, snapshotFlow } from './flow-dump.js';
import { exactMask, type Mask, type MaskTable } from './mask.js';
import type { MegaflowTable } from './megaflow-table.js';

const NONE = -1;
const ALL = 0xffff_ffff;
const TCI = 0xffff;

export class FlowOperations {
  readonly #table: MegaflowTable;
  readonly #masks: MaskTable;
  /** What masks that lack something became. */
  readonly #completed = new WeakMap<Mask, Mask>();
  readonly #exact = exactMask(L.DP_START);

  constructor(table: MegaflowTable, masks: MaskTable) {
    this.#table = table;
    this.#masks = masks;
  }

  run(op: PutOp | DeleteOp | GetOp): void {
    op.error = undefined;
    if (op.type === 'put') this.#put(op);
    else if (op.type === 'delete') this.#delete(op);
    else this.#get(op);
  }

  #put(op: PutOp): void {
    if (op.mode === 'modify') {
      const handle = this.#table.find(op.key);
      if (handle === NONE) op.error = 'ENOENT';
      else this.#table.actions[handle] = op.actions;
      return;
    }
    const mask = op.mask === undefined ? this.#exact : this.#complete(op.mask);
    const outcome = this.#table.put(op.key, mask, op.actions);
    if (outcome === 'exists') op.error = 'EEXIST';
    else if (outcome === 'no-space') op.error = 'ENOSPC';
  }

  #delete(op: DeleteOp): void {
    op.stats = undefined;
    const handle = this.#table.find(op.key);
    if (handle === NONE) {
      op.error = 'ENOENT';
      return;
    }
    const stats: FlowStats = { packets: 0, bytes: 0, used: instant(0), tcpFlags: 0 };
    readStats(this.#table, handle, stats);
    this.#table.remove(handle);
    op.stats = stats;
  }

  #get(op: GetOp): void {
    const handle = this.#table.find(op.key);
    op.flow = handle === NONE ? undefined : snapshotFlow(this.#table, handle);
    if (handle === NONE) op.error = 'ENOENT';
  }

  /** The mask that is installed where `mask` is asked for. */
  #complete(mask: Mask): Mask {
    const { words } = mask;
    const hasVlan = (words[L.VLAN0]! & TCI) !== 0;
    if (hasVlan && words[L.IN_PORT] === ALL && words[L.RECIRC_ID] === ALL) return mask;
    const known = this.#completed.get(mask);
    if (known !== undefined) return known;
    const wide = copyFlowMask(words);
    wide[L.IN_PORT] = ALL;
    wide[L.RECIRC_ID] = ALL;
    if (!hasVlan) wide[L.VLAN0]! |= L.VLAN_VID_MASK | L.VLAN_CFI;
    const completed = this.#masks.intern(wide);
    this.#completed.set(mask, completed);
    return completed;
  }
}
