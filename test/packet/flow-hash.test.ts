import { describe, expect, it } from 'vitest';
import { createFlow, type Flow } from '../../src/packet/flow.js';
import { flowHash5Tuple } from '../../src/packet/flow-hash.js';
import * as L from '../../src/packet/flow-layout.js';

function udp(words: Record<number, number> = {}): Flow {
  const flow = createFlow();
  flow[L.DL_TYPE] = 0x0800_0000;
  flow[L.NW_SRC] = 0x0a000001;
  flow[L.NW_DST] = 0x0a000002;
  flow[L.NW_PROTO] = 17;
  flow[L.TP] = (1024 << 16) | 53;
  for (const [word, value] of Object.entries(words)) flow[Number(word)] = value;
  return flow;
}

describe('flowHash5Tuple()', () => {
  it('depends on addresses, protocol, ports and basis', () => {
    const hashes = new Set([
      flowHash5Tuple(udp(), 0),
      flowHash5Tuple(udp(), 1),
      flowHash5Tuple(udp({ [L.NW_SRC]: 1 }), 0),
      flowHash5Tuple(udp({ [L.NW_DST]: 1 }), 0),
      flowHash5Tuple(udp({ [L.NW_PROTO]: 6 }), 0),
      flowHash5Tuple(udp({ [L.TP]: 1 }), 0),
    ]);
    expect(hashes.size).toBe(6);
  });

  it('ignores all the rest', () => {
    const other = udp({ [L.IN_PORT]: 7, [L.DL_DST]: 7, [L.NW_PROTO]: 0x00104011 });
    expect(flowHash5Tuple(other, 0)).toBe(flowHash5Tuple(udp(), 0));
  });

  it('is one value for all frames that are not IP', () => {
    const arp = udp({ [L.DL_TYPE]: 0x0806_0000 });
    expect(flowHash5Tuple(arp, 0)).toBe(flowHash5Tuple(createFlow(), 0));
  });
});
