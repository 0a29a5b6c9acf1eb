/**
 * The ports of a datapath: by number, what waits in their rings, and which have sent something.
 *
 * Owner: the datapath.
 *
 * Hot path. Bench: `bench/hit-path.ts`.
 */

import type { OdpPort } from '../base/brands.js';
import type { Port } from './port.js';

interface Entry {
  readonly port: Port;
  /** It has sent frames that were not passed on yet. */
  hasSent: boolean;
}

export class PortTable {
  readonly #byNumber = new Map<OdpPort, Entry>();
  /** Fixes the order in which rings are emptied. */
  #inOrder: readonly Port[] = [];
  #turn = 0;
  #senders: Entry[] = [];

  /** False where the number or the name is taken. */
  add(port: Port): boolean {
    if (this.#byNumber.has(port.number)) return false;
    if (this.#inOrder.some((other) => other.name === port.name)) return false;
    this.#byNumber.set(port.number, { port, hasSent: false });
    this.#inOrder = [...this.#inOrder, port].sort((a, b) => a.number - b.number);
    return true;
  }

  remove(number: OdpPort): Port | undefined {
    const entry = this.#byNumber.get(number);
    if (entry === undefined) return undefined;
    this.#byNumber.delete(number);
    this.#inOrder = this.#inOrder.filter((port) => port !== entry.port);
    return entry.port;
  }

  /** In order of their numbers. */
  list(): readonly Port[] {
    return this.#inOrder;
  }

  get hasPending(): boolean {
    for (let i = 0; i < this.#inOrder.length; i++) {
      if (this.#inOrder[i]!.pendingCount > 0) return true;
    }
    return false;
  }

  /** Takes up to `countMax` frames, beginning with another port each time. */
  receive(countMax: number, take: (frame: Uint8Array, port: OdpPort) => void): void {
    const ports = this.#inOrder;
    let left = countMax;
    for (let i = 0; i < ports.length && left > 0; i++) {
      const port = ports[(this.#turn + i) % ports.length]!;
      for (; left > 0; left--) {
        const frame = port.receive();
        if (frame === undefined) break;
        take(frame, port.number);
      }
    }
    this.#turn = ports.length === 0 ? 0 : (this.#turn + 1) % ports.length;
  }

  /** Sends a frame; false where there is no such port. */
  transmit(number: OdpPort, frame: Uint8Array): boolean {
    const entry = this.#byNumber.get(number);
    if (entry === undefined) return false;
    entry.port.transmit(frame);
    if (!entry.hasSent) {
      entry.hasSent = true;
      this.#senders.push(entry);
    }
    return true;
  }

  get hasSent(): boolean {
    return this.#senders.length > 0;
  }

  /** Lets the ports pass on what they sent; what that causes to be sent waits for the next time. */
  flush(): void {
    if (this.#senders.length === 0) return;
    const senders = this.#senders;
    this.#senders = [];
    for (const entry of senders) {
      entry.hasSent = false;
      entry.port.flush();
    }
  }
}
