/**
 * One seed on both switches: before each packet is let in, both say what they would do with it.
 */

import { compareOutcomes, compareTraces, type Difference } from './comparison.js';
import type { OurTwin } from './our-twin.js';
import { createSituation, type Situation } from './situation.js';
import type { Twin } from './twin.js';

export interface SeedResult {
  readonly situation: Situation;
  readonly differences: readonly Difference[];
  /** Packets whose traces could not be compared. */
  readonly untraced: number;
  /** Megaflows in the end. */
  readonly ours: number;
  readonly theirs: number;
}

export async function runSeed(seed: number, ours: OurTwin, theirs: Twin): Promise<SeedResult> {
  const situation = createSituation(seed);
  const { kind, packets, changes } = situation;
  const differences: Difference[] = [];
  let untraced = 0;
  await ours.begin(situation);
  await theirs.begin(situation);
  for (const [i, packet] of packets.entries()) {
    for (const change of changes.filter(({ before }) => before === i)) {
      await ours.change(change);
      await theirs.change(change);
    }
    const trace = await ours.trace(packet);
    const theirTrace = await theirs.trace(packet);
    const isComparable = trace !== undefined && theirTrace !== undefined;
    const found = isComparable ? compareTraces(kind, trace, theirTrace) : [];
    if (!isComparable) untraced++;
    for (const difference of found) {
      const hex = Buffer.from(packet.data).toString('hex');
      const what = `packet ${i} (port ${packet.port}, ${hex}): ${difference.what}`;
      differences.push({ ...difference, what });
    }
    await ours.receive(packet);
    await theirs.receive(packet);
    await ours.revalidate();
    await theirs.revalidate();
  }
  const ourOutcome = await ours.finish();
  const theirOutcome = await theirs.finish();
  differences.push(...compareOutcomes(kind, ourOutcome, theirOutcome));
  const megaflows = { ours: ourOutcome.megaflows, theirs: theirOutcome.megaflows };
  return { situation, differences, untraced, ...megaflows };
}
