/**
 * A flapping flow limit: revalidations that take too long cut the limit, quick dumps let it grow,
 * and the flows go and come back with it.
 *
 * What takes a real switch hundreds of thousands of flows is shown with 1,200 that cost a thousand
 * times as much: 5 ms to revalidate one, 0.1 ms to dump it.
 */

import { packet } from '../../switch-packet.js';
import { type Measure, Scenario, type ScenarioScript } from './scenario.js';
import type { Stage } from './stage.js';

const CONNECTIONS = 1_200;
/** Each connection sends a packet so often. */
const PERIOD_MS = 800;
/** Packets enter in groups, each so many ms after the last. */
const GROUP_MS = 8;
const GROUPS = PERIOD_MS / GROUP_MS;
const DURATION_MS = 9_000;
/** The controller writes its rules so often. */
const SYNC_MS = 2_000;
const SYNCED_RULE = 'priority=5,arp,actions=output:2';

const FLOWS = `
  table=0,priority=10,udp,actions=move:NXM_OF_UDP_SRC[]->NXM_NX_REG0[0..15],output:2
  table=0,${SYNCED_RULE}
`;

export const flappingLimit = new Scenario({
  name: 'flapping-limit',
  title: 'A flow limit that goes up and down',
  look:
    'Throughput collapsed for a second, every few seconds, on switches with many flows: the ' +
    'revalidators took their flows away and the next packets brought them back. Look at Cycle: a ' +
    'cycle that only dumps is quick, but whenever the controller writes its rules (every two ' +
    'seconds, the same ones as before) all flows are translated again and the cycle passes the ' +
    'line of 2,000 ms. The limit is divided by the seconds that it took. Once it is below the ' +
    'number of flows, the next dump allows 100 ms of idleness instead of 10 s and deletes nearly ' +
    'all of them; with so few flows dumps are quick, and the limit grows by 1,000 a cycle until ' +
    'the game begins again. Charts shows the saw-teeth of limit and flows, and a wave of upcalls ' +
    'behind each. The numbers that prove it are how often the limit was cut and the upcalls a ' +
    'connection. The remedy is to make the long cycle rare or short: a controller that writes ' +
    'only rules that changed, and rules that need fewer megaflows.',
  sources: [
    'https://github.com/openvswitch/ovs-issues/issues/331',
    'https://github.com/k8snetworkplumbingwg/sriov-network-operator/pull/384',
  ],
  remedy: 'the controller writes only rules that changed',
  options: () => ({
    ports: 2,
    flows: FLOWS,
    costModel: { dumpedFlowUs: 100, revalidatedFlowUs: 5_000, jitterFraction: 0.1 },
  }),
  begin: (stage) => new Flapping(stage),
});

class Flapping implements ScenarioScript {
  readonly #stage: Stage;
  readonly #frames = Array.from({ length: CONNECTIONS }, (_, i) =>
    packet(`udp,tp_src=${1 + i},tp_dst=4789`),
  );

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  *play(): Generator<void> {
    const { target, isRemedied } = this.#stage;
    for (let group = 0; group * GROUP_MS < DURATION_MS; group++) {
      const isSyncDue = group > 0 && (group * GROUP_MS) % SYNC_MS === 0;
      if (isSyncDue && !isRemedied) target.addFlow(SYNCED_RULE);
      for (let i = group % GROUPS; i < CONNECTIONS; i += GROUPS) {
        target.inject(1, this.#frames[i] ?? new Uint8Array());
      }
      yield* this.#stage.wait(GROUP_MS);
    }
  }

  measures(): readonly Measure[] {
    const { limits, datapath } = this.#stage;
    const cuts = limits.filter(({ from, to }) => to < from);
    return [
      { name: 'cuts', text: 'cuts of the flow limit', value: cuts.length },
      {
        name: 'growths',
        text: 'cycles after which it grew again',
        value: limits.length - cuts.length,
      },
      {
        name: 'limit_min',
        text: 'the limit, at least',
        value: Math.min(...limits.map(({ to }) => to), this.#stage.target.udpif.status().flowLimit),
      },
      { name: 'connections', text: 'connections, all of them alive', value: CONNECTIONS },
      { name: 'upcalls', text: 'upcalls for them', value: datapath.missed },
      { name: 'deleted', text: 'megaflows deleted', value: this.#stage.deleted() },
    ];
  }
}
