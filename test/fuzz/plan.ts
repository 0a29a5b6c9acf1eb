/**
 * What happens in a session, decided by its seed: mutants on connections of all versions, frames
 * between them, time that passes.
 */

import { createRng, type Rng } from '../../src/base/rng.js';
import { OFP_VERSIONS } from '../../src/openflow/protocol.js';
import { type Corpus, pick } from './corpus.js';
import { garbage, mutant } from './mutation.js';
import type { Step } from './step.js';

export const PORTS_COUNT = 3;
const STEPS_COUNT = 300;
const MS_MAX = 3_000;
/** UDP in Ethernet; addresses and ports are chosen. */
const FRAME = Buffer.from(
  '02000000000b02000000000a08004500002e00000000401166bd0a0000010a0000020035003500' +
    '1a0000000000000000000000000000000000000000',
  'hex',
);

export function planOf(seed: number, corpus: Corpus): Step[] {
  const rng = createRng(seed);
  return Array.from({ length: STEPS_COUNT }, () => chooseStep(corpus, rng));
}

function chooseStep(corpus: Corpus, rng: Rng): Step {
  const choice = rng.below(100);
  if (choice < 20) return { type: 'frame', port: 1 + rng.below(PORTS_COUNT), bytes: frame(rng) };
  if (choice < 24) return { type: 'time', ms: rng.below(MS_MAX) };
  if (choice < 30) return { type: 'stream', bytes: garbage(corpus, rng) };
  const version = pick(OFP_VERSIONS, rng);
  return { type: 'message', version, bytes: mutant(version, corpus, rng) };
}

function frame(rng: Rng): Uint8Array {
  const bytes = Uint8Array.from(FRAME);
  bytes[5] = rng.below(8);
  bytes[11] = rng.below(8);
  bytes[29] = rng.below(8);
  bytes[35] = rng.below(8);
  return bytes;
}
