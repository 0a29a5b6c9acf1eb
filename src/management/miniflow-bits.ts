/**
 * How many 64-bit words of a packet a mask looks at, in either half of Open vSwitch's flow.
 *
 * `dpctl/dump-flows -m` prints it, since its look-ups are specialised by these two numbers. Our
 * words have the order of its `struct flow`, two to one of its. Answers to `flowmap_n_1bits()`.
 */

import type { Mask } from '../datapath/mask.js';
import * as L from '../packet/flow-layout.js';

/** Our words, as they share one of Open vSwitch's. */
const SHARED: readonly (readonly number[])[] = pairWords();

/** "5,1". */
export function formatMiniflowBits(mask: Mask | undefined): string {
  const isLooked = (word: number): boolean => mask === undefined || mask.words[word] !== 0;
  const counts = [0, 0];
  for (const words of SHARED) {
    if (!words.some(isLooked)) continue;
    const half = (words[0] ?? 0) < L.NW_SRC ? 0 : 1;
    counts[half] = (counts[half] ?? 0) + 1;
  }
  return counts.join();
}

function pairWords(): number[][] {
  const metadata = [
    [L.SKB_PRIORITY, L.PKT_MARK],
    [L.DP_HASH, L.IN_PORT],
    [L.RECIRC_ID, L.CT_STATE, L.CT_NW_PROTO],
    // The packet's type, which shares this word, is not among what is looked up.
    [L.CT_MARK],
    [L.CT_LABEL, L.CT_LABEL + 1],
    [L.CT_LABEL + 2, L.CT_LABEL + 3],
  ];
  const link = [
    [L.DL_DST, L.DL_DST + 1],
    [L.DL_SRC_LOW, L.DL_TYPE],
    [L.VLAN0, L.VLAN1],
    [L.MPLS0, L.MPLS1],
    [L.MPLS2],
  ];
  const network: number[][] = [];
  for (let word = L.NW_SRC; word < L.TP; word += 2) network.push([word, word + 1]);
  return [...metadata, ...link, ...network, [L.TP, L.CT_TP], [L.IGMP_GROUP]];
}
