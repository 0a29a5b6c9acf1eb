/**
 * Our switch as a twin: upcalls inline, time standing still.
 *
 * Owner: one switch for each situation.
 */

import { odpPort, ofpPort } from '../../src/base/brands.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { formatOdpActions } from '../../src/datapath/odp-actions-text.js';
import { MemoryPort } from '../../src/datapath/port.js';
import type { Translator } from '../../src/datapath/translator.js';
import { OFPP_LOCAL } from '../../src/ofproto/ofpact.js';
import { extractFlow } from '../../src/packet/extract.js';
import { createFlow } from '../../src/packet/flow.js';
import { IN_PORT } from '../../src/packet/flow-layout.js';
import { createSwitch, type Switch } from '../../src/switch.js';
import type { IncomingFrame } from '../interop/ovs-peer.js';
import { megaflowText } from '../ofproto/bridge-fixture.js';
import type { Situation } from './situation.js';
import type { Outcome, Trace, Twin } from './twin.js';

const PORTS_COUNT = 4;
const VLAN_LIMIT = 2;
/** That of the real switch's local port in its dummy datapath. */
const LOCAL_ODP_PORT = 100;

/** Ours, with what the real one has beside it. */
interface Running {
  readonly sw: Switch;
  readonly clock: VirtualClock;
  readonly translator: Translator;
  readonly sent: string[][];
}

export class OurTwin implements Twin {
  #running: Running | undefined;

  async begin({ groups, rules }: Situation): Promise<void> {
    await this.#running?.sw.stop();
    this.#running = start();
    const { sw } = this.#running;
    sw.deleteFlows();
    for (const group of groups) sw.addGroup(group);
    for (const rule of rules) sw.addFlow(rule);
    sw.revalidated();
  }

  async trace({ port, data }: IncomingFrame): Promise<Trace> {
    const { translator } = this.#now();
    const key = createFlow();
    extractFlow(data, key, VLAN_LIMIT);
    key[IN_PORT] = port;
    const ingress = translator.receive(key);
    if (typeof ingress === 'string') throw new Error(`Cannot trace from port ${port}: ${ingress}`);
    const request = { ingress, tcpFlags: 0, mayLearn: false, skipWildcards: false };
    const { mask, actions } = translator.translate(request);
    return { megaflow: megaflowText(key, mask), actions: formatOdpActions(actions) };
  }

  async receive({ port, data }: IncomingFrame): Promise<void> {
    const { sw, clock } = this.#now();
    sw.inject(port, data);
    clock.runDue();
  }

  async revalidate(): Promise<void> {
    const { sw } = this.#now();
    sw.udpif.revalidate('reconfigure');
    await sw.revalidated();
  }

  async finish(): Promise<Outcome> {
    const { sw, clock, sent } = this.#now();
    const megaflows = sw.datapath.getStats().flows;
    sw.udpif.purge();
    clock.runDue();
    const { macs } = sw.bridge().ofproto;
    return {
      sent,
      rules: sw.dumpFlows().split('\n'),
      macs: macs
        .records(clock.now())
        .map(({ port, vlan, address }) => `${port} ${vlan} ${address}`),
      megaflows,
    };
  }

  #now(): Running {
    if (this.#running === undefined) throw new Error('Cannot go on: no situation has begun');
    return this.#running;
  }
}

function start(): Running {
  const clock = new VirtualClock({ start: 1_000_000 });
  const sent: string[][] = Array.from({ length: PORTS_COUNT }, () => []);
  let translator: Translator | undefined;
  const sw = createSwitch({
    ports: PORTS_COUNT,
    vlanLimit: VLAN_LIMIT,
    upcalls: 'inline',
    clock,
    wrapTranslator: (inner) => {
      translator = inner;
      return inner;
    },
  });
  const number = odpPort(LOCAL_ODP_PORT);
  sw.bridge().ofproto.addPort({ name: 'br0', ofpPort: ofpPort(OFPP_LOCAL), odpPort: number });
  sw.datapath.addPort(new MemoryPort({ name: 'br0', number }));
  sw.transmitted.subscribe((batch) => {
    for (const { port, data } of batch)
      sent[port.number - 1]?.push(Buffer.from(data).toString('hex'));
  });
  clock.runDue();
  if (translator === undefined) throw new Error('Cannot trace: the switch has no translator');
  return { sw, clock, translator, sent };
}
