/**
 * Tells of a revalidator's verdicts: one by one to those who want each, and in batches to those who
 * want what is new. Nobody comes here while nobody wants either.
 *
 * Owner: one phase of one revalidator, from a batch's first verdict to `flush`. Hot path. Bench:
 * `bench/dump.ts`.
 */

import type { Instant } from '../base/brands.js';
import type { FlowStats } from '../datapath/dpif.js';
import type { FlowKey } from '../datapath/flow-key.js';
import type { RecordStream } from './record-stream.js';
import type { UdpifCore } from './udpif-core.js';
import type { VerdictRecord } from './udpif-event.js';

/** A verdict, and what it was judged by. */
export interface ToldVerdict {
  readonly key: FlowKey;
  readonly verdict: VerdictRecord['verdict'];
  readonly stats: Readonly<FlowStats>;
  /** Whether packets have come since the flow was looked at last. */
  readonly hasMoved: boolean;
}

interface Columns {
  readonly keys: FlowKey[];
  readonly verdicts: VerdictRecord['verdict'][];
  readonly packets: number[];
  readonly bytes: number[];
  readonly used: Instant[];
}

export class VerdictReport {
  readonly #core: UdpifCore;
  readonly #records: RecordStream;
  readonly #place: { readonly phase: 'dump' | 'sweep'; readonly revalidator: number };
  #columns: Columns | undefined;
  #unchanged = 0;

  constructor(core: UdpifCore, phase: 'dump' | 'sweep', revalidator: number) {
    this.#core = core;
    this.#records = core.records;
    this.#place = { phase, revalidator };
  }

  /** Whether anybody wants to hear of verdicts. */
  get isWanted(): boolean {
    return this.#records.hearsEach || this.#records.hearsBatches;
  }

  /** Before the verdict is carried out. */
  tell(told: ToldVerdict): void {
    const records = this.#records;
    if (records.hearsEach) this.#tellOne(told);
    if (!records.hearsBatches) return;
    if (told.verdict !== 'keep' || (told.hasMoved && records.hearsCounters)) this.#add(told);
    else this.#unchanged++;
  }

  /**
   * A batch is done; `isLast`: so is the phase. What was merely kept is told along with news, or at
   * the end.
   */
  flush(isLast: boolean): void {
    const columns = this.#columns;
    if (columns === undefined && !(isLast && this.#unchanged > 0)) return;
    const unchanged = this.#unchanged;
    this.#columns = undefined;
    this.#unchanged = 0;
    if (!this.#records.hearsBatches) return;
    const time = this.#core.deps.clock.now();
    const news = columns ?? createColumns();
    this.#core.emit({ type: 'verdicts', time, ...this.#place, ...news, unchanged });
  }

  #tellOne({ key, verdict, stats: { packets, bytes, used } }: ToldVerdict): void {
    const time = this.#core.deps.clock.now();
    const { phase, revalidator } = this.#place;
    const counters = { packets, bytes, used };
    this.#core.emit({ type: 'verdict', time, phase, revalidator, key, verdict, ...counters });
  }

  #add({ key, verdict, stats }: ToldVerdict): void {
    this.#columns ??= createColumns();
    const { keys, verdicts, packets, bytes, used } = this.#columns;
    keys.push(key);
    verdicts.push(verdict);
    packets.push(stats.packets);
    bytes.push(stats.bytes);
    used.push(stats.used);
  }
}

function createColumns(): Columns {
  return { keys: [], verdicts: [], packets: [], bytes: [], used: [] };
}
