/**
 * Flows deleted and re-added every cycle: dumps are slow, something asks for revalidation again and
 * again, and quiet flows are thought too expensive to look at.
 *
 * A dump that takes longer than half of max-revalidator makes revalidation dear; then a flow with
 * fewer than `min-revalidate-pps` (5) packets a second is deleted, for its next packet will bring
 * it back. Here a network card needs 1.5 ms for a flow's counters, and an address moves between two
 * ports.
 */

import { packet } from '../../switch-packet.js';
import { type Measure, Scenario, type ScenarioScript } from './scenario.js';
import type { Stage } from './stage.js';

const HOSTS = 200;
/** Each host sends about two packets a second. */
const PERIOD_MS = 480;
const GROUP_MS = 12;
const GROUPS = PERIOD_MS / GROUP_MS;
const DURATION_MS = 9_000;
/** The restless address changes its port so often. */
const MOVE_MS = 960;
const MAX_REVALIDATOR_REMEDIED_MS = 1_000;

const SERVER = '02:00:00:00:ff:01';
const RESTLESS = '02:00:00:00:ff:02';
/** The ports between which it moves. */
const RESTLESS_PORTS = [3, 4] as const;

export const readdedFlows = new Scenario({
  name: 'readded-flows',
  title: 'Flows deleted and re-added every cycle',
  look:
    'With flows offloaded to a network card, long tests showed flows that vanished for a moment ' +
    'and came back at once, again and again, each time with packets on the slow path; elsewhere ' +
    'mac_learning_moved ran high, and ovs-vswitchd with it. Look at Cycle: the dumps take some ' +
    '300 ms, longer than half of max-revalidator (500 ms), and most cycles begin with the reason ' +
    'mac_learning, for an address is seen now on one port and now on another. In such a cycle ' +
    'every flow would have to be translated again, and after a slow dump that is done only for ' +
    'flows with five packets a second or more: the others go as too_expensive. Flows with the ' +
    'filter "gone" shows the same key over and over; the life of each is put, kept, deleted. The ' +
    'numbers that prove it are deletions as too_expensive, and how often one key was put. The ' +
    'remedy is a higher max-revalidator, so that such a dump counts as quick; and to find out ' +
    'whose address moves.',
  sources: [
    'https://github.com/k8snetworkplumbingwg/sriov-network-operator/pull/384',
    'https://github.com/openvswitch/ovs-issues/issues/331',
    'https://github.com/openvswitch/ovs-issues/issues/332',
  ],
  remedy: `max-revalidator is ${MAX_REVALIDATOR_REMEDIED_MS} ms`,
  options: ({ isRemedied }) => ({
    ports: 4,
    costModel: { dumpedFlowUs: 1_500, revalidatedFlowUs: 2.2, jitterFraction: 0.05 },
    settings: isRemedied ? { maxRevalidatorMs: MAX_REVALIDATOR_REMEDIED_MS } : {},
  }),
  begin: (stage) => new Readding(stage),
});

class Readding implements ScenarioScript {
  readonly #stage: Stage;
  readonly #frames = Array.from({ length: HOSTS }, (_, host) =>
    packet(`udp,dl_src=${macOf(host)},dl_dst=${SERVER},tp_src=5000,tp_dst=5001`),
  );
  readonly #restless = packet(`udp,dl_src=${RESTLESS},dl_dst=${SERVER},tp_src=7,tp_dst=7`);

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  *play(): Generator<void> {
    const { target } = this.#stage;
    target.inject(2, packet(`arp,dl_src=${SERVER},dl_dst=ff:ff:ff:ff:ff:ff`));
    yield* this.#stage.wait(100);
    for (let group = 0; group * GROUP_MS < DURATION_MS; group++) {
      for (let i = group % GROUPS; i < HOSTS; i += GROUPS) {
        target.inject(1, this.#frames[i] ?? new Uint8Array());
      }
      const move = Math.floor((group * GROUP_MS) / MOVE_MS);
      const port = RESTLESS_PORTS[move % 2] ?? RESTLESS_PORTS[0];
      if (group % (GROUPS / 4) === 0) target.inject(port, this.#restless);
      yield* this.#stage.wait(GROUP_MS);
    }
  }

  measures(): readonly Measure[] {
    const { target, datapath } = this.#stage;
    return [
      { name: 'hosts', text: 'hosts, all of them alive', value: HOSTS },
      {
        name: 'moves',
        text: 'moves of the restless address',
        value: this.#stage.coverage('mac_learning_moved'),
      },
      { name: 'dump_ms', text: 'ms of the last dump', value: target.udpif.status().dumpDurationMs },
      {
        name: 'too_expensive',
        text: 'megaflows deleted as too expensive to revalidate',
        value: this.#stage.deleted('too_expensive'),
      },
      {
        name: 'puts_of_one_key',
        text: 'times that one key was put, at most',
        value: this.#stage.putsOfOneKeyMax,
      },
      { name: 'missed', text: 'upcalls', value: datapath.missed },
    ];
  }
}

function macOf(host: number): string {
  return `02:00:00:00:01:${host.toString(16).padStart(2, '0')}`;
}
