/**
 * How long does it take to extract the flow of a frame, of several kinds?
 *
 * Sizes are numbers of frames that differ in their source address.
 */

import { composePacket } from '../src/packet/compose.js';
import { extractFlow } from '../src/packet/extract.js';
import { createFlow, createFlowMask } from '../src/packet/flow.js';
import { DL_SRC_LOW, NW_SRC, TP } from '../src/packet/flow-layout.js';
import { parseMatchTerm } from '../src/packet/match-parse.js';
import type { Bench } from './bench.js';

const KINDS: Readonly<Record<string, string>> = {
  'udp/ipv4': 'udp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=1024,tp_dst=53',
  'tcp/ipv4/vlan': 'tcp,dl_vlan=5,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=80,tcp_flags=ack',
  'udp/ipv6': 'udp6,ipv6_src=2001:db8::1,ipv6_dst=2001:db8::2,tp_src=1024,tp_dst=53',
  arp: 'arp,arp_op=1,arp_spa=10.0.0.1,arp_tpa=10.0.0.2',
};
/** Each frame is extracted so often in a round, for the clock to see it. */
const REPEATS = 64;

export const extractBenches: readonly Bench[] = Object.entries(KINDS).map(([kind, match]) => ({
  name: `extraction of ${kind}`,
  operation: 'frame',
  sizes: [1024],
  prepare(size) {
    const frames = framesOf(match, size);
    const flow = createFlow();
    return {
      operationCount: size * REPEATS,
      round() {
        let checksum = 0;
        for (let repeat = 0; repeat < REPEATS; repeat++) {
          for (const frame of frames) {
            extractFlow(frame, flow);
            checksum = (checksum + (flow[TP] ?? 0) + (flow[NW_SRC] ?? 0)) >>> 0;
          }
        }
        return checksum;
      },
    };
  },
}));

function framesOf(match: string, count: number): Uint8Array[] {
  const target = { flow: createFlow(), mask: createFlowMask() };
  for (const term of match.split(',')) {
    const [name = '', value] = term.split('=');
    parseMatchTerm(target, name, value);
  }
  return Array.from({ length: count }, (_, i) => {
    target.flow[DL_SRC_LOW] = i;
    return composePacket(target.flow);
  });
}
