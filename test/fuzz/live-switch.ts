/**
 * A switch on the machine's clock that listens on a TCP port, under traffic all the while: the
 * same messages by real sockets, one peer a version and session.
 *
 * Owner: the switch, its traffic's timer and the sockets.
 */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodeHello } from '../../src/openflow/hello-codec.js';
import { encodeMessage, MessageSplitter, parseMessage } from '../../src/openflow/message.js';
import { type OpenFlowServer, serveOpenFlow } from '../../src/openflow/openflow-server.js';
import { OFP_VERSIONS, type OfpVersion } from '../../src/openflow/protocol.js';
import { createSwitch, type Switch } from '../../src/switch.js';
import { PORTS_COUNT } from './plan.js';
import type { Finding } from './session.js';
import type { Step } from './step.js';

const TRAFFIC_MS = 2;
const ANSWER_MS_MAX = 20_000;
const GONE_MS_MAX = 5_000;
const FRAME = Buffer.from(
  '02000000000b02000000000a08004500001c0000000040110000c0a80001c0a80002003500350008000000000000',
  'hex',
);

export class LiveSwitch {
  sessions = 0;
  readonly #sw: Switch;
  readonly #server: OpenFlowServer;
  readonly #port: number;
  readonly #traffic: NodeJS.Timeout;

  private constructor(sw: Switch, server: OpenFlowServer, port: number) {
    this.#sw = sw;
    this.#server = server;
    this.#port = port;
    let count = 0;
    this.#traffic = setInterval(() => {
      const frame = Uint8Array.from(FRAME);
      frame[35] = count & 0x1f;
      this.#sw.inject(1 + (count++ % PORTS_COUNT), frame);
    }, TRAFFIC_MS);
  }

  static async start(): Promise<LiveSwitch> {
    const sw = createSwitch({ ports: PORTS_COUNT, flows: 'actions=NORMAL' });
    const server = serveOpenFlow(sw);
    const { port } = await server.listen('ptcp:0:127.0.0.1');
    return new LiveSwitch(sw, server, port);
  }

  /** Sends what the peers of a session send; finds those that hear no answer any more. */
  async take(steps: readonly Step[]): Promise<Finding | undefined> {
    this.sessions++;
    for (const version of OFP_VERSIONS) {
      const bytes = Buffer.concat(
        steps.flatMap((step) =>
          step.type === 'message' && step.version === version ? [step.bytes] : [],
        ),
      );
      if (!(await this.#talk(version, bytes)))
        return { kind: 'stuck', what: `socket of version ${version}`, at: 0 };
    }
    return undefined;
  }

  /** Ends everything; what is left. */
  async stop(): Promise<string | undefined> {
    clearInterval(this.#traffic);
    const end = performance.now() + GONE_MS_MAX;
    while (this.#server.controllers.peers.length > 0 && performance.now() < end) await pause();
    const left = this.#server.controllers.peers.length;
    await this.#server.close();
    await this.#sw.stop();
    if (left > 0) return `${left} peers of closed sockets are left`;
    return this.#sw.conservation().ok ? undefined : 'packets of the live switch are missing';
  }

  /** Whether the switch answers an echo behind all of it, or has ended the connection. */
  async #talk(version: OfpVersion, bytes: Uint8Array): Promise<boolean> {
    const socket = connect(this.#port, '127.0.0.1');
    await once(socket, 'connect');
    const answered = isAnswered(socket);
    socket.write(encodeHello([version], 1));
    socket.write(bytes);
    socket.write(encodeMessage(version, 'echo_request', ECHO_XID));
    const isDone = await answered;
    socket.destroy();
    return isDone;
  }
}

const ECHO_XID = 0xec40ec40;

function isAnswered(socket: Socket): Promise<boolean> {
  const splitter = new MessageSplitter();
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ANSWER_MS_MAX);
    const done = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    socket.on('error', done);
    socket.on('close', done);
    socket.on('data', (bytes: Uint8Array) => {
      for (const { type, xid } of splitter.push(bytes).map(parseMessage)) {
        if (type === 'echo_reply' && xid === ECHO_XID) done();
      }
    });
  });
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, TRAFFIC_MS));
}
