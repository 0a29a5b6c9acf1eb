/**
 * Log entries in memory, found by number.
 *
 * They stand in chunks of `CHUNK_ENTRIES`; when there are more than the limit, the oldest chunk
 * goes and is counted, so that a log which grows for days stays bounded. Each chunk has an index,
 * made when somebody asks: who looks for the life of a flow reads the entries of that flow only.
 *
 * Owner: whoever made it appends; everybody may read. Appending costs a push.
 */

import { UpcallError } from '../base/errors.js';
import { ChunkIndex } from './chunk-index.js';
import type { EntryNumber, LogEntry } from './log-entry.js';

/** Small enough to let go of in one go, large enough that a long log has few. */
export const CHUNK_ENTRIES = 4096;
/** An entry takes 200 to 500 bytes: some 300 MB of them. */
export const ENTRIES_MAX = 1_000_000;

export interface EntryStoreOptions {
  /** Entries to be kept at least; default: `ENTRIES_MAX`. The oldest above it go by chunks. */
  readonly limit?: number;
}

/** Hears of a chunk before it goes: the entries up to `last`. */
export type EvictionListener = (last: EntryNumber) => void;

export class EntryStore {
  readonly #limit: number;
  readonly #chunks: LogEntry[][] = [];
  readonly #indexes: (ChunkIndex | undefined)[] = [];
  readonly #listeners = new Set<EvictionListener>();
  #evicted = 0;
  #last = 0;

  constructor(options: EntryStoreOptions = {}) {
    this.#limit = Math.max(CHUNK_ENTRIES, options.limit ?? ENTRIES_MAX);
  }

  /** The oldest entry that is still here; one more than `last` where none is. */
  get first(): EntryNumber {
    return this.#evicted + 1;
  }

  /** The newest entry; 0: there was none. */
  get last(): EntryNumber {
    return this.#last;
  }

  /** Entries that went because there were too many. */
  get evicted(): number {
    return this.#evicted;
  }

  append(entry: LogEntry): void {
    if (entry.n !== this.#last + 1) {
      throw new UpcallError(
        `Cannot append entry ${entry.n}: the one after ${this.#last} is ${this.#last + 1}`,
      );
    }
    const chunk = this.#chunks.at(-1);
    if (chunk === undefined || chunk.length === CHUNK_ENTRIES) this.#startChunk(entry);
    else chunk.push(entry);
    this.#last = entry.n;
  }

  /** Undefined where there is none (any more). */
  at(n: EntryNumber): LogEntry | undefined {
    const offset = n - this.first;
    if (offset < 0) return undefined;
    return this.#chunks[Math.floor(offset / CHUNK_ENTRIES)]?.[offset % CHUNK_ENTRIES];
  }

  /** Calls `visit` for the entries from `from` to `to`, both included, as far as they are here. */
  forEach(from: EntryNumber, to: EntryNumber, visit: (entry: LogEntry) => void): void {
    const end = Math.min(to, this.#last);
    for (let n = Math.max(from, this.first); n <= end; n++) {
      const entry = this.at(n);
      if (entry !== undefined) visit(entry);
    }
  }

  /** The index of the chunk that `n` is in; undefined where it is gone. */
  indexOf(n: EntryNumber): ChunkIndex | undefined {
    return this.#indexAt(Math.floor((n - this.first) / CHUNK_ENTRIES));
  }

  /** Indexes of the chunks that overlap `from` to `to`, oldest first. */
  indexes(from: EntryNumber, to: EntryNumber): readonly ChunkIndex[] {
    const end = Math.min(to, this.#last);
    const start = Math.max(from, this.first);
    const found: ChunkIndex[] = [];
    if (start > end) return found;
    const lastChunk = Math.floor((end - this.first) / CHUNK_ENTRIES);
    for (let i = Math.floor((start - this.first) / CHUNK_ENTRIES); i <= lastChunk; i++) {
      const index = this.#indexAt(i);
      if (index !== undefined) found.push(index);
    }
    return found;
  }

  /** Returns a function that ends it. */
  onEviction(listener: EvictionListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #startChunk(entry: LogEntry): void {
    const kept = (this.#chunks.length - 1) * CHUNK_ENTRIES;
    if (kept >= this.#limit) this.#evict();
    this.#chunks.push([entry]);
    this.#indexes.push(undefined);
  }

  #evict(): void {
    const count = this.#chunks[0]?.length ?? 0;
    for (const listener of this.#listeners) listener(this.#evicted + count);
    this.#chunks.shift();
    this.#indexes.shift();
    this.#evicted += count;
  }

  #indexAt(i: number): ChunkIndex | undefined {
    const chunk = this.#chunks[i];
    if (chunk === undefined) return undefined;
    const index = this.#indexes[i] ?? new ChunkIndex(chunk);
    this.#indexes[i] = index;
    index.update();
    return index;
  }
}
