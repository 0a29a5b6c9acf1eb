/**
 * What waits to be sent on one connection, in order, counted by kind.
 *
 * A channel takes some bytes ahead; the rest waits here, where it can be counted, and be refused by
 * whoever would add to it. A reply in several parts waits as its next part and the promise of the
 * others, which are composed when it is their turn. Answers to the transmit queue of OVS's
 * `lib/rconn.c` with its `rconn_packet_counter`s.
 *
 * Owner: the connection.
 */

import type { Channel } from './channel.js';
import type { ReplyParts } from './multipart.js';

/** Bytes that the channel takes ahead. */
const UNSENT_BYTES_MAX = 64 * 1024;

/** Answers; packets; updates of flow monitors; what else a controller is told. */
export type SendKind = 'reply' | 'packet_in' | 'monitor' | 'told';

interface Waiting {
  readonly kind: SendKind;
  readonly bytes: Uint8Array;
  /** What follows directly; undefined: nothing. */
  readonly rest: ReplyParts | undefined;
}

export class SendQueue {
  readonly #channel: Channel;
  readonly #sent: (bytes: Uint8Array) => void;
  #waiting: Waiting[] = [];
  /** The first that waits; those before it are gone. */
  #first = 0;
  /** How many have a rest. */
  #unfinishedCount = 0;
  readonly #counts: Record<SendKind, number> = { reply: 0, packet_in: 0, monitor: 0, told: 0 };
  readonly #sizes: Record<SendKind, number> = { reply: 0, packet_in: 0, monitor: 0, told: 0 };

  /** `sent` sees each message before the channel does. */
  constructor(channel: Channel, sent: (bytes: Uint8Array) => void) {
    this.#channel = channel;
    this.#sent = sent;
  }

  /** Messages. */
  get length(): number {
    return this.#waiting.length - this.#first;
  }

  count(kind: SendKind): number {
    return this.#counts[kind];
  }

  /** Bytes. */
  sizeOf(kind: SendKind): number {
    return this.#sizes[kind];
  }

  /** Whether a reply waits that is not composed to its end. */
  get isUnfinished(): boolean {
    return this.#unfinishedCount > 0;
  }

  push(kind: SendKind, bytes: Uint8Array): void {
    this.#waiting.push(this.#counted({ kind, bytes, rest: undefined }));
  }

  /** Composes the first part. */
  pushParts(kind: SendKind, parts: ReplyParts): void {
    this.#waiting.push(this.#next(kind, parts));
  }

  /** Hands over as much as the channel takes; how many messages. */
  flush(): number {
    let count = 0;
    while (this.length > 0 && this.#channel.unsent < UNSENT_BYTES_MAX) {
      const next = this.#shift();
      if (next === undefined) break;
      this.#sent(next.bytes);
      this.#channel.write(next.bytes);
      count++;
    }
    return count;
  }

  clear(): void {
    for (const waiting of this.#waiting.slice(this.#first)) this.#uncount(waiting);
    this.#waiting = [];
    this.#first = 0;
  }

  #next(kind: SendKind, parts: ReplyParts): Waiting {
    const { done = false, value } = parts.next();
    return this.#counted({ kind, bytes: value, rest: done ? undefined : parts });
  }

  #counted(waiting: Waiting): Waiting {
    this.#counts[waiting.kind]++;
    this.#sizes[waiting.kind] += waiting.bytes.length;
    if (waiting.rest !== undefined) this.#unfinishedCount++;
    return waiting;
  }

  #uncount({ kind, bytes, rest }: Waiting): void {
    this.#counts[kind]--;
    this.#sizes[kind] -= bytes.length;
    if (rest !== undefined) this.#unfinishedCount--;
  }

  #shift(): Waiting | undefined {
    const waiting = this.#waiting[this.#first];
    if (waiting === undefined) return undefined;
    this.#uncount(waiting);
    if (waiting.rest !== undefined) {
      this.#waiting[this.#first] = this.#next(waiting.kind, waiting.rest);
      return waiting;
    }
    this.#first++;
    // Moved up now and then, so that a message costs the same however many wait.
    if (this.#first * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#first);
      this.#first = 0;
    }
    return waiting;
  }
}
