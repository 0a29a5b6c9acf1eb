/** A map whose keys are flow keys, compared by content. */

import type { FlowKey } from '../../src/datapath/flow-key.js';

interface Entry<Value> {
  readonly key: FlowKey;
  value: Value;
}

export class KeyMap<Value> {
  readonly #buckets = new Map<number, Entry<Value>[]>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get(key: FlowKey): Value | undefined {
    return this.#find(key)?.value;
  }

  has(key: FlowKey): boolean {
    return this.#find(key) !== undefined;
  }

  set(key: FlowKey, value: Value): void {
    const known = this.#find(key);
    if (known !== undefined) {
      known.value = value;
      return;
    }
    const bucket = this.#buckets.get(key.hash);
    if (bucket === undefined) this.#buckets.set(key.hash, [{ key, value }]);
    else bucket.push({ key, value });
    this.#count++;
  }

  delete(key: FlowKey): boolean {
    const bucket = this.#buckets.get(key.hash);
    const index = bucket?.findIndex((entry) => entry.key.equals(key)) ?? -1;
    if (bucket === undefined || index < 0) return false;
    bucket.splice(index, 1);
    if (bucket.length === 0) this.#buckets.delete(key.hash);
    this.#count--;
    return true;
  }

  clear(): void {
    this.#buckets.clear();
    this.#count = 0;
  }

  *entries(): IterableIterator<readonly [FlowKey, Value]> {
    for (const bucket of this.#buckets.values()) {
      for (const { key, value } of bucket) yield [key, value];
    }
  }

  #find(key: FlowKey): Entry<Value> | undefined {
    return this.#buckets.get(key.hash)?.find((entry) => entry.key.equals(key));
  }
}
