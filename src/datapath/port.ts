/**
 * Ports: where frames enter and leave the datapath.
 *
 * A port has a receive ring, which the datapath empties in bursts, and passes on what the datapath
 * transmits. Neither side calls the other in the middle of something: `inject` only appends and
 * wakes the datapath, which comes back as a task of its own; transmitted frames are collected, and
 * emitted when the datapath has finished its operation.
 *
 * Owner: a port owns its ring and its counters; the datapath that it was added to is its only
 * reader and writer. A frame given to `inject` is not changed any more, by nobody: the datapath
 * copies before it edits, and may hand the very same bytes to subscribers.
 */

import { type Observable, Subject } from 'rxjs';
import type { OdpPort } from '../base/brands.js';
import { GuardedObservable } from '../base/guarded-observable.js';
import { type Log, moduleLog, silentLog } from '../base/log.js';

/** Frames that may wait to be received; enough for a burst of any program, and 8 kB of pointers. */
export const RX_RING_MAX = 1024;
/**
 * Frames that one operation may send through one port: a batch of 100 executions of 40 outputs
 * each. What a rule set in a loop would send beyond it is dropped and counted.
 */
export const TX_BATCH_MAX = 4096;

export interface PortStats {
  /** Frames that the datapath took, and their bytes. */
  rxPackets: number;
  rxBytes: number;
  /** Frames for which the receive ring had no room, or whose port was removed before their turn. */
  rxDropped: number;
  txPackets: number;
  txBytes: number;
  /** Frames beyond `TX_BATCH_MAX` of one operation. */
  txDropped: number;
}

/** The wire behind a port. */
export interface PortLink {
  /** Its administrator switched it on. */
  readonly isUp: boolean;
  readonly hasCarrier: boolean;
  /** Bytes behind the Ethernet header; 0: unknown. */
  readonly mtu: number;
  /** Its own Ethernet address. */
  readonly address: Uint8Array;
}

/** What the datapath needs of a port. */
export interface Port {
  readonly name: string;
  readonly number: OdpPort;
  /** What `dpif/show` calls its kind: "dummy" for one in memory, as Open vSwitch's in tests. */
  readonly type?: string;
  readonly stats: Readonly<PortStats>;
  /** Absent: there is no wire, and nothing that could go wrong with it. */
  readonly link?: PortLink;
  /** Each state of the link that differs from the one before. */
  readonly linkChanges?: Observable<PortLink>;
  /** Frames that wait to be received. */
  readonly pendingCount: number;
  /** From now on `wake` is called when a frame arrives at an empty ring. */
  attach(wake: () => void): void;
  /** Drops what waits; nothing is received any more. */
  detach(): void;
  /** The oldest frame of the ring, counted as received; undefined where there is none. */
  receive(): Uint8Array | undefined;
  /** Counts and collects a frame; it is not changed afterwards. */
  transmit(frame: Uint8Array): void;
  /** Passes on what was collected. */
  flush(): void;
  /** Switches the wire on or off, as its administrator would; absent: there is none. */
  setUp?(isUp: boolean): void;
}

export interface MemoryPortOptions {
  readonly name: string;
  readonly number: OdpPort;
  /** Where a subscriber's exception is reported; default: nowhere. */
  readonly log?: Log;
  /** Default: "dummy". */
  readonly type?: string;
  /** Called for each subscriber's exception, after it was logged. */
  readonly onSubscriberError?: (error: unknown) => void;
  /** Frames, at most `RX_RING_MAX` by default. */
  readonly ringCountMax?: number;
}

/** A port whose other end is this program. */
export class MemoryPort implements Port {
  readonly type: string;
  readonly name: string;
  readonly number: OdpPort;
  readonly stats: PortStats = {
    rxPackets: 0,
    rxBytes: 0,
    rxDropped: 0,
    txPackets: 0,
    txBytes: 0,
    txDropped: 0,
  };
  /** Up, unless an operator or a controller says otherwise; frames pass anyway. */
  link: PortLink;
  readonly linkChanges: Observable<PortLink>;
  /** Frames sent by the datapath, one emission an operation; the array is the subscriber's. */
  readonly transmitted: Observable<readonly Uint8Array[]>;

  readonly #batches = new Subject<readonly Uint8Array[]>();
  readonly #links = new Subject<PortLink>();
  readonly #ring: (Uint8Array | undefined)[];
  #head = 0;
  #count = 0;
  #outgoing: Uint8Array[] = [];
  #wake: (() => void) | undefined;

  constructor(options: MemoryPortOptions) {
    const log = moduleLog(options.log ?? silentLog, 'netdev_dummy');
    this.type = options.type ?? 'dummy';
    this.name = options.name;
    this.number = options.number;
    this.link = { isUp: true, hasCarrier: true, mtu: 0, address: addressOf(this.number) };
    this.linkChanges = this.#links.asObservable();
    this.#ring = new Array(options.ringCountMax ?? RX_RING_MAX).fill(undefined);
    this.transmitted = new GuardedObservable(this.#batches, (error) => {
      log.error({ err: error, port: this.name }, 'subscriber to transmitted packets failed');
      options.onSubscriberError?.(error);
    });
  }

  get pendingCount(): number {
    return this.#count;
  }

  /** A wire that is switched off has no carrier. */
  setUp(isUp: boolean): void {
    if (isUp === this.link.isUp) return;
    this.link = { ...this.link, isUp, hasCarrier: isUp };
    this.#links.next(this.link);
  }

  /**
   * Appends a frame (without FCS) to the receive ring and returns; false where the ring is full or
   * the port in no datapath, and the frame counted as dropped.
   */
  inject(data: Uint8Array): boolean {
    if (this.#count === this.#ring.length || this.#wake === undefined) {
      this.stats.rxDropped++;
      return false;
    }
    this.#ring[(this.#head + this.#count) % this.#ring.length] = data;
    if (this.#count++ === 0) this.#wake();
    return true;
  }

  attach(wake: () => void): void {
    this.#wake = wake;
  }

  detach(): void {
    this.#wake = undefined;
    this.stats.rxDropped += this.#count;
    this.#ring.fill(undefined);
    this.#count = 0;
  }

  receive(): Uint8Array | undefined {
    if (this.#count === 0) return undefined;
    const frame = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = this.#head + 1 === this.#ring.length ? 0 : this.#head + 1;
    this.#count--;
    this.stats.rxPackets++;
    this.stats.rxBytes += frame?.length ?? 0;
    return frame;
  }

  transmit(frame: Uint8Array): void {
    if (this.#outgoing.length === TX_BATCH_MAX) {
      this.stats.txDropped++;
      return;
    }
    this.stats.txPackets++;
    this.stats.txBytes += frame.length;
    if (this.#batches.observed) this.#outgoing.push(frame);
  }

  flush(): void {
    if (this.#outgoing.length === 0) return;
    const batch = this.#outgoing;
    this.#outgoing = [];
    this.#batches.next(batch);
  }
}

/** Locally administered. */
function addressOf(port: OdpPort): Uint8Array {
  return Uint8Array.of(0x02, 0x00, 0x00, 0x00, port >>> 8, port & 0xff);
}
