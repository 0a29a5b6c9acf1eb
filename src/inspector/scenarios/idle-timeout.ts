/**
 * An idle timeout that is too short: every packet of a slow connection is an upcall.
 *
 * Open vSwitch 2.3 had lowered max-idle from 5,000 to 1,500 ms; connections that send every two
 * and a half seconds lost their megaflow between any two packets.
 */

import { packet } from '../../switch-packet.js';
import { type Measure, Scenario, type ScenarioScript } from './scenario.js';
import type { Stage } from './stage.js';

const CONNECTIONS = 125;
/** Between two packets of a connection: more than 1,500, less than 5,000. */
const PERIOD_MS = 2_500;
const ROUNDS = 6;
const MAX_IDLE_REMEDIED_MS = 5_000;
const SERVER = '02:00:00:00:ff:01';

export const idleTimeout = new Scenario({
  name: 'idle-timeout',
  title: 'An idle timeout that is too short',
  look:
    'After an upgrade, hosts with nothing but keep-alives and heartbeats used several times more ' +
    'processor time in ovs-vswitchd: max-idle had been lowered to 1,500 ms, and a connection ' +
    'that sends every two and a half seconds lost its megaflow between any two of its packets. ' +
    'Look at Charts: after the first round there should be hits only, and there are none; ' +
    'upcalls, and deletions with the reason flow_idle, go on at the same rate for ever. Flows ' +
    'sorted by idle time shows no row that is older than two seconds, and the life of each is ' +
    'put, idle, deleted. The number that proves it is misses against packets: all of them. The ' +
    'remedy is other_config:max-idle above the slowest period that matters; Open vSwitch went ' +
    'to 10,000 ms, and the users of 2.3 back to 5,000.',
  sources: [
    'https://github.com/xapi-project/xcp-networkd/pull/37',
    'https://github.com/xapi-project/xen-api/pull/1876',
  ],
  remedy: `max-idle is ${MAX_IDLE_REMEDIED_MS} ms`,
  options: ({ isRemedied }) => ({
    ports: 2,
    profile: 'ovs-2.3',
    settings: isRemedied ? { maxIdleMs: MAX_IDLE_REMEDIED_MS } : {},
  }),
  begin: (stage) => new Heartbeats(stage),
});

class Heartbeats implements ScenarioScript {
  readonly #stage: Stage;
  readonly #frames = Array.from({ length: CONNECTIONS }, (_, i) => {
    const source = `02:00:00:00:01:${i.toString(16).padStart(2, '0')}`;
    return packet(`tcp,dl_src=${source},dl_dst=${SERVER},tp_src=5000,tp_dst=443`);
  });
  #packetCount = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  *play(): Generator<void> {
    const { target } = this.#stage;
    target.inject(2, packet(`arp,dl_src=${SERVER},dl_dst=ff:ff:ff:ff:ff:ff`));
    yield* this.#stage.wait(100);
    for (let round = 0; round < ROUNDS; round++) {
      for (const frame of this.#frames) {
        target.inject(1, frame);
        this.#packetCount++;
        yield* this.#stage.wait(PERIOD_MS / CONNECTIONS);
      }
    }
  }

  measures(): readonly Measure[] {
    const { datapath } = this.#stage;
    return [
      { name: 'connections', text: 'connections', value: CONNECTIONS },
      { name: 'packets', text: 'packets of them', value: this.#packetCount },
      // The server's announcement is the one upcall that is not theirs.
      { name: 'missed', text: 'upcalls for them', value: datapath.missed - 1 },
      { name: 'hits', text: 'hits', value: datapath.hit },
      {
        name: 'deleted_idle',
        text: 'megaflows deleted as idle',
        value: this.#stage.deleted('flow_idle'),
      },
      {
        name: 'puts_of_one_key',
        text: 'times that one key was put',
        value: this.#stage.putsOfOneKeyMax,
      },
    ];
  }
}
