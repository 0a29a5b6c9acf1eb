/**
 * Our switch as a player: upcalls inline, time standing still, its commands run without a socket.
 */

import { odpPort } from '../../src/base/brands.js';
import { MemoryPort } from '../../src/datapath/port.js';
import { OFPP_LOCAL } from '../../src/ofproto/ofpact.js';
import type { IncomingFrame } from '../interop/ovs-peer.js';
import { type CommandSwitch, createCommandSwitch } from '../management/command-switch.js';
import { countersText } from './counters-text.js';
import type { Player } from './player.js';
import type { ChangeCommand, RuleSet } from './rule-set.js';

/** That of the real switch's local port in its dummy datapath. */
const LOCAL_ODP_PORT = 100;
const VLAN_LIMIT = 2;
/** Longer than any script takes: datapath flows go only where something changed. */
const MAX_IDLE_MS = 3_600_000;
export class OurPlayer implements Player {
  readonly #target: CommandSwitch;
  #sent: string[] = [];

  constructor({ portCount, ports, mirrors, groups = '', meters = '', flows }: RuleSet) {
    const names = Array.from({ length: portCount }, (_, i) => `p${i + 1}`);
    this.#target = createCommandSwitch({
      ports: names.map((name) => ({ name, ...ports.get(name) })),
      mirrors,
      vlanLimit: VLAN_LIMIT,
      upcalls: 'inline',
      settings: { maxIdleMs: MAX_IDLE_MS },
      groups,
      meters,
      flows,
    });
    const { sw, clock } = this.#target;
    const number = odpPort(LOCAL_ODP_PORT);
    sw.bridge().ofproto.addPort({ name: 'br0', ofpPort: OFPP_LOCAL, odpPort: number });
    sw.datapath.addPort(new MemoryPort({ name: 'br0', number, type: 'dummy-internal' }));
    sw.transmitted.subscribe((batch) => {
      for (const { port, data } of batch) this.#note(port.name, data);
    });
    clock.runDue();
  }

  /** What a command waits for, comes; but nobody sees that time passes. */
  async run(command: string, ...params: string[]): Promise<string> {
    const { run, clock } = this.#target;
    const before = clock.now();
    const text = await run(command, ...params);
    clock.shift(before - clock.now());
    return text;
  }

  change(command: ChangeCommand, text: string): void {
    const bridge = this.#target.sw.bridge();
    if (command === 'add-flow') bridge.addFlow(text);
    else if (command === 'mod-flows') bridge.modifyFlows(text);
    else if (command === 'del-flows') bridge.deleteFlows(text);
    else bridge.modifyGroup(text);
  }

  async receive({ port, data }: IncomingFrame): Promise<void> {
    this.#target.inject(port, data);
  }

  async warp(ms: number): Promise<void> {
    this.#target.clock.advance(ms);
  }

  takeSent(): string[] {
    const sent = this.#sent;
    this.#sent = [];
    return sent.sort();
  }

  groups(): string[] {
    return this.#target.sw.groups().map((group) => countersText('group', group, group.buckets));
  }

  meters(): string[] {
    return this.#target.sw.meters().map((meter) => countersText('meter', meter, meter.bands));
  }

  async stop(): Promise<void> {
    await this.#target.sw.stop();
  }

  #note(name: string, data: Uint8Array): void {
    this.#sent.push(`${name} < ${Buffer.from(data).toString('hex')}`);
  }
}
