/**
 * A rule that makes every flow exact: one blocked IPv6 address, and each client has a megaflow of
 * its own.
 *
 * Of IPv4 addresses the classifier keeps a trie, so a few bits show that a packet is not from the
 * blocked one. Of IPv6 addresses it keeps none (up to Open vSwitch 3.4), so all 128 bits count.
 */

import { packet } from '../../switch-packet.js';
import { type Measure, Scenario, type ScenarioScript } from './scenario.js';
import type { Stage } from './stage.js';

const CLIENTS = 400;
const PACKETS_A_CLIENT = 3;
const GAP_MS = 2;

const IPV4 = `
  table=0,priority=70,ip,nw_src=10.9.9.9,actions=drop
  table=0,priority=60,ip,nw_dst=10.0.0.80,actions=output:2
`;
const BLOCKED = `
  ${IPV4}
  table=0,priority=70,ipv6,ipv6_src=fd00:bad::1,actions=drop
  table=0,priority=60,ipv6,ipv6_dst=fd00::80,actions=output:2
  table=0,priority=0,actions=NORMAL
`;
/** The same, but whoever is not of the blocked network is through after 64 bits. */
const BLOCKED_BY_NETWORK = `
  ${IPV4}
  table=0,priority=70,ipv6,ipv6_src=fd00:bad::/64,actions=resubmit(,1)
  table=0,priority=60,ipv6,ipv6_dst=fd00::80,actions=output:2
  table=0,priority=0,actions=NORMAL
  table=1,priority=70,ipv6,ipv6_src=fd00:bad::1,actions=drop
  table=1,priority=60,ipv6,ipv6_dst=fd00::80,actions=output:2
  table=1,priority=0,actions=NORMAL
`;

export const exactFlows = new Scenario({
  name: 'exact-flows',
  title: 'One rule, and no flow has wildcards any more',
  look:
    'People saw many more megaflows for IPv6 than for IPv4 under the same rules, and for all ' +
    'UDP traffic once a single service matched on a port: one precise rule of high priority is ' +
    'asked about every packet, and the bits that rule it out become part of every megaflow. Look ' +
    'at Flows and sort by mask: the IPv6 flows match the whole source address although the rule ' +
    'that forwards them only asks for the destination; filter by the forwarding rule, and there ' +
    'is one megaflow a client. Charts shows as many misses as clients. Open one upcall in ' +
    'Upcalls: the blocking rule is not in its translation, for it did not match, and is still ' +
    'what made the mask. The number that proves it is megaflows against clients, beside the ' +
    'single one for as many IPv4 clients. The remedy is to ask a short question first: match the ' +
    'network, and the address only in a second table. In Open vSwitch before 3.5 the setting ' +
    'prefixes=ipv6_src of a Flow_Table does as much; from 3.5 on it is the default.',
  sources: [
    'https://github.com/openvswitch/ovs-issues/issues/271',
    'https://www.mail-archive.com/ovs-dev@openvswitch.org/msg91031.html',
    'https://github.com/openvswitch/ovs/pull/254',
  ],
  remedy: 'the blocked network is matched first, the address in a second table',
  options: ({ isRemedied }) => ({ ports: 2, flows: isRemedied ? BLOCKED_BY_NETWORK : BLOCKED }),
  begin: (stage) => new ExactFlows(stage),
});

class ExactFlows implements ScenarioScript {
  readonly #stage: Stage;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  *play(): Generator<void> {
    const { target } = this.#stage;
    for (let round = 0; round < PACKETS_A_CLIENT; round++) {
      for (let i = 0; i < CLIENTS; i++) {
        const ports = `tp_src=${32_768 + i},tp_dst=443`;
        // 2,654,435,761 scatters the numbers over 32 bits, as privacy addresses are.
        const scattered = Math.imul(i + 1, 2_654_435_761) >>> 0;
        const id = `${(scattered >>> 16).toString(16)}:${(scattered & 0xffff).toString(16)}`;
        const sixth = `ipv6_src=fd00:1:2:3:0:0:${id},ipv6_dst=fd00::80`;
        target.inject(1, packet(`tcp6,${sixth},${ports}`));
        const fourth = `nw_src=10.2.${i >>> 8}.${i & 0xff},nw_dst=10.0.0.80`;
        target.inject(1, packet(`tcp,${fourth},${ports}`));
        yield* this.#stage.wait(GAP_MS);
      }
    }
  }

  measures(): readonly Measure[] {
    const flows = this.#stage.target.megaflows();
    const sixth = flows.filter(({ key }) => key.includes('eth_type(0x86dd)'));
    return [
      { name: 'clients', text: 'clients of each kind', value: CLIENTS },
      { name: 'flows_ipv6', text: 'megaflows for the IPv6 clients', value: sixth.length },
      {
        name: 'flows_ipv4',
        text: 'megaflows for the IPv4 clients',
        value: flows.length - sixth.length,
      },
      {
        name: 'bits_ipv6',
        text: 'bits that an IPv6 megaflow matches, at least',
        value: Math.min(...sixth.map(({ exactBits }) => exactBits)),
      },
      { name: 'missed', text: 'upcalls', value: this.#stage.datapath.missed },
    ];
  }
}
