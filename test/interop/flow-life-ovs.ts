/**
 * A driver for a flow's life in a real `ovs-vswitchd --enable-dummy`, by its control socket.
 *
 * Its time stands still; its cycles run all the same, here every 100 ms of real time. It answers
 * `revalidator/wait` when any cycle ends, also one that began before the question: two answers make
 * sure of a whole cycle. It knows its number of flows for 100 ms, so time must have passed before
 * the limit can count. A limit of 0 may be overwritten at the end of a cycle that has looked at it
 * before, so it is set until a cycle has heeded it. Threads add what they have counted when a
 * second has passed since they last did.
 */

import type { Driver } from '../../src/model/driver.js';
import type { FlowLifeEvent } from '../model/flow-life-machine.js';
import {
  FIRST_RULE,
  type FlowSight,
  FRAME,
  MAX_IDLE_MS,
  REDIRECTIONS,
  REFINING_RULE,
} from '../model/flow-life-model.js';
import { OvsPeer } from './ovs-peer.js';

/** How long a count of flows is good: 100 ms, and more. */
const COUNT_MS = 200;
/** `COVERAGE_CLEAR_INTERVAL`, and more. */
const COVERAGE_MS = 1_100;
const LIMIT_ATTEMPTS_MAX = 10;

const otherConfig = { 'max-idle': `${MAX_IDLE_MS}`, 'max-revalidator': '100' };

export class FlowLifeOvs implements Driver<FlowLifeEvent> {
  #peer: OvsPeer | undefined;
  #redirections = 0;
  /** Deletions before the reset. */
  #deletionsBefore = 0;

  async reset(): Promise<void> {
    this.#peer ??= await OvsPeer.start({ portCount: 3, otherConfig });
    this.#redirections = 0;
    this.#peer.changeRules('del-flows');
    this.#peer.changeRules('add-flow', FIRST_RULE);
    await this.#peer.purge();
    this.#deletionsBefore = await this.#readDeletions();
  }

  async perform({ type }: FlowLifeEvent): Promise<void> {
    switch (type) {
      case 'packet.arrived':
        return await this.#thePeer.receive([{ port: 1, data: FRAME }]);
      case 'cycle.ran':
        return await this.#waitForCycle();
      case 'time.passed':
        return await this.#pass(MAX_IDLE_MS + COUNT_MS);
      case 'limit.lowered':
        return await this.#lowerLimit();
      case 'rule.redirected':
        this.#thePeer.changeRules('mod-flows', REDIRECTIONS[this.#redirections++ % 2] ?? '');
        return await this.#waitForCycle();
      case 'rule.refined':
        this.#thePeer.changeRules('add-flow', REFINING_RULE);
        return await this.#waitForCycle();
      case 'flows.purged':
        return await this.#thePeer.purge();
    }
  }

  async observe(): Promise<FlowSight> {
    const deletions = await this.#readDeletions();
    return { flow: await this.#readFlow(), deletions: deletions - this.#deletionsBefore };
  }

  /** Stops the daemons. */
  stop(): void {
    this.#peer?.stop();
    this.#peer = undefined;
  }

  async #pass(ms: number): Promise<void> {
    await this.#command('time/warp', `${ms}`);
    await this.#waitForCycle();
  }

  async #waitForCycle(): Promise<void> {
    await this.#command('revalidator/wait');
    await this.#command('revalidator/wait');
  }

  async #lowerLimit(): Promise<void> {
    await this.#pass(COUNT_MS);
    const killsBefore = await this.#readKills();
    for (let attempt = 0; attempt < LIMIT_ATTEMPTS_MAX; attempt++) {
      await this.#command('upcall/set-flow-limit', '0');
      await this.#waitForCycle();
      if ((await this.#readKills()) > killsBefore) return;
    }
    throw new Error(`no cycle killed flows in ${LIMIT_ATTEMPTS_MAX} attempts`);
  }

  async #readFlow(): Promise<FlowSight['flow']> {
    const dump = await this.#command('dpctl/dump-flows');
    const [flow, ...others] = dump.split('\n').filter((line) => line.startsWith('recirc_id'));
    if (flow === undefined) return 'none';
    const found = /packets:(\d+),.* actions:(\d+)$/.exec(flow);
    if (found === null || others.length > 0) {
      throw new Error(`one flow with one output was expected: ${[flow, ...others].join('; ')}`);
    }
    return { packets: Number(found[1]), output: Number(found[2]) };
  }

  async #readDeletions(): Promise<number> {
    await this.#pass(COVERAGE_MS);
    return await this.#readCounter('dpif_flow_del');
  }

  async #readKills(): Promise<number> {
    await this.#pass(COVERAGE_MS);
    return await this.#readCounter('upcall_flow_limit_kill');
  }

  async #readCounter(name: string): Promise<number> {
    return Number(await this.#command('coverage/read-counter', name));
  }

  #command(name: string, ...params: string[]): Promise<string> {
    return this.#thePeer.command(name, ...params);
  }

  get #thePeer(): OvsPeer {
    if (this.#peer === undefined) throw new Error('Cannot drive ovs-vswitchd: reset() comes first');
    return this.#peer;
  }
}
