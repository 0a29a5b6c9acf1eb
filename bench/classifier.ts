/**
 * How long does a lookup with wildcards take, in tables of 1, 30 and 10,000 rules?
 *
 * Seeded; each table is warmed up by its own first rounds, of which the fastest counts. The checksum
 * (the sum of the priorities found) tells whether two runs did the same.
 */

import { instant } from '../src/base/brands.js';
import { Coverage } from '../src/base/coverage.js';
import { createRng, type Rng } from '../src/base/rng.js';
import { parseFlow } from '../src/ofproto/flow-syntax.js';
import { FlowTables } from '../src/ofproto/flow-tables.js';
import { createFlowMask, type Flow } from '../src/packet/flow.js';

export interface ClassifierResult {
  readonly rules: number;
  readonly nanosecondsPerLookup: number;
  readonly checksum: number;
}

const SEED = 1;
const ROUNDS = 7;
const LOOKUPS_PER_SCALE = 1000;
const PACKETS = 4096;
const PORTS = [80, 443, 22];

/** `scale` 1 is for tests, 1000 for figures. */
export function benchClassifier(scale: number): ClassifierResult[] {
  const rng = createRng(SEED);
  const packets = Array.from({ length: PACKETS }, () => randomPacket(rng));
  return [1, 30, 10_000].map((rules) => measure(rules, packets, scale * LOOKUPS_PER_SCALE));
}

function measure(rules: number, packets: readonly Flow[], count: number): ClassifierResult {
  const tables = fill(rules);
  const wc = createFlowMask();
  let fastest = Number.POSITIVE_INFINITY;
  let checksum = 0;
  for (let round = 0; round < ROUNDS; round++) {
    checksum = 0;
    const start = performance.now();
    for (let i = 0; i < count; i++) {
      wc.fill(0);
      const packet = packets[i % PACKETS];
      if (packet !== undefined) checksum += tables.lookup(0, tables.version, packet, wc).priority;
    }
    fastest = Math.min(fastest, performance.now() - start);
  }
  return { rules, nanosecondsPerLookup: (fastest * 1e6) / count, checksum };
}

/** A default rule, and rules over addresses, ports and protocols in a handful of masks. */
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
