/**
 * Which datapath flow has which number in a log.
 *
 * A flow is its key for as long as it lives: who is put again after a deletion is another flow. A
 * ukey may be heard of before its flow is put, for the handler makes it first; then the flow is
 * expected.
 *
 * Owner: one recorder. Holds one record for each flow that was mentioned and lives.
 */

import type { FlowKey } from '../datapath/flow-key.js';
import type { FlowNumber } from './log-entry.js';

export interface KnownFlow {
  readonly flow: FlowNumber;
  readonly key: FlowKey;
  /** Whether the log has said what it is, or never will. */
  standing: 'expected' | 'told' | 'omitted';
  /** Of its ukey, as the log knows it. */
  state: string | undefined;
}

export class FlowLedger {
  readonly #byHash = new Map<number, KnownFlow[]>();
  readonly #byNumber = new Map<FlowNumber, KnownFlow>();
  #last = 0;
  #removed: KnownFlow | undefined;

  /** The living flow with this key. */
  find(key: FlowKey): KnownFlow | undefined {
    const bucket = this.#byHash.get(key.hash);
    if (bucket === undefined) return undefined;
    for (const known of bucket) if (known.key === key || known.key.equals(key)) return known;
    return undefined;
  }

  /** The same, or the one that was removed last. */
  findLately(key: FlowKey): KnownFlow | undefined {
    return this.find(key) ?? (this.#removed?.key === key ? this.#removed : undefined);
  }

  /** The living flow with this number. */
  at(flow: FlowNumber): KnownFlow | undefined {
    return this.#byNumber.get(flow);
  }

  /** A new flow, in place of one that has its key. */
  add(key: FlowKey): KnownFlow {
    const old = this.find(key);
    if (old !== undefined) this.remove(old);
    const flow = ++this.#last;
    const known: KnownFlow = { flow, key, standing: 'expected', state: undefined };
    const bucket = this.#byHash.get(key.hash);
    if (bucket === undefined) this.#byHash.set(key.hash, [known]);
    else bucket.push(known);
    this.#byNumber.set(flow, known);
    return known;
  }

  /** A number for a flow that never came to live. */
  claim(): FlowNumber {
    return ++this.#last;
  }

  /** The flow has ended; its number is never used again. */
  remove(known: KnownFlow): void {
    if (!this.#byNumber.delete(known.flow)) return;
    const { hash } = known.key;
    const rest = this.#byHash.get(hash)?.filter((other) => other !== known) ?? [];
    if (rest.length === 0) this.#byHash.delete(hash);
    else this.#byHash.set(hash, rest);
    this.#removed = known;
  }
}
