/**
 * One of the many who are connected: asks to hear of packets, flows and ports, and goes on asking.
 * A reader reads what it is told, a deaf one never does, and asks for as much as it can.
 *
 * Owner: the socket.
 */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodeHello } from '../../src/openflow/hello-codec.js';
import { encodeMessage, MessageSplitter, parseMessage } from '../../src/openflow/message.js';
import { OF13, OF14 } from '../../src/openflow/protocol.js';

/** Statistics that make long answers out of short questions: flows, tables, features, ports. */
const LONG_STATS = [1, 3, 12, 13];
const FLOW_MONITOR = 16;
const ANY = 0xffff_ffff;

export class SoakPeer {
  readonly isReader: boolean;
  packetIns = 0;
  /** Messages other than packet-ins. */
  others = 0;
  isOpen = true;
  /** The longest that an answer to an echo took, in ms. */
  echoMsMax = 0;
  readonly #socket: Socket;
  readonly #version: typeof OF13 | typeof OF14;
  readonly #splitter = new MessageSplitter();
  #askedAt: number | undefined;
  #xid = 1;

  private constructor(socket: Socket, isReader: boolean, index: number) {
    this.#socket = socket;
    this.isReader = isReader;
    this.#version = index % 2 === 0 ? OF13 : OF14;
    socket.on('error', () => {});
    socket.on('close', () => {
      this.isOpen = false;
    });
    if (isReader) socket.on('data', (bytes: Uint8Array) => this.#take(bytes));
    else socket.pause();
  }

  static async connect(port: number, isReader: boolean, index: number): Promise<SoakPeer> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const peer = new SoakPeer(socket, isReader, index);
    peer.#greet();
    return peer;
  }

  /** Bytes that the switch has not read yet. */
  get unsent(): number {
    return this.#socket.writableLength;
  }

  /** A reader says an echo and waits for the answer; a deaf one asks for long answers. */
  ask(): void {
    if (this.isReader) this.#echo();
    // What waits here is this program's memory, not the switch's.
    else if (this.unsent < 0x10000) this.#askMuch();
  }

  /** Adds a flow that is missed by all when it goes, and takes it away again. */
  changeFlow(index: number): void {
    for (const command of [0, 4]) {
      this.#say('flow_mod', (body) => {
        body
          .u64(0n)
          .u64(0n)
          .u8(3)
          .u8(command)
          .u16(0)
          .u16(0)
          .u16(1 + (index & 0xff));
        body.u32(ANY).u32(ANY).u32(ANY).u16(1).zeros(2);
        body.u16(1).u16(4).zeros(4);
      });
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #greet(): void {
    this.#socket.write(encodeHello([this.#version], this.#xid++));
    this.#say('set_config', (body) => body.u16(0).u16(0xffff));
    if (this.#version !== OF14) return;
    // Everything that becomes of flows, with their actions.
    this.#say('stats_request', (body) => {
      body.u16(FLOW_MONITOR).zeros(6);
      body.u32(1).u32(ANY).u32(ANY).u16(0x1f).u8(0xff).u8(0).u16(1).u16(4).zeros(4);
    });
  }

  #echo(): void {
    if (this.#askedAt !== undefined) return;
    this.#askedAt = performance.now();
    this.#say('echo_request', () => {});
  }

  #askMuch(): void {
    for (const type of LONG_STATS) {
      this.#say('stats_request', (body) => {
        body.u16(type).zeros(6);
        if (type === 1) {
          body.u8(0xff).zeros(3).u32(ANY).u32(ANY).zeros(4).u64(0n).u64(0n).u16(1).u16(4).zeros(4);
        }
      });
    }
    this.#say('echo_request', (body) => body.zeros(8_000));
  }

  #say(
    ...[type, write]: [Parameters<typeof encodeMessage>[1], Parameters<typeof encodeMessage>[3]]
  ) {
    this.#socket.write(encodeMessage(this.#version, type, this.#xid++, write));
  }

  #take(bytes: Uint8Array): void {
    for (const { type } of this.#splitter.push(bytes).map(parseMessage)) {
      if (type === 'packet_in') this.packetIns++;
      else this.others++;
      if (type !== 'echo_reply' || this.#askedAt === undefined) continue;
      this.echoMsMax = Math.max(this.echoMsMax, performance.now() - this.#askedAt);
      this.#askedAt = undefined;
    }
  }
}
