/**
 * A stale flow after a late put: Open vSwitch 2.3 keeps sending packets to where somebody was.
 *
 * A handler translates a packet and is held up before its put. Meanwhile the destination moves to
 * another port, and the cycle that looks at all flows again finds this one neither in the datapath
 * nor among the ukeys. Then the put is carried out; later dumps find the flow, see that nothing has
 * changed since, and keep it. Defect B-10 of the seed.
 */

import type { DpifOp } from '../../datapath/dpif.js';
import { IN_PORT } from '../../packet/flow-layout.js';
import { packet } from '../../switch-packet.js';
import { type Measure, Scenario, type ScenarioScript } from './scenario.js';
import { type OperationDelay, SlowDpif } from './slow-dpif.js';
import type { Stage } from './stage.js';

/** How long the one put is held up; much longer than the cycle that it must not meet. */
const LATE_MS = 600;
const PACKETS = 60;
const PERIOD_MS = 100;
/** After the change of an unrelated rule, which is what heals it. */
const PACKETS_HEALED = 10;

/** Of the two handlers it meets the one that does not get the server's announcements. */
const REQUEST = packet(
  'tcp,dl_src=02:00:00:00:00:0a,dl_dst=02:00:00:00:00:0b,tp_src=40002,tp_dst=443',
);
const SERVER = 'dl_src=02:00:00:00:00:0b,dl_dst=02:00:00:00:00:0a';
const UNRELATED_RULE = 'priority=1,dl_type=0x88b5,actions=drop';
const CLIENT_PORT = 1;
const OLD_PORT = 'p2';
const NEW_PORT = 'p3';

export const staleFlow = new Scenario({
  name: 'stale-flow',
  title: 'A stale flow after a late put',
  look:
    'A virtual machine had moved, addresses and rules were right, ofproto/trace gave the right ' +
    'answer, and still one connection went to the old port until its flow happened to expire. ' +
    "Open Upcalls at the client's first packet: it was translated while the server was on p2, " +
    'and its put came 600 ms later. Look at Cycle in between: the move started a cycle, with the ' +
    'reason mac_learning, which ended before the put. From then on Flows has the flow with ' +
    'actions:2, its packets grow, and its life is one "kept" after the other, because in 2.3 the ' +
    'ukey is made by the first dump that finds the flow, and nobody knows that the flow is older ' +
    'than the last change. The numbers that prove it are frames sent to the old port after the ' +
    'move, and the cycles that the flow outlived. Anything that makes the switch look at its ' +
    'flows again heals it (the last packets come after an unrelated rule was added); the remedy ' +
    'is a release whose handlers make the ukey, with the reval_seq read before translating: ' +
    '2.10 or later, profile "current" here.',
  sources: [
    'Open vSwitch commits 23597df05, 57db02104 (2.8) and 8f0e86f84 (2.10)',
    'https://github.com/openvswitch/ovs-issues/issues/329',
    'docs/simulation/B-10.json',
  ],
  remedy: 'profile "current"',
  options: ({ clock, isRemedied }) => ({
    ports: 3,
    profile: isRemedied ? 'current' : 'ovs-2.3',
    handlers: 2,
    wrapDpif: (dpif) => new SlowDpif(dpif, clock, { operation: holdUpFirst() }),
  }),
  begin: (stage) => new Staleness(stage),
});

class Staleness implements ScenarioScript {
  readonly #stage: Stage;
  #sentToOld = 0;
  #cyclesOutlived = 0;
  #sentToNewHealed = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  *play(): Generator<void> {
    const { target } = this.#stage;
    const announcement = packet(`arp,${SERVER}`);
    target.inject(OLD_PORT, announcement);
    yield* this.#stage.wait(300);
    target.inject('p1', REQUEST);
    yield* this.#stage.wait(100);
    target.inject(NEW_PORT, announcement);
    yield* this.#stage.wait(LATE_MS);
    yield* this.#followStale();
    target.addFlow(UNRELATED_RULE);
    yield* this.#stage.wait(PERIOD_MS);
    const sentBefore = this.#stage.sent(NEW_PORT);
    yield* this.#send(PACKETS_HEALED);
    this.#sentToNewHealed = this.#stage.sent(NEW_PORT) - sentBefore;
  }

  /** The server has moved, the put was carried out: where do packets go? */
  *#followStale(): Generator<void> {
    const { udpif } = this.#stage.target;
    const cyclesBefore = udpif.status().cycles;
    for (let i = 0; i < PACKETS; i++) {
      const sentBefore = this.#stage.sent(OLD_PORT);
      yield* this.#send(1);
      if (this.#stage.sent(OLD_PORT) === sentBefore) continue;
      this.#sentToOld++;
      this.#cyclesOutlived = udpif.status().cycles - cyclesBefore;
    }
  }

  *#send(count: number): Generator<void> {
    for (let i = 0; i < count; i++) {
      this.#stage.target.inject('p1', REQUEST);
      yield* this.#stage.wait(PERIOD_MS);
    }
  }

  measures(): readonly Measure[] {
    return [
      { name: 'late_ms', text: 'ms that the put was late', value: LATE_MS },
      { name: 'packets', text: 'packets after the server had moved', value: PACKETS },
      { name: 'sent_to_old', text: 'of them sent to the old port', value: this.#sentToOld },
      {
        name: 'cycles_outlived',
        text: 'cycles after which the flow still sent to the old port',
        value: this.#cyclesOutlived,
      },
      {
        name: 'packets_healed',
        text: 'packets after an unrelated rule was added',
        value: PACKETS_HEALED,
      },
      {
        name: 'sent_to_new_healed',
        text: 'of them sent to the new port',
        value: this.#sentToNewHealed,
      },
    ];
  }
}

/** The client's first batch is held up, and nothing else. */
function holdUpFirst(): OperationDelay {
  let isOver = false;
  return (ops) => {
    if (isOver || !ops.some(isClientsPut)) return 0;
    isOver = true;
    return LATE_MS;
  };
}

function isClientsPut(op: DpifOp): boolean {
  return op.type === 'put' && op.key.toFlow()[IN_PORT] === CLIENT_PORT;
}
