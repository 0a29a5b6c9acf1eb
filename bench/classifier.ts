/**
 * How long does a lookup with wildcards take?
 *
 * Sizes are numbers of rules, over addresses, ports and protocols in a handful of masks. The
 * checksum is the sum of the priorities found.
 */

import { instant } from '../src/base/brands.js';
import { Coverage } from '../src/base/coverage.js';
import { createRng, type Rng } from '../src/base/rng.js';
import { parseFlow } from '../src/ofproto/flow-syntax.js';
import { FlowTables } from '../src/ofproto/flow-tables.js';
import { createFlowMask, type Flow } from '../src/packet/flow.js';
import type { Bench } from './bench.js';

const SEED = 1;
const PACKETS = 4096;
const PORTS = [80, 443, 22];

export const classifierBench: Bench = {
  name: 'classifier',
  operation: 'lookup',
  sizes: [1, 30, 10_000],
  prepare(size) {
    const rng = createRng(SEED);
    const packets = Array.from({ length: PACKETS }, () => randomPacket(rng));
    const tables = fill(size);
    const wc = createFlowMask();
    return {
      operationCount: packets.length,
      round() {
        let checksum = 0;
        for (const packet of packets) {
          wc.fill(0);
          checksum += tables.lookup(0, tables.version, packet, wc).priority;
        }
        return checksum;
      },
    };
  },
};

/** A default rule, and `count` others. */
function fill(count: number): FlowTables {
  const clock = { now: () => instant(1000) };
  const tables = new FlowTables({ clock, coverage: new Coverage() });
  tables.add(parseFlow('priority=0,actions=NORMAL'));
  for (let i = 1; i < count; i++) {
    const address = `10.${i % 4}.${(i >> 2) % 256}.${(i * 7) % 256}`;
    const prefix = [32, 24, 16][i % 3];
    const ports = i % 5 === 0 ? '' : `,tp_dst=${PORTS[i % PORTS.length]}`;
    const protocol = i % 2 === 0 ? 'tcp' : 'udp';
    const match = `priority=${10 + (i % 7)},${protocol},nw_dst=${address}/${prefix}${ports}`;
    tables.add(parseFlow(`${match},actions=output:1`));
  }
  return tables;
}

function randomPacket(rng: Rng): Flow {
  const address = () => `10.${rng.below(4)}.${rng.below(256)}.${rng.below(256)}`;
  const port = PORTS[rng.below(PORTS.length + 1)] ?? rng.below(65_536);
  const text =
    `in_port=${1 + rng.below(4)},tcp,nw_src=${address()},nw_dst=${address()},` +
    `tp_src=${rng.below(65_536)},tp_dst=${port},actions=drop`;
  return parseFlow(text).match.flow;
}
