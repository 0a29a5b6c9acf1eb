/**
 * Makes a plan that fails as short as possible: fewer steps, then shorter messages, as long as the
 * same is found.
 */

import { framed, HEADER_SIZE } from './mutation.js';
import { type Finding, play } from './session.js';
import type { Step } from './step.js';

export type Play = (steps: readonly Step[]) => Promise<Finding | undefined>;

export async function shrink(
  steps: readonly Step[],
  finding: Finding,
  playSteps: Play = play,
): Promise<readonly Step[]> {
  const fails = async (plan: readonly Step[]): Promise<boolean> => {
    const found = await playSteps(plan);
    return found?.kind === finding.kind && found.what === finding.what;
  };
  const begun = steps.slice(0, finding.at + 1);
  const fewer = await withFewerSteps((await fails(begun)) ? begun : steps, fails);
  return withShorterMessages(fewer, fails);
}

type Fails = (plan: readonly Step[]) => Promise<boolean>;

/** Takes out runs of steps, first long ones, then shorter ones, down to single steps. */
async function withFewerSteps(plan: readonly Step[], fails: Fails): Promise<readonly Step[]> {
  let best = plan;
  for (let length = Math.max(1, best.length >> 1); length >= 1; length >>= 1) {
    for (let end = best.length; end > 0; end -= length) {
      const shorter = [...best.slice(0, Math.max(0, end - length)), ...best.slice(end)];
      if (shorter.length < best.length && (await fails(shorter))) best = shorter;
    }
  }
  return best;
}

async function withShorterMessages(plan: readonly Step[], fails: Fails): Promise<readonly Step[]> {
  let best = plan;
  for (let i = 0; i < best.length; i++) {
    for (let length = 64; length >= 1; length >>= 1) {
      for (let at = HEADER_SIZE; ; at += length) {
        const step = best[i];
        if (step?.type !== 'message' || at >= step.bytes.length) break;
        const shorter = best.with(i, { ...step, bytes: without(step, at, length) });
        if (await fails(shorter)) best = shorter;
      }
    }
  }
  return best;
}

function without(
  { version, bytes }: Extract<Step, { type: 'message' }>,
  at: number,
  length: number,
): Uint8Array {
  const rest = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
  return framed(rest, version);
}
