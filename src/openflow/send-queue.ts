/**
 * What waits to be sent on one connection, in order, counted by kind.
 *
 * A channel takes some bytes ahead; the rest waits here, where it can be counted, and be refused by
 * whoever would add to it. Answers to the transmit queue of OVS's `lib/rconn.c` with its
 * `rconn_packet_counter`s.
 *
 * Owner: the connection.
 */

import type { Channel } from './channel.js';

/** Bytes that the channel takes ahead. */
const UNSENT_BYTES_MAX = 64 * 1024;

/** Answers; packets; updates of flow monitors; what else a controller is told. */
export type SendKind = 'reply' | 'packet_in' | 'monitor' | 'told';

interface Waiting {
  readonly kind: SendKind;
  readonly bytes: Uint8Array;
}

export class SendQueue {
  readonly #channel: Channel;
  readonly #sent: (bytes: Uint8Array) => void;
  #waiting: Waiting[] = [];
  /** The first that waits; those before it are gone. */
  #first = 0;
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

  push(kind: SendKind, bytes: Uint8Array): void {
    this.#waiting.push({ kind, bytes });
    this.#counts[kind]++;
    this.#sizes[kind] += bytes.length;
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
    while (this.#shift() !== undefined);
  }

  #shift(): Waiting | undefined {
    const next = this.#waiting[this.#first];
    if (next === undefined) return undefined;
    this.#first++;
    this.#counts[next.kind]--;
    this.#sizes[next.kind] -= next.bytes.length;
    // Moved up now and then, so that a message costs the same however many wait.
    if (this.#first * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#first);
      this.#first = 0;
    }
    return next;
  }
}
