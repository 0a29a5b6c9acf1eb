/**
 * The ports of a switch: their names and their two numbers, and the frames that go through them.
 *
 * Owner: `Switch`. The rings and the counters are those of the datapath's `MemoryPort`.
 */

import type { Observable } from 'rxjs';
import type { OdpPort, OfpPort } from './base/brands.js';
import type { MemoryPort, PortStats } from './datapath/port.js';

/** A port, as rules and captures know it. */
export class SwitchPort {
  readonly #memory: MemoryPort;
  /** The bridge that it belongs to. */
  readonly bridge: string;
  /** Within its bridge, from 1: what rules say. */
  readonly number: OfpPort;

  constructor(memory: MemoryPort, bridge: string, number: OfpPort) {
    this.#memory = memory;
    this.bridge = bridge;
    this.number = number;
  }

  get name(): string {
    return this.#memory.name;
  }

  /** Within the switch, from 1: what datapath flows say. */
  get datapathNumber(): OdpPort {
    return this.#memory.number;
  }

  get stats(): Readonly<PortStats> {
    return this.#memory.stats;
  }

  /** Frames that this port sent; one emission an operation of the datapath. */
  get transmitted(): Observable<readonly Uint8Array[]> {
    return this.#memory.transmitted;
  }

  /**
   * Appends a frame to the port's receive ring; false where the ring is full (and the frame counted
   * as dropped). Nobody may change the frame afterwards.
   */
  inject(frame: Uint8Array): boolean {
    return this.#memory.inject(frame);
  }
}
