/**
 * A channel in memory: what a peer would have read, and a peer that reads only as much as it likes.
 *
 * Owner: the test.
 */

import type { Channel, ChannelEvents } from '../../src/openflow/channel.js';

export class MemoryChannel implements Channel {
  readonly name = 'memory';
  /** What the peer has read, one piece a write. */
  readonly read: Uint8Array[] = [];
  /** Whether the peer reads at once what is written. */
  isReading = true;
  isPaused = false;
  state: 'open' | 'ended' | 'destroyed' = 'open';
  #unread: Uint8Array[] = [];
  #events: ChannelEvents | undefined;

  get unsent(): number {
    return this.#unread.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  write(bytes: Uint8Array): void {
    if (this.state !== 'open') return;
    (this.isReading ? this.read : this.#unread).push(bytes.slice());
  }

  end(): void {
    if (this.state === 'open') this.state = 'ended';
  }

  destroy(): void {
    this.state = 'destroyed';
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  follow(events: ChannelEvents): void {
    this.#events = events;
  }

  /** The peer sends. */
  receive(bytes: Uint8Array): void {
    this.#events?.received(bytes);
  }

  /** The peer reads what has piled up, and goes on reading. */
  drain(): void {
    this.isReading = true;
    this.read.push(...this.#unread.splice(0));
    this.#events?.drained();
  }

  /** The peer goes. */
  hangUp(reason = 'connection closed by peer'): void {
    this.#events?.closed(reason);
  }
}
