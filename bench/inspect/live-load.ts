/**
 * A switch on the machine's clock, as busy as wanted: so many new flows a second, each of them an
 * upcall, which live for so long and then go. After one lifetime there are always `rate * life` of
 * them, and as many are deleted as are set up.
 *
 * Owner: the switch and its timer, until `stop()`.
 */

import { packet } from '../../src/switch-packet.js';
import { createSwitch, type Switch } from '../../src/switch.js';

export interface LiveLoadOptions {
  readonly upcallsPerSecond: number;
  readonly flows: number;
}

/** Megaflows of single source addresses, as many rules as a small network has. */
const FLOWS = `
  table=0,priority=10,ip,actions=move:NXM_OF_IP_SRC[]->NXM_NX_REG0[],resubmit(,1)
  table=1,priority=20,udp,tp_dst=4789,actions=drop
  table=1,priority=10,ip,nw_dst=10.0.0.0/8,actions=output:2
`;
const FLOW_LIMIT = 1_000_000;
const TICK_MS = 2;
/** Of one tick at most, for an upcall queue holds 128. */
const BURST_MAX = 100;
const SOURCE_ADDRESS_OFFSET = 26;
const CYCLE_MS = 500;

export class LiveLoad {
  readonly sw: Switch;
  readonly #rate: number;
  readonly #frame = packet('udp,nw_src=11.0.0.0,nw_dst=10.0.0.2,tp_src=1024,tp_dst=53');
  #timer: NodeJS.Timeout | undefined;
  #startedAt = 0;
  #sent = 0;

  constructor({ upcallsPerSecond, flows }: LiveLoadOptions) {
    this.#rate = upcallsPerSecond;
    // A flow is found to be idle half a cycle late.
    const lifeMs = Math.round((flows / upcallsPerSecond) * 1000);
    const settings = { flowLimit: FLOW_LIMIT, maxIdleMs: Math.max(lifeMs, CYCLE_MS) };
    this.sw = createSwitch({ ports: 2, flows: FLOWS, settings });
  }

  start(): void {
    this.sw.udpif.setFlowLimit(FLOW_LIMIT);
    this.#startedAt = performance.now();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Packets that the switch has been given. */
  get sent(): number {
    return this.#sent;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.sw.settled();
    await this.sw.stop();
  }

  /** As many as are due; what a busy machine has missed is not made up for in one go. */
  #tick(): void {
    const now = performance.now();
    const due = Math.floor(((now - this.#startedAt) * this.#rate) / 1000) - this.#sent;
    for (let i = 0; i < Math.min(due, BURST_MAX); i++) {
      const frame = this.#frame.slice();
      new DataView(frame.buffer).setUint32(SOURCE_ADDRESS_OFFSET, 0x0b00_0000 + this.#sent++);
      this.sw.inject(1, frame);
    }
  }
}
