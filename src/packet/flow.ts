/**
 * A flow: what the switch knows of a packet, as an array of 32-bit words; and its mask, of the same
 * shape, with a 1 for every bit that matters. Answers to OVS's `struct flow` and
 * `struct flow_wildcards`.
 *
 * Both are plain `Uint32Array`s, so they are fast and easy to get wrong: the brands keep a mask
 * from being taken for a flow, and `flow-layout.ts` names the words.
 *
 * Hot path. Bench: `bench/hit-path.ts`.
 */

import { FLOW_WORDS } from './flow-layout.js';

declare const kind: unique symbol;

/** `FLOW_WORDS` words, host order; fields stand in them as `flow-layout.ts` says. */
export type Flow = Uint32Array & { readonly [kind]: 'Flow' };
/** Same shape as `Flow`; a set bit is significant, a clear one is wildcarded. */
export type FlowMask = Uint32Array & { readonly [kind]: 'FlowMask' };

/** An all-zero flow. */
export function createFlow(): Flow {
  return new Uint32Array(FLOW_WORDS) as Flow;
}

/** A mask that ignores everything. */
export function createFlowMask(): FlowMask {
  return new Uint32Array(FLOW_WORDS) as FlowMask;
}

export function copyFlow(from: Flow): Flow {
  return from.slice() as Flow;
}

export function copyFlowMask(from: FlowMask): FlowMask {
  return from.slice() as FlowMask;
}

/** One word of a flow or a mask; for code that is not hot, which does without `!`. */
export function wordAt(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}

/** Whether `packet` agrees with `flow` on every bit of `mask`. */
export function flowMatches(packet: Flow, flow: Flow, mask: FlowMask): boolean {
  for (let i = 0; i < FLOW_WORDS; i++) {
    if (((packet[i]! ^ flow[i]!) & mask[i]!) !== 0) return false;
  }
  return true;
}

/** Clears the bits of `flow` that `mask` ignores. */
export function maskFlow(flow: Flow, mask: FlowMask): void {
  for (let i = 0; i < FLOW_WORDS; i++) flow[i]! &= mask[i]!;
}

/** Adds the bits of `from` to `into`. */
export function addMask(into: FlowMask, from: FlowMask): void {
  for (let i = 0; i < FLOW_WORDS; i++) into[i]! |= from[i]!;
}

/** Whether `wide` has every bit of `wanted`. */
export function maskCovers(wide: FlowMask, wanted: FlowMask): boolean {
  for (let i = 0; i < FLOW_WORDS; i++) if ((wanted[i]! & ~wide[i]!) !== 0) return false;
  return true;
}

/** Sets the bits of `bits` in the word at `index`. */
export function addBits(words: Uint32Array, index: number, bits: number): void {
  words[index] = wordAt(words, index) | bits;
}
