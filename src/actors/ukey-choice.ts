/**
 * Which ukeys are worth an inspector's while, as people say it, and as a question about a key.
 *
 * A flow expression is asked of the key with which a ukey's flow was put: that of the packet that
 * came up. Its `in_port` is the datapath's number of the port.
 */

import { UpcallError } from '../base/errors.js';
import type { FlowKey } from '../datapath/flow-key.js';
import { createFlow, wordAt } from '../packet/flow.js';
import { DP_START } from '../packet/flow-layout.js';
import { parseMatchExpression } from '../packet/match-expression.js';

/**
 * `sampled`: one in 64, by the key. `matching tcp,tp_dst=80`, or as an object: those whose key is
 * one of the flows that the expression describes, in the syntax of `ovs-ofctl`.
 */
export type UkeyChoice =
  | 'all'
  | 'sampled'
  | 'none'
  | `matching ${string}`
  | { readonly matching: string };

export type IsUkeyChosen = (key: FlowKey) => boolean;

/**
 * One ukey in 2^6 is sampled: of 200,000 there are then 3,000, which a tool can still list and
 * whose events cost less than everything else does.
 */
export const SAMPLE_BITS = 6;

const MATCHING = 'matching ';
const WORD_BITS = 32;

/** Throws a `ParseError` or an `UpcallError` for what is no choice. */
export function parseUkeyChoice(choice: UkeyChoice): IsUkeyChosen {
  if (choice === 'all') return () => true;
  if (choice === 'none') return () => false;
  // The upper bits: the lower ones say to which slice a ukey belongs.
  if (choice === 'sampled') return ({ hash }) => hash >>> (WORD_BITS - SAMPLE_BITS) === 0;
  if (typeof choice === 'object') return parseExpression(choice.matching);
  if (choice.startsWith(MATCHING)) return parseExpression(choice.slice(MATCHING.length));
  throw new UpcallError(
    `Cannot choose ukeys to inspect: "${choice}" is not "all", "sampled", "none" or ` +
      '"matching <flow expression>"',
  );
}

function parseExpression(text: string): IsUkeyChosen {
  const { flow, mask } = parseMatchExpression(text);
  const terms = [...mask.entries()]
    .filter(([, bits]) => bits !== 0)
    .map(([word, bits]) => ({ word, bits, value: wordAt(flow, word) }));
  if (terms.length === 0) refuse(text, 'it matches every flow; say "all"');
  if (terms.some(({ word }) => word < DP_START)) {
    refuse(text, 'a flow of the datapath has no registers or metadata; use fields of packets');
  }
  const scratch = createFlow();
  return (key) => {
    key.expandInto(scratch);
    return terms.every(({ word, bits, value }) => (wordAt(scratch, word) & bits) >>> 0 === value);
  };
}

function refuse(text: string, reason: string): never {
  throw new UpcallError(`Cannot choose ukeys to inspect by "${text}": ${reason}`);
}
