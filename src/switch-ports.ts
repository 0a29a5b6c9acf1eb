/**
 * The ports of a switch: their names and their two numbers, and the frames that go through them.
 *
 * Owner: `Switch`. The rings and the counters are those of the datapath's `Port`, which may be in
 * memory, where this program is its other end, or a device.
 */

import { NEVER, type Observable } from 'rxjs';
import type { OdpPort, OfpPort } from './base/brands.js';
import { UpcallError } from './base/errors.js';
import { MemoryPort, type Port, type PortLink, type PortStats } from './datapath/port.js';

/** A port, as rules and captures know it. */
export class SwitchPort {
  /** The datapath's. */
  readonly port: Port;
  /** The bridge that it belongs to. */
  readonly bridge: string;
  /** Within its bridge, from 1: what rules say. */
  readonly number: OfpPort;

  constructor(port: Port, bridge: string, number: OfpPort) {
    this.port = port;
    this.bridge = bridge;
    this.number = number;
  }

  get name(): string {
    return this.port.name;
  }

  /** Within the switch, from 1: what datapath flows say. */
  get datapathNumber(): OdpPort {
    return this.port.number;
  }

  get stats(): Readonly<PortStats> {
    return this.port.stats;
  }

  /** The wire behind it; undefined: there is none, and nothing that could go wrong with it. */
  get link(): PortLink | undefined {
    return this.port.link;
  }

  get linkChanges(): Observable<PortLink> {
    return this.port.linkChanges ?? NEVER;
  }

  /** Frames that a port in memory sent; one emission an operation of the datapath. */
  get transmitted(): Observable<readonly Uint8Array[]> {
    return this.port instanceof MemoryPort ? this.port.transmitted : NEVER;
  }

  /**
   * Appends a frame to the port's receive ring; false where the ring is full (and the frame counted
   * as dropped). Nobody may change the frame afterwards. Throws an `UpcallError` for a device.
   */
  inject(frame: Uint8Array): boolean {
    if (this.port instanceof MemoryPort) return this.port.inject(frame);
    throw new UpcallError(`Cannot inject into port "${this.name}": it is a device, not in memory`);
  }

  /** Switches the wire on or off; frames pass a port in memory all the same. */
  setUp(isUp: boolean): void {
    this.port.setUp?.(isUp);
  }

  /** A device is not read any more; a port in memory keeps what was put into it. */
  stopReceiving(): void {
    if (!(this.port instanceof MemoryPort)) this.port.detach();
  }
}
