/**
 * How long does it take to extract the flow of a frame, of several kinds?
 *
 * Each kind is extracted from 1,024 frames that differ, after a warm-up by its own first rounds; the
 * fastest round counts. The checksum is over all flows of a round.
 */

import { composePacket } from '../src/packet/compose.js';
import { extractFlow } from '../src/packet/extract.js';
import { createFlow, createFlowMask } from '../src/packet/flow.js';
import * as L from '../src/packet/flow-layout.js';
import { parseMatchTerm } from '../src/packet/match-parse.js';

export interface ExtractResult {
  readonly kind: string;
  readonly nanosecondsPerPacket: number;
  readonly checksum: number;
}

const ROUNDS = 9;
const PACKETS = 1024;
const PACKETS_PER_SCALE = 1024;

const KINDS: Readonly<Record<string, string>> = {
  'udp/ipv4': 'udp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=1024,tp_dst=53',
  'tcp/ipv4/vlan': 'tcp,dl_vlan=5,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=80,tcp_flags=ack',
  'udp/ipv6': 'udp6,ipv6_src=2001:db8::1,ipv6_dst=2001:db8::2,tp_src=1024,tp_dst=53',
  arp: 'arp,arp_op=1,arp_spa=10.0.0.1,arp_tpa=10.0.0.2',
};

/** `scale` 1 is for tests, 1000 for figures. */
export function benchExtract(scale: number): ExtractResult[] {
  return Object.entries(KINDS).map(([kind, match]) => measure(kind, framesOf(match), scale));
}

function measure(kind: string, frames: readonly Uint8Array[], scale: number): ExtractResult {
  const flow = createFlow();
  const count = scale * PACKETS_PER_SCALE;
  let fastest = Number.POSITIVE_INFINITY;
  let checksum = 0;
  for (let round = 0; round < ROUNDS; round++) {
    checksum = 0;
    const start = performance.now();
    for (let i = 0; i < count; i++) {
      const frame = frames[i % PACKETS];
      if (frame !== undefined) extractFlow(frame, flow);
      checksum = (checksum + (flow[L.TP] ?? 0) + (flow[L.NW_SRC] ?? 0)) >>> 0;
    }
    fastest = Math.min(fastest, performance.now() - start);
  }
  return { kind, nanosecondsPerPacket: (fastest * 1e6) / count, checksum };
}

/** Frames that differ in their source address. */
function framesOf(match: string): Uint8Array[] {
  const target = { flow: createFlow(), mask: createFlowMask() };
  for (const term of match.split(',')) {
    const [name = '', value] = term.split('=');
    parseMatchTerm(target, name, value);
  }
  return Array.from({ length: PACKETS }, (_, i) => {
    target.flow[L.DL_SRC_LOW] = i;
    return composePacket(target.flow);
  });
}
