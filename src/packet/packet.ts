/**
 * A frame on its way through the switch.
 *
 * Owner: exactly one at a time. A port's ring owns it until it is received; an upcall owns it from
 * then on; executing actions may change it. Who wants to keep one copies it.
 */

export class Packet {
  /** The frame from the first byte of its Ethernet header, without FCS; replaced when it grows. */
  data: Uint8Array;

  constructor(data: Uint8Array) {
    this.data = data;
  }

  /** Bytes. */
  get size(): number {
    return this.data.length;
  }

  copy(): Packet {
    return new Packet(this.data.slice());
  }
}
