/**
 * A ufid: 128 bits that name a datapath flow, in the text that `dpctl` prints and accepts.
 *
 * Our datapath finds flows by their keys; the id is made of the key, so that a flow has the same
 * one whenever it is asked for, in every process. (Open vSwitch's depends on a secret of the
 * process.) Answers to `odp_flow_key_hash()` and `odp_ufid_from_string()`.
 */

import { hashAdd, hashFinish } from '../base/hash.js';
import { DP_START, FLOW_WORDS } from '../packet/flow-layout.js';
import type { FlowKey } from './flow-key.js';

/** One of each 32 bits: unrelated numbers, so that the parts are too. */
const SEEDS = [0x9e37_79b9, 0x85eb_ca6b, 0xc2b2_ae35, 0x27d4_eb2f] as const;
const TEXT = /^ufid:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/i;

/** `ufid:01234567-89ab-cdef-0123-456789abcdef`. */
export function ufidOf(key: FlowKey): string {
  const flow = key.toFlow();
  const parts = SEEDS.map((seed) => {
    let hash: number = seed;
    for (let i = DP_START; i < FLOW_WORDS; i++) {
      const word = flow[i] ?? 0;
      if (word !== 0) hash = hashAdd(hashAdd(hash, i), word);
    }
    return hashFinish(hash, FLOW_WORDS) >>> 0;
  });
  const digits = parts.map((part) => part.toString(16).padStart(8, '0')).join('');
  return `ufid:${digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}`;
}

/** The id that `text` begins with, and what follows it; undefined: it begins with none. */
export function takeUfid(text: string): { ufid: string; rest: string } | undefined {
  const found = TEXT.exec(text);
  if (found === null) return undefined;
  return { ufid: found[0].toLowerCase(), rest: text.slice(found[0].length).replace(/^[ ,]+/, '') };
}
