/** What ports are to VLANs, and whether they are protected, at random: NORMAL minds it. */

import type { Rng } from '../../src/base/rng.js';
import type { PortSettings } from '../../src/ofproto/ofproto.js';
import type { PortVlanOptions } from '../../src/ofproto/port-vlan.js';
import { isOneIn, pick } from './choice.js';

/** One in so many situations has ports of several kinds. */
const PORTS_APART_IN = 3;
/** Of VLANs that packets have. */
const VLANS: readonly PortVlanOptions[] = [
  {},
  { tag: 5 },
  { tag: 6 },
  { trunks: [5] },
  { trunks: [0, 6, 7] },
  { mode: 'native-tagged', tag: 5 },
  { mode: 'native-tagged', tag: 6, trunks: [5] },
  { mode: 'native-untagged', tag: 5 },
  { mode: 'native-untagged', tag: 6, trunks: [5, 7] },
  { mode: 'dot1q-tunnel', tag: 5 },
  { mode: 'dot1q-tunnel', tag: 6, cvlans: [5, 6] },
];

/** By port, from 1; alike and without settings in most situations. */
export function generatePorts(rng: Rng, count: number): PortSettings[] {
  const isApart = isOneIn(rng, PORTS_APART_IN);
  return Array.from({ length: count }, () => {
    if (!isApart) return {};
    return { vlan: pick(rng, VLANS), isProtected: isOneIn(rng, 4) };
  });
}
