/**
 * One seed on both switches: before each packet is let in, both say what they would do with it.
 */

import type { IncomingFrame } from '../interop/ovs-peer.js';
import {
  compareMegaflows,
  compareOutcomes,
  compareTraces,
  type Difference,
  nameRecirculated,
  withoutBareTag,
} from './comparison.js';
import type { OurTwin } from './our-twin.js';
import { createSituation, type Situation } from './situation.js';
import type { Twin } from './twin.js';

export interface SeedResult {
  readonly situation: Situation;
  readonly differences: readonly Difference[];
  /** Packets whose traces could not be compared. */
  readonly untraced: number;
  /** Megaflows that there have been. */
  readonly ours: number;
  readonly theirs: number;
}

/**
 * What a switch was asked on the way, each kept once. Flows are gathered as they come: some that
 * Open vSwitch makes it removes with the next revalidation, and makes again.
 */
interface Gathered {
  readonly megaflows: Set<string>;
  readonly recirculated: Set<string>;
}

class SeedRun {
  readonly #situation: Situation;
  readonly #ours: OurTwin;
  readonly #theirs: Twin;
  readonly #mine: Gathered = { megaflows: new Set(), recirculated: new Set() };
  readonly #others: Gathered = { megaflows: new Set(), recirculated: new Set() };
  readonly #differences: Difference[] = [];
  #untraced = 0;

  constructor(situation: Situation, ours: OurTwin, theirs: Twin) {
    this.#situation = situation;
    this.#ours = ours;
    this.#theirs = theirs;
  }

  async run(): Promise<SeedResult> {
    const { kind, packets, changes } = this.#situation;
    await this.#both((twin) => twin.begin(this.#situation));
    for (const [i, packet] of packets.entries()) {
      for (const change of changes.filter(({ before }) => before === i)) {
        await this.#both((twin) => twin.change(change));
      }
      await this.#trace(i, packet);
      await this.#both((twin) => twin.receive(packet));
      await this.#gather(this.#ours, this.#mine);
      await this.#gather(this.#theirs, this.#others);
      await this.#both((twin) => twin.revalidate());
    }
    const ours = await this.#ours.finish();
    const theirs = await this.#theirs.finish();
    this.#differences.push(...compareOutcomes(ours, theirs));
    if (kind === 'D') this.#differences.push(...compareMegaflows(this.#mine, this.#others));
    return {
      situation: this.#situation,
      differences: this.#differences,
      untraced: this.#untraced,
      ours: countOf(this.#mine),
      theirs: countOf(this.#others),
    };
  }

  async #both(ask: (twin: Twin) => Promise<void>): Promise<void> {
    await ask(this.#ours);
    await ask(this.#theirs);
  }

  async #trace(index: number, packet: IncomingFrame): Promise<void> {
    const ours = await this.#ours.trace(packet);
    const theirs = await this.#theirs.trace(packet);
    if (theirs === undefined) {
      this.#untraced++;
      return;
    }
    this.#mine.megaflows.add(withoutBareTag(ours.megaflow, theirs.megaflow));
    this.#others.megaflows.add(theirs.megaflow);
    const situation = this.#situation;
    for (const difference of compareTraces({ situation, frame: packet }, ours, theirs)) {
      const hex = Buffer.from(packet.data).toString('hex');
      const what = `packet ${index} (port ${packet.port}, ${hex}): ${difference.what}`;
      this.#differences.push({ ...difference, what });
    }
  }

  async #gather(twin: Twin, { recirculated }: Gathered): Promise<void> {
    if (!this.#situation.recirculates) return;
    for (const line of await twin.recirculated()) recirculated.add(nameRecirculated(line));
  }
}

export function runSeed(seed: number, ours: OurTwin, theirs: Twin): Promise<SeedResult> {
  return new SeedRun(createSituation(seed), ours, theirs).run();
}

function countOf({ megaflows, recirculated }: Gathered): number {
  return megaflows.size + recirculated.size;
}
