/**
 * A dump as bad as the interface allows: it misses flows, repeats them, brings them late and in any
 * order, stops early, or fails. What a thread was given turns to rubbish when it goes on.
 *
 * Flows that are held back, or come again, wait in a pool that all threads of the dump share; they
 * keep the counters that they had when they were read.
 */

import { instant } from '../../src/base/brands.js';
import type { Rng } from '../../src/base/rng.js';
import type { DumpedFlow, Errno, FlowDump, FlowDumpThread } from '../../src/datapath/dpif.js';
import { POISON_KEY } from '../../src/datapath/flow-dump.js';
import type { FlowKey } from '../../src/datapath/flow-key.js';
import type { Mask } from '../../src/datapath/mask.js';
import type { OdpActions } from '../../src/datapath/odp-actions.js';
import type { Fact } from './fact.js';
import type { DumpWay } from './plan.js';

const PROBABILITY = 0.15;
const HELD_BACK_PROBABILITY = 0.3;
/** Flows that a dump brings at most before it stops early. */
const FLOWS_BEFORE_END_MAX = 30;
const POISON_ACTIONS: OdpActions = [{ type: 'drop', reason: 0xdead_beef }];

export interface DumpSurroundings {
  readonly luck: () => Rng;
  readonly tell: (fact: Fact) => void;
}

/** A flow that its reader owns until it turns to rubbish. */
class Delivery implements DumpedFlow {
  key: FlowKey;
  mask: Mask | undefined;
  actions: OdpActions;
  readonly stats;

  constructor(flow: DumpedFlow) {
    this.key = flow.key;
    this.mask = flow.mask;
    this.actions = flow.actions;
    this.stats = { ...flow.stats };
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

export class SpoiltDump implements FlowDump {
  readonly #inner: FlowDump;
  readonly #way: DumpWay | undefined;
  readonly #surroundings: DumpSurroundings;
  readonly #pool: Delivery[] = [];
  #flowsLeft: number;

  constructor(inner: FlowDump, way: DumpWay | undefined, surroundings: DumpSurroundings) {
    this.#inner = inner;
    this.#way = way;
    this.#surroundings = surroundings;
    const endsEarly = way === 'stop' || way === 'break';
    this.#flowsLeft = endsEarly
      ? surroundings.luck().below(FLOWS_BEFORE_END_MAX)
      : Number.POSITIVE_INFINITY;
  }

  thread(): FlowDumpThread {
    const inner = this.#inner.thread();
    const { tell } = this.#surroundings;
    let batch: readonly Delivery[] = [];
    const poison = (): void => {
      for (const delivery of batch) delivery.poison();
    };
    tell({ type: 'dump.joined' });
    return {
      next: (countMax) => {
        poison();
        batch = this.#read(inner, countMax);
        tell({ type: 'dump.delivered', flows: batch });
        return batch;
      },
      end: () => {
        poison();
        inner.end();
        tell({ type: 'dump.left' });
      },
    };
  }

  done(): Errno | undefined {
    this.#inner.done();
    const error = this.#way === 'break' ? 'EINVAL' : undefined;
    this.#surroundings.tell({ type: 'dump.done', error });
    return error;
  }

  #read(inner: FlowDumpThread, countMax: number): readonly Delivery[] {
    const batch: Delivery[] = [];
    while (batch.length === 0) {
      const count = Math.min(Math.ceil(countMax / 2), this.#flowsLeft);
      const flows = count === 0 ? [] : inner.next(count);
      this.#flowsLeft -= flows.length;
      for (const flow of flows) this.#sort(flow, batch);
      const isEnd = flows.length === 0;
      const taken = this.#pool.splice(0, isEnd ? countMax : this.#below(this.#pool.length + 1));
      batch.push(...taken.splice(0, countMax - batch.length));
      this.#pool.unshift(...taken);
      if (isEnd) break;
    }
    if (this.#isWay('shuffle')) this.#shuffle(batch);
    return batch;
  }

  /** Whether a flow comes now, later, twice or not at all. */
  #sort(flow: DumpedFlow, batch: Delivery[]): void {
    if (this.#isWay('miss') && this.#happens(PROBABILITY)) return;
    const isLate = this.#isWay('shuffle') && this.#happens(HELD_BACK_PROBABILITY);
    (isLate ? this.#pool : batch).push(new Delivery(flow));
    if (this.#isWay('repeat') && this.#happens(PROBABILITY)) this.#pool.push(new Delivery(flow));
  }

  #isWay(way: 'miss' | 'repeat' | 'shuffle'): boolean {
    return this.#way === way || this.#way === 'mixed';
  }

  #happens(probability: number): boolean {
    return this.#surroundings.luck().fraction() < probability;
  }

  #below(bound: number): number {
    return this.#surroundings.luck().below(bound);
  }

  #shuffle(batch: Delivery[]): void {
    for (let i = batch.length - 1; i > 0; i--) {
      const j = this.#below(i + 1);
      const [a, b] = [batch[i], batch[j]];
      if (a !== undefined && b !== undefined) [batch[i], batch[j]] = [b, a];
    }
  }
}
