/**
 * One datapath flow as reports show it.
 */

import type { MegaflowSummary } from './replay-document.js';

export interface WideMegaflow extends MegaflowSummary {
  /** Bits that a packet must agree on: the fewer, the wider. */
  readonly exactBits: number;
}
