/**
 * A running switch with the inspector's server before it, for tests of what pages may do wrong:
 * whatever it was, the switch must have lost nothing.
 *
 * Owner: all of it, until `end()`. The server's time is virtual, and moves by `rounds()`.
 */

import { silentLog } from '../../src/base/log.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { type InspectorServer, startServer } from '../../src/inspector/inspector-server.js';
import { LiveSession } from '../../src/inspector/live-session.js';
import { PUSH_MS } from '../../src/inspector/wire.js';
import { createSwitch, type Switch } from '../../src/switch.js';
import { packet } from '../../src/switch-packet.js';

/** Flows that packets are spread over. */
const FLOWS = 50_000;

export interface SwitchEnd {
  /** Whether every packet is accounted for. */
  readonly isConserved: boolean;
  /** Packets that the switch knows of, and those that it was given. */
  readonly packetsIn: number;
  readonly sent: number;
}

export class WatchedSwitch {
  readonly sw: Switch;
  readonly session: LiveSession;
  readonly server: InspectorServer;
  readonly #clock: VirtualClock;
  #sent = 0;

  /** `pagePlaces`: where the page is, if a browser shall see it. */
  static async start(pagePlaces?: readonly URL[]): Promise<WatchedSwitch> {
    const clock = new VirtualClock({ start: 1000 });
    const sw = createSwitch({ ports: 2, flows: 'actions=output:2', areMegaflowsOn: false });
    const session = new LiveSession({ target: sw, clock, log: silentLog });
    const server = await startServer({ session, port: 0, clock, pagePlaces });
    return new WatchedSwitch({ sw, session, server, clock });
  }

  private constructor(parts: {
    readonly sw: Switch;
    readonly session: LiveSession;
    readonly server: InspectorServer;
    readonly clock: VirtualClock;
  }) {
    this.sw = parts.sw;
    this.session = parts.session;
    this.server = parts.server;
    this.#clock = parts.clock;
  }

  /** So many packets, each of a flow of its own, through the switch. */
  async forward(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const source = 1000 + (this.#sent % FLOWS);
      const frame = packet(`udp,nw_src=10.0.0.1,tp_src=${source},tp_dst=53`);
      this.#sent += this.sw.inject(1, frame) ? 1 : 0;
    }
    await this.sw.settled();
  }

  /** Moves the server's clock, and lets sockets go on. */
  async advance(ms: number): Promise<void> {
    this.#clock.advance(ms);
    await turn();
  }

  /** So many rounds of pushing documents. */
  async rounds(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.advance(PUSH_MS);
  }

  /** Moves the server's clock until something has come; a browser needs more than a turn. */
  async until<Value>(coming: Promise<Value>, rest = turn): Promise<Value> {
    let isHere = false;
    const mark = (): void => {
      isHere = true;
    };
    coming.then(mark, mark);
    while (!isHere) {
      await this.rounds(1);
      await rest();
    }
    return await coming;
  }

  /** Lets sockets go on until so many pages are connected. */
  async untilPages(count: number): Promise<void> {
    while (this.server.pagesCount !== count) await turn();
  }

  /**
   * A few packets at a time until pages have left something unread for so many rounds, which is
   * when the system's buffers are full, too. False where that does not come to pass.
   */
  async fill(roundsFull: number): Promise<boolean> {
    let full = 0;
    for (let i = 0; full < roundsFull && i < 3000; i++) {
      await this.forward(5);
      await this.rounds(1);
      full = this.server.unsentBytes > 0 ? full + 1 : 0;
    }
    return full === roundsFull;
  }

  /** Ends both; says whether the switch has lost anything. */
  async end(): Promise<SwitchEnd> {
    await this.forward(20);
    await this.server.close();
    await this.sw.stop();
    const { ok, packetsIn } = this.sw.conservation();
    return { isConserved: ok, packetsIn, sent: this.#sent };
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
