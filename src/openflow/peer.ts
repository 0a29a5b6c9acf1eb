/**
 * A connected controller as the bridge knows it: what it asked for, and what it wants to hear.
 *
 * Owner: the controllers of a bridge. Answers to `struct ofconn`.
 */

import type { Bundle } from './bundles.js';
import type { Connection } from './connection.js';
import type { FlowMonitorRequest } from './flow-monitor-codec.js';
import type { PacketInFormat } from './packet-codec.js';
import type { PacketInScheduler } from './packet-in-scheduler.js';
import { OF10, OF13, OF14, type OfpVersion } from './protocol.js';

/** `equal` and `primary` may change the switch; a `secondary` reads. */
export type Role = 'equal' | 'primary' | 'secondary';

/** Bits by reason, for each kind of message. */
export interface AsyncMasks {
  readonly packetIn: number;
  readonly portStatus: number;
  readonly flowRemoved: number;
  readonly roleStatus: number;
  readonly tableStatus: number;
  readonly requestForward: number;
}

const ASYNC_NONE: AsyncMasks = {
  packetIn: 0,
  portStatus: 0,
  flowRemoved: 0,
  roleStatus: 0,
  tableStatus: 0,
  requestForward: 0,
};

/** What a controller hears that has asked for nothing: of each kind, what its version has. */
export function asyncLeading(version: OfpVersion): AsyncMasks {
  const flowRemoved = version >= OF14 ? 0b11_1111 : version === OF13 ? 0b1111 : 0b111;
  // Every reason but "invalid TTL".
  const packetIn = version >= OF14 ? 0b11_1011 : 0b011;
  return { ...ASYNC_NONE, packetIn, portStatus: 0b111, flowRemoved };
}
export const ASYNC_SECONDARY: AsyncMasks = { ...ASYNC_NONE, portStatus: 0b111 };
/** "invalid TTL", which only those hear who ask for it. */
const PACKET_IN_INVALID_TTL = 1 << 2;

/** Bytes of a packet that no rule matched, unless a controller says otherwise. */
const MISS_SEND_LENGTH_CONTROLLER = 128;

/** Packets that no rule matched do not hold up those that rules send, nor the other way round. */
export interface PacketInSchedulers {
  readonly miss: PacketInScheduler;
  readonly action: PacketInScheduler;
}

export class Peer {
  readonly connection: Connection;
  /** Somebody's tool (`ovs-ofctl`), not a controller: told nothing that it does not ask for. */
  readonly isService: boolean;
  /** Undefined: it takes packet-ins as fast as they come. */
  readonly schedulers: PacketInSchedulers | undefined;
  role: Role = 'equal';
  packetInFormat: PacketInFormat = 'standard';
  /** 1.0: flows are told in NXM, and commands name tables. */
  isNxm = false;
  hasTableId = false;
  controllerId = 0;
  missSendLength: number;
  leading: AsyncMasks;
  secondary: AsyncMasks = ASYNC_SECONDARY;
  /** By the numbers that it gave them. */
  monitors = new Map<number, FlowMonitorRequest>();
  /** The version of the tables since which its monitors tell of deletions only. */
  pausedAt: number | undefined = undefined;
  readonly bundles = new Map<number, Bundle>();

  constructor(connection: Connection, isService: boolean, schedulers?: PacketInSchedulers) {
    this.connection = connection;
    this.isService = isService;
    this.schedulers = schedulers;
    this.leading = asyncLeading(this.version);
    this.missSendLength = isService ? 0 : MISS_SEND_LENGTH_CONTROLLER;
  }

  get version(): OfpVersion {
    return this.connection.version ?? OF10;
  }

  get mayWrite(): boolean {
    return this.role !== 'secondary';
  }

  /** Whether it wants to hear of something, by the reason that the message would give. */
  wants(kind: keyof AsyncMasks, reason: number): boolean {
    // Somebody's tool hears of packets and removals only once it has asked for packets.
    if (this.isService && this.missSendLength === 0) return false;
    const masks = this.mayWrite ? this.leading : this.secondary;
    return ((masks[kind] >>> reason) & 1) !== 0;
  }

  /** Sends it a packet-in about a packet that came in by `port`, as fast as it takes them. */
  packetIn(kind: keyof PacketInSchedulers, port: number, bytes: Uint8Array): void {
    if (this.schedulers === undefined) this.connection.packetIn(bytes);
    else this.schedulers[kind].send(port, bytes);
  }

  /** Forgets what waits for it. */
  close(): void {
    this.schedulers?.miss.close();
    this.schedulers?.action.close();
  }

  /** Whether it hears of packets whose TTL ran out. */
  get hearsInvalidTtl(): boolean {
    return (this.leading.packetIn & PACKET_IN_INVALID_TTL) !== 0;
  }

  /** `set_config` of 1.0 to 1.2 asks for packets whose TTL ran out. */
  setInvalidTtl(isWanted: boolean): void {
    const { packetIn } = this.leading;
    this.leading = {
      ...this.leading,
      packetIn: isWanted ? packetIn | PACKET_IN_INVALID_TTL : packetIn & ~PACKET_IN_INVALID_TTL,
    };
  }
}
