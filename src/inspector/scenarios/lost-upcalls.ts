/**
 * Lost upcalls: a burst of new connections finds the upcall queue full.
 *
 * A handler needs 20 µs an upcall, as `ovs-vswitchd` does: 1 ms for its batch of 50. Four hundred
 * pods that start together are quicker.
 */

import { packet } from '../../switch-packet.js';
import { type Measure, Scenario, type ScenarioScript } from './scenario.js';
import { isOfHandler, SlowDpif } from './slow-dpif.js';
import type { Stage } from './stage.js';

/** Each has a rule of its own, as a network policy has. */
const PODS = 400;
const BURSTS = 3;
const BURST_GAP_MS = 1_000;
/** A batch of at most 50 upcalls. */
const BATCH_MS = 1;
const HANDLERS_REMEDIED = 8;

const address = (pod: number): string => `10.1.${pod >>> 8}.${pod & 0xff}`;
const FLOWS = [
  ...Array.from(
    { length: PODS },
    (_, pod) => `priority=10,tcp,nw_src=${address(pod)},actions=output:2`,
  ),
  'priority=0,actions=drop',
].join('\n');

export const lostUpcalls = new Scenario({
  name: 'lost-upcalls',
  title: 'Upcalls lost in a burst',
  look:
    'Connections failed or took a second longer to open whenever many began at the same moment ' +
    '(pods that start, a batch job, a scan), and the only trace was a number that grew in ' +
    'dpctl/show: lost. Look at Charts: three spikes of misses, one a second, and a spike of lost ' +
    'upcalls with each. In House the one handler is in "operating" all the time, and in Upcalls ' +
    'the burst ends after the first packets: the queue holds 128, and what comes while it is ' +
    'full is dropped without anybody being told; the SYN is sent again a second later. Flows ' +
    'shows that each burst only adds what was not lost. The number that proves it is lost, ' +
    'against what came in; the books still balance, for lost packets are counted. The remedy is ' +
    'more queues with handlers behind them (n-handler-threads; since 2.16 one a processor), ' +
    'among which connections are spread by their hash, or rules so wide that fewer packets miss.',
  sources: [
    'https://github.com/openvswitch/ovs/pull/279',
    'https://github.com/openshift/cluster-network-operator/pull/1630',
  ],
  remedy: `${HANDLERS_REMEDIED} handlers`,
  options: ({ clock, isRemedied }) => ({
    ports: 2,
    flows: FLOWS,
    handlers: isRemedied ? HANDLERS_REMEDIED : 1,
    wrapDpif: (dpif) =>
      new SlowDpif(dpif, clock, { operation: (ops) => (isOfHandler(ops) ? BATCH_MS : 0) }),
  }),
  begin: (stage) => new Bursts(stage),
});

class Bursts implements ScenarioScript {
  readonly #stage: Stage;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  *play(): Generator<void> {
    const { target } = this.#stage;
    yield* this.#stage.wait(100);
    for (let burst = 0; burst < BURSTS; burst++) {
      for (let pod = 0; pod < PODS; pod++) {
        const ports = `tp_src=${32_768 + 31 * pod},tp_dst=443`;
        target.inject(1, packet(`tcp,nw_src=${address(pod)},${ports},tcp_flags=+syn`));
      }
      yield* this.#stage.wait(BURST_GAP_MS);
    }
  }

  measures(): readonly Measure[] {
    const { datapath } = this.#stage;
    return [
      { name: 'packets', text: 'packets in', value: PODS * BURSTS },
      { name: 'missed', text: 'misses', value: datapath.missed },
      { name: 'lost', text: 'of which lost', value: datapath.lost },
      { name: 'forwarded', text: 'packets forwarded', value: this.#stage.sent('p2') },
      { name: 'flows', text: 'megaflows', value: datapath.flows },
    ];
  }
}
