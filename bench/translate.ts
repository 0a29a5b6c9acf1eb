/**
 * How long does a translation take, with its mask and its cache, as a revalidation asks for it?
 *
 * Sizes: 1 is the default rule alone (NORMAL, 1,000 addresses known), 4 the four tables of the
 * tests. The checksum is the number of actions and of exact bits' words.
 */

import { readFileSync } from 'node:fs';
import { instant, odpPort, ofpPort } from '../src/base/brands.js';
import { Coverage } from '../src/base/coverage.js';
import { createRng, type Rng } from '../src/base/rng.js';
import { parseFlow, parseFlowFile } from '../src/ofproto/flow-syntax.js';
import { Ofproto } from '../src/ofproto/ofproto.js';
import { createOfprotoTranslator } from '../src/ofproto/ofproto-translator.js';
import { createFlow, type Flow } from '../src/packet/flow.js';
import {
  DL_DST,
  DL_SRC_LOW,
  DL_TYPE,
  IN_PORT,
  NW_DST,
  NW_PROTO,
  NW_SRC,
  TP,
} from '../src/packet/flow-layout.js';
import type { Bench } from './bench.js';

const SEED = 1;
const PACKETS = 4096;
const PORTS_COUNT = 8;
const ADDRESSES_COUNT = 1000;
const FOUR_TABLES = 'test/fixtures/four-tables.flows';
const MAC_HIGH = 0x5054;

export const translateBench: Bench = {
  name: 'translation',
  operation: 'flow',
  sizes: [1, 4],
  ovsUs: 2.1,
  prepare(size) {
    const rng = createRng(SEED);
    const { bridge, translator } = createBridge(size);
    const packets = Array.from({ length: PACKETS }, () => randomPacket(rng));
    for (const packet of packets) learn(bridge, packet);
    const caches = packets.map(() => translator.createCache());
    return {
      operationCount: packets.length,
      round() {
        let checksum = 0;
        for (const [i, packet] of packets.entries()) {
          const ingress = translator.receive(packet);
          const cache = caches[i];
          if (ingress === 'ENODEV' || cache === undefined) throw new Error('no such port');
          const request = { ingress, tcpFlags: 0, mayLearn: false, skipWildcards: false, cache };
          const { actions, mask } = translator.translate(request);
          checksum += actions.length + (mask[NW_DST] ?? 0);
        }
        return checksum;
      },
    };
  },
};

function createBridge(size: number) {
  const clock = { now: () => instant(1_000_000), setTimeout: () => 0 };
  const coverage = new Coverage();
  const bridge = new Ofproto({ name: 'br0', clock, coverage });
  for (let i = 1; i <= PORTS_COUNT; i++) {
    bridge.addPort({ name: `p${i}`, ofpPort: ofpPort(i), odpPort: odpPort(i) });
  }
  const flows =
    size === 1
      ? [parseFlow('priority=0,actions=NORMAL')]
      : parseFlowFile(FOUR_TABLES, readFileSync(FOUR_TABLES, 'utf8'));
  for (const flow of flows) bridge.tables.add(flow);
  return { bridge, translator: createOfprotoTranslator({ bridges: [bridge], clock, coverage }) };
}

function learn(bridge: Ofproto, packet: Flow): void {
  const port = ofpPort(packet[IN_PORT] ?? 0);
  const low = packet[DL_SRC_LOW] ?? 0;
  bridge.learn({ high: MAC_HIGH, low, vlan: 0, port, isGratuitousArp: false });
}

/** A TCP or UDP packet between two of the known addresses. */
function randomPacket(rng: Rng): Flow {
  const flow = createFlow();
  const source = rng.below(ADDRESSES_COUNT);
  const destination = rng.below(ADDRESSES_COUNT);
  flow[IN_PORT] = 1 + (source % PORTS_COUNT);
  flow[DL_DST] = MAC_HIGH << 16;
  flow[DL_DST + 1] = (destination << 16) | MAC_HIGH;
  flow[DL_SRC_LOW] = source;
  flow[DL_TYPE] = 0x0800_0000;
  flow[NW_SRC] = 0x0a00_0000 + source;
  flow[NW_DST] = (rng.below(2) === 0 ? 0x0a00_0000 : 0xc0a8_0000) + destination;
  flow[NW_PROTO] = (64 << 8) | (rng.below(2) === 0 ? 6 : 17);
  flow[TP] = ((1024 + rng.below(60_000)) << 16) | rng.below(1024);
  return flow;
}
