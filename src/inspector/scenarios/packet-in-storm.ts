/**
 * A packet-in storm: one sender's packets, each of which goes to the controller, push out everybody
 * else's.
 *
 * A `controller` action sends up every packet, also those that hit; they share the upcall queue
 * with the misses. What finds it full is dropped, and counted neither as lost nor by any rule.
 */

import type { PacketIn } from '../../ofproto/packet-ins.js';
import { packet } from '../../switch-packet.js';
import { type Measure, Scenario, type ScenarioScript } from './scenario.js';
import { SlowDpif } from './slow-dpif.js';
import type { Stage } from './stage.js';

const DURATION_MS = 600;
/** Packets of the storm in a millisecond: 15,000 a second. */
const STORM = 15;
const PROBE_MS = 10;
/** A batch of 50 upcalls: 100 µs each, for a packet-in is copied and sent. */
const BATCH_MS = 5;
/** Packet-ins from one sender, after which the remedied controller answers with a rule. */
const PATIENCE = 100;
const OFFENDER = '10.0.0.66';
const PROBE_PROTOCOL = 1;
const NW_PROTO_BYTE = 23;

const FLOWS = `
  priority=100,icmp,actions=controller
  priority=90,udp,tp_dst=9,actions=controller
  priority=0,actions=NORMAL
`;
const ANSWER = `priority=200,udp,nw_src=${OFFENDER},tp_dst=9,idle_timeout=60,actions=drop`;

export const packetInStorm = new Scenario({
  name: 'packet-in-storm',
  title: 'A packet-in storm',
  look:
    'A policy rejected some traffic by sending it to the local agent, and one pod that kept ' +
    'sending such packets was enough for the agent to miss what it had asked for: DNS answers, ' +
    'trace packets, reports of other pods. Nobody saw that anything was dropped. Look at Charts: ' +
    'hits are many, misses almost none, lost is zero, and still there are as many upcalls as the ' +
    'handler can take. Upcalls shows one class and one sender, with now and then a probe between ' +
    'them; Flows shows two megaflows with a userspace action, one of them with thousands of ' +
    'packets. A controller action sends up every packet, not only the first, and the queue that ' +
    'they fill is that of everybody. The numbers that prove it are packet-ins against packets of ' +
    'the storm, and the probes that the controller never saw; the one counter that knows is ' +
    'datapath_drop_userspace_action_error. The remedy is to stop the storm below the slow path: ' +
    'a meter on the rule, or, as here, a controller that answers the hundredth packet with a ' +
    'rule that drops the rest.',
  sources: [
    'https://github.com/antrea-io/antrea/pull/7174',
    'https://github.com/antrea-io/antrea/pull/7242',
    'https://github.com/antrea-io/antrea/issues/2069',
  ],
  remedy: `the controller answers the ${PATIENCE}th packet with a rule that drops the rest`,
  options: ({ clock }) => ({
    ports: 3,
    flows: FLOWS,
    wrapDpif: (dpif) => new SlowDpif(dpif, clock, { readingMs: BATCH_MS }),
  }),
  begin: (stage) => new Storm(stage),
});

class Storm implements ScenarioScript {
  readonly #stage: Stage;
  #meantCount = 0;
  #isAnswered = false;
  #packetIns = 0;
  #probesSent = 0;
  #probesSeen = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
    stage.target.packetIns.subscribe((batch) => this.#receive(batch));
  }

  *play(): Generator<void> {
    const { target } = this.#stage;
    const storm = packet(`udp,nw_src=${OFFENDER},tp_src=4000,tp_dst=9`, { payloadSize: 0 });
    const probe = packet('icmp,nw_src=10.0.0.7,icmp_type=8,icmp_code=0', { payloadSize: 0 });
    for (let ms = 0; ms < DURATION_MS; ms++) {
      for (let i = 0; i < STORM; i++) target.inject(1, storm);
      this.#meantCount += STORM;
      if (ms % PROBE_MS === 0) {
        target.inject(2, probe);
        this.#probesSent++;
      }
      yield* this.#stage.wait(1);
    }
    // What is in the queue comes up yet.
    yield* this.#stage.wait(1_000);
  }

  #receive(batch: readonly PacketIn[]): void {
    for (const { packet: received } of batch) {
      this.#packetIns++;
      if (received.data[NW_PROTO_BYTE] === PROBE_PROTOCOL) this.#probesSeen++;
    }
    const isEnough = this.#packetIns - this.#probesSeen >= PATIENCE;
    if (!this.#stage.isRemedied || this.#isAnswered || !isEnough) return;
    this.#isAnswered = true;
    this.#stage.target.addFlow(ANSWER);
  }

  measures(): readonly Measure[] {
    const { datapath } = this.#stage;
    return [
      { name: 'storm', text: 'packets of the storm', value: this.#meantCount },
      { name: 'packet_ins', text: 'packet-ins', value: this.#packetIns },
      {
        name: 'dropped',
        text: 'packets for the controller dropped on the way',
        value: this.#stage.coverage('datapath_drop_userspace_action_error'),
      },
      {
        name: 'lost',
        text: 'misses lost, which is all that dpctl/show tells',
        value: datapath.lost,
      },
      { name: 'probes', text: 'probes of somebody else', value: this.#probesSent },
      { name: 'probes_seen', text: 'of them seen by the controller', value: this.#probesSeen },
    ];
  }
}
