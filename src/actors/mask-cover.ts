/**
 * Whether a datapath flow's mask looks at all that a translation has looked at.
 *
 * The datapath is free to look at more; at less it would catch packets that it must not. Hot path.
 * Bench: `bench/dump.ts`. Row U-126.
 */

import type { Mask } from '../datapath/mask.js';
import type { FlowMask } from '../packet/flow.js';
import { DP_START, FLOW_WORDS, IN_PORT } from '../packet/flow-layout.js';

/** Whether `mask` has every bit of `wanted` that a datapath key can carry but in_port. */
export function maskCoversDatapathWords(mask: Mask, wanted: FlowMask): boolean {
  const words = mask.words;
  for (let i = DP_START; i < FLOW_WORDS; i++) {
    if ((wanted[i]! & ~words[i]!) !== 0 && i !== IN_PORT) return false;
  }
  return true;
}
