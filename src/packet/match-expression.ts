/**
 * A flow expression: match terms in the syntax of `ovs-ofctl`, parted by commas, as one match.
 *
 * `tcp,nw_dst=10.0.0.0/8,tp_dst=80` is what people write to choose packets or flows. Terms are read
 * by `match-parse.ts`; later ones override earlier ones.
 */

import { createFlow, createFlowMask } from './flow.js';
import { PlacedText } from './key-value-scanner.js';
import { type MatchTarget, parseMatchTerm } from './match-parse.js';
import { findMissingPrerequisite } from './match-prerequisites.js';

/** The match that `text` says. Throws a `ParseError` for what is no term, or makes no sense. */
export function parseMatchExpression(text: string): Readonly<MatchTarget> {
  const target: MatchTarget = { flow: createFlow(), mask: createFlowMask() };
  addMatchTerms(target, text);
  const missing = findMissingPrerequisite(target.flow, target.mask);
  if (missing !== undefined) placed(text).fail(`expected a complete match: ${missing}`);
  return target;
}

/** Adds the terms in `text` to `target`, whether or not they make sense together. */
export function addMatchTerms(target: MatchTarget, text: string): void {
  const terms = placed(text);
  for (const { name, value, at } of terms.items()) {
    const isTerm = terms.placing(at, () => parseMatchTerm(target, name, value));
    if (!isTerm) terms.fail(`expected a match term; "${name}" is none`, at);
  }
}

function placed(text: string): PlacedText {
  return new PlacedText(text, { source: text, line: 0 });
}
