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
import { serveOpenFlow } from '../../src/openflow/openflow-server.js';
import { extractFlow } from '../../src/packet/extract.js';
import { createFlow } from '../../src/packet/flow.js';
import { IN_PORT } from '../../src/packet/flow-layout.js';
import { createSwitch, type Switch } from '../../src/switch.js';
import type { IncomingFrame } from '../interop/ovs-peer.js';
import { megaflowText } from '../ofproto/bridge-fixture.js';
import { TestPeer } from '../openflow/test-peer.js';
import type { Change } from './change-generator.js';
import { greetingOf, packetInsAmong } from './listener.js';
import { PORTS_COUNT, type Situation } from './situation.js';
import { isRecirculated, type Outcome, type Trace, type Twin } from './twin.js';

const VLAN_LIMIT = 2;
/** That of the real switch's local port in its dummy datapath. */
const LOCAL_ODP_PORT = 100;

/** Ours, with what the real one has beside it. */
interface Running {
  readonly sw: Switch;
  readonly clock: VirtualClock;
  readonly translator: Translator;
  readonly sent: string[][];
  readonly peer: TestPeer;
  /** Rules are in the words of OpenFlow 1.0. */
  readonly isOld: boolean;
}

export class OurTwin implements Twin {
  #running: Running | undefined;

  async begin(situation: Situation): Promise<void> {
    const { groups, meters, rules } = situation;
    await this.#running?.sw.stop();
    this.#running = start(situation);
    const { sw, clock } = this.#running;
    sw.deleteFlows();
    for (const meter of meters) sw.addMeter(meter);
    for (const group of groups) sw.addGroup(group);
    for (const rule of rules) sw.addFlow(rule);
    clock.runDue();
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

  async recirculated(): Promise<readonly string[]> {
    return this.#now().sw.dumpMegaflows().split('\n').filter(isRecirculated);
  }

  async revalidate(): Promise<void> {
    const { sw } = this.#now();
    sw.udpif.revalidate('reconfigure');
    await sw.revalidated();
  }

  async change({ command, text }: Change): Promise<void> {
    const { sw, clock, isOld } = this.#now();
    const bridge = sw.bridge();
    // In OpenFlow 1.0, what is added counts anew, and a modification that finds nothing adds.
    const reset = isOld ? ',reset_counts' : '';
    if (command === 'add-flow') bridge.addFlow(text.replace(',actions=', `${reset},actions=`));
    else if (command === 'mod-flows') {
      const count = bridge.modifyFlows(text);
      if (count === 0 && isOld) bridge.addFlow(text);
    } else if (command === 'del-flows') bridge.deleteFlows(text);
    else bridge.modifyGroup(text);
    await this.revalidate();
    sw.udpif.purge();
    clock.runDue();
  }

  async finish(): Promise<Outcome> {
    await this.revalidate();
    const { sw, clock, sent, peer } = this.#now();
    sw.udpif.purge();
    clock.runDue();
    const { macs } = sw.bridge().ofproto;
    return {
      sent,
      rules: sw.dumpFlows().split('\n'),
      macs: macs
        .records(clock.now())
        .map(({ port, vlan, address }) => `${port} ${vlan} ${address}`),
      packetIns: packetInsAmong(peer.take()),
    };
  }

  #now(): Running {
    if (this.#running === undefined) throw new Error('Cannot go on: no situation has begun');
    return this.#running;
  }
}

function start({ listener, protocol, ports }: Situation): Running {
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
  const { ofproto } = sw.bridge();
  for (const [i, settings] of ports.entries()) ofproto.setPort(ofpPort(i + 1), settings);
  ofproto.addPort({ name: 'br0', ofpPort: ofpPort(OFPP_LOCAL), odpPort: number });
  sw.datapath.addPort(new MemoryPort({ name: 'br0', number }));
  sw.transmitted.subscribe((batch) => {
    for (const { port, data } of batch)
      sent[port.number - 1]?.push(Buffer.from(data).toString('hex'));
  });
  clock.runDue();
  if (translator === undefined) throw new Error('Cannot trace: the switch has no translator');
  const server = serveOpenFlow(sw);
  const peer = new TestPeer(listener.version, { clock, sw, server });
  peer.send(greetingOf(listener));
  return { sw, clock, translator, sent, peer, isOld: protocol === 'OpenFlow10' };
}
