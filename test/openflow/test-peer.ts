/**
 * A controller in memory, connected to a bridge of a real switch under a virtual clock: it sends
 * messages as bytes and reads answers as messages.
 *
 * Owner: the switch, its server and the channel.
 */

import { VirtualClock } from '../../src/base/virtual-clock.js';
import type { ByteWriter } from '../../src/openflow/byte-writer.js';
import type { Connection } from '../../src/openflow/connection.js';
import { encodeHello } from '../../src/openflow/hello-codec.js';
import {
  bodyOf,
  encodeMessage,
  type OfpMessage,
  parseMessage,
} from '../../src/openflow/message.js';
import { errorNumber, type OfpErrorName } from '../../src/openflow/ofp-error.js';
import { OFP_ERROR_NUMBERS } from '../../src/openflow/ofp-error-numbers.js';
import { type OpenFlowServer, serveOpenFlow } from '../../src/openflow/openflow-server.js';
import type { PacketInLimits } from '../../src/openflow/packet-in-scheduler.js';
import {
  type MessageType,
  NX_VENDOR_ID,
  OF12,
  type OfpVersion,
  ONF_VENDOR_ID,
} from '../../src/openflow/protocol.js';
import { createSwitch, type Switch } from '../../src/switch.js';
import { MemoryChannel } from './memory-channel.js';

export interface Bench {
  readonly clock: VirtualClock;
  readonly sw: Switch;
  readonly server: OpenFlowServer;
}

/** A switch of two ports whose bridge speaks OpenFlow. */
export function createBench(flows = ''): Bench {
  const clock = new VirtualClock({ start: 1_000_000 });
  const sw = createSwitch({ ports: 2, clock, flows });
  return { clock, sw, server: serveOpenFlow(sw) };
}

export interface TestPeerOptions {
  readonly isService?: boolean;
  readonly probeMs?: number;
  readonly limits?: PacketInLimits;
}

export class TestPeer {
  readonly bench: Bench;
  readonly version: OfpVersion;
  readonly channel = new MemoryChannel();
  readonly connection: Connection;
  #xid = 0x1000;

  /** Connects, and agrees on `version`. */
  constructor(version: OfpVersion, bench = createBench(), options: TestPeerOptions = {}) {
    this.bench = bench;
    this.version = version;
    this.connection = bench.server.controllers.accept(this.channel, {
      isService: options.isService ?? true,
      probeMs: options.probeMs ?? 0,
      limits: options.limits ?? {},
    });
    this.channel.receive(encodeHello([version], 1));
    this.channel.read.length = 0;
  }

  /** Sends a message; what is answered at once. */
  ask(type: MessageType, write?: (body: ByteWriter) => void): OfpMessage[] {
    return this.send(this.encode(type, write));
  }

  /** The bytes of a message with the next xid. */
  encode(type: MessageType, write?: (body: ByteWriter) => void): Uint8Array {
    return encodeMessage(this.version, type, this.#xid++, write);
  }

  /** Sends bytes; what is answered at once. */
  send(bytes: Uint8Array): OfpMessage[] {
    this.channel.receive(bytes);
    return this.take();
  }

  /** What has come since the last time. */
  take(): OfpMessage[] {
    return this.channel.read.splice(0).map((bytes) => parseMessage(bytes));
  }

  /** The errors among what is answered to bytes, by name. */
  errorsOf(bytes: Uint8Array): OfpErrorName[] {
    return this.send(bytes).flatMap((message) => errorIn(message, this.version) ?? []);
  }
}

/** The error that a message is, by name; undefined where it is none. */
export function errorIn(message: OfpMessage, version: OfpVersion): OfpErrorName | undefined {
  if (message.type !== 'error') return undefined;
  const { vendor, type, code } = numbersOf(message, version);
  const names = Object.keys(OFP_ERROR_NUMBERS) as OfpErrorName[];
  return names.find((name) => {
    const number = errorNumber(version, name);
    return number?.vendor === vendor && number.type === type && number.code === code;
  });
}

function numbersOf(message: OfpMessage, version: OfpVersion) {
  const body = bodyOf(message);
  const type = body.u16();
  const code = body.u16();
  if (type === 0xb0c2) return { vendor: body.u32(), type: body.u16(), code: body.u16() };
  if (type !== 0xffff || version < OF12) return { vendor: 0, type, code };
  const vendor = body.u32();
  if (vendor !== NX_VENDOR_ID && vendor !== ONF_VENDOR_ID) throw new Error('of no known vendor');
  return { vendor, type: code, code: 0 };
}
