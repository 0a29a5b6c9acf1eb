/**
 * A driver for a flow's life in our own switch, from outside: packets, rules, commands, time.
 */

import { VirtualClock } from '../../src/base/virtual-clock.js';
import type { DeleteReason } from '../../src/machines/delete-reasons.js';
import type { Driver } from '../../src/model/driver.js';
import { createSwitch, type Switch } from '../../src/switch.js';
import type { FlowLifeEvent } from './flow-life-machine.js';
import {
  FIRST_RULE,
  type FlowSight,
  FRAME,
  MAX_IDLE_MS,
  REDIRECTIONS,
  REFINING_RULE,
} from './flow-life-model.js';

const CYCLE_MS = 500;
const START_MS = 1_000_000;

export class FlowLifeSwitch implements Driver<FlowLifeEvent> {
  #clock = new VirtualClock();
  #switch: Switch | undefined;
  #redirections = 0;
  #reason: DeleteReason | undefined;

  async reset(): Promise<void> {
    await this.#switch?.stop();
    this.#clock = new VirtualClock({ start: START_MS });
    this.#redirections = 0;
    this.#reason = undefined;
    this.#switch = createSwitch({
      ports: 3,
      flows: FIRST_RULE,
      clock: this.#clock,
      settings: { maxIdleMs: MAX_IDLE_MS },
    });
    this.#switch.events.subscribe((event) => {
      if (event.type === 'delete') this.#reason = event.reason;
    });
    await this.#switch.settled();
  }

  async perform({ type }: FlowLifeEvent): Promise<void> {
    const sw = this.#theSwitch;
    switch (type) {
      case 'packet.arrived':
        sw.inject(1, FRAME);
        return await sw.settled();
      case 'cycle.ran':
        return this.#clock.advance(CYCLE_MS);
      case 'time.passed':
        return this.#clock.advance(MAX_IDLE_MS + 2 * CYCLE_MS);
      case 'limit.lowered':
        sw.udpif.setFlowLimit(0);
        return this.#clock.advance(CYCLE_MS);
      case 'rule.redirected':
        sw.modifyFlows(REDIRECTIONS[this.#redirections++ % 2] ?? '');
        return await sw.revalidated();
      case 'rule.refined':
        sw.addFlow(REFINING_RULE);
        return await sw.revalidated();
      case 'flows.purged':
        sw.udpif.purge();
        return await sw.settled();
    }
  }

  observe(): FlowSight {
    const sw = this.#theSwitch;
    const [flow] = sw.megaflows();
    const deletions = Object.values(sw.udpif.status().deleted);
    return {
      flow: flow === undefined ? 'none' : { packets: flow.packets, output: Number(flow.actions) },
      deletions: deletions.reduce((sum, count) => sum + count, 0),
      reason: this.#reason,
    };
  }

  get #theSwitch(): Switch {
    if (this.#switch === undefined) throw new Error('Cannot drive switch: reset() comes first');
    return this.#switch;
  }
}
