/** S11, S12, L5 and L8: the flow limit follows its table, and is obeyed. */

import type { CycleDoneRecord } from '../../../src/actors/udpif-event.js';
import type { Fact } from '../fact.js';
import type { World } from '../world.js';
import type { Complaint, Invariant } from './invariant.js';

const INITIAL = 10_000;
const FLOOR = 1_000;
const STEP = 1_000;

/** The configured limit now. */
function configured({ settings, profile }: World): number {
  return settings.flowLimit ?? profile.defaults.flowLimit;
}

function clamp(limit: number, world: World): number {
  return Math.min(configured(world), Math.max(limit, FLOOR));
}

/** The limit as records tell it: an operator's at once, a cycle's at its end. */
class LimitBook {
  limit = INITIAL;
  /** As it was before the cycle that ends now. */
  before = INITIAL;

  hear(fact: Fact): void {
    if (fact.type !== 'record') return;
    if (fact.record.type === 'limit') {
      this.limit = fact.record.to;
      if (fact.record.cause === 'operator') this.before = fact.record.to;
    } else if (fact.record.type === 'cycle.start') {
      this.before = this.limit;
    }
  }
}

/** Calls `judge` with every cycle that ends, and with the limit before its end. */
function atCycleEnds(
  judge: (cycle: CycleDoneRecord, before: number) => Complaint,
): (fact: Fact) => Complaint {
  const book = new LimitBook();
  return (fact) => {
    book.hear(fact);
    if (fact.type !== 'record' || fact.record.type !== 'cycle.done') return undefined;
    const complaint = judge(fact.record, book.before);
    book.before = book.limit;
    return complaint;
  };
}

export const S11: Invariant = {
  id: 'S11',
  holds:
    'after a cycle the limit is within [min(configured, 1000), configured]; else as it was set',
  watch: (world) => {
    const book = new LimitBook();
    return {
      hear: (fact) => {
        book.hear(fact);
        if (fact.type === 'shown') {
          const shown = Number(/\(limit (\d+)\)/.exec(fact.text)?.[1] ?? book.limit);
          return shown === book.limit ? undefined : `the limit is ${shown}, not ${book.limit}`;
        }
        if (fact.type !== 'record' || fact.record.type !== 'cycle.done') return undefined;
        const { flowLimit } = fact.record;
        const isWithin = flowLimit === clamp(flowLimit, world);
        return isWithin ? undefined : `the limit is ${flowLimit} of ${configured(world)}`;
      },
    };
  },
};

export const S12: Invariant = {
  id: 'S12',
  holds: 'a cycle changes the limit by +1000, * 3/4, / whole seconds, or not; then it is clamped',
  watch: (world) => ({
    hear: atCycleEnds(({ flowLimit, durationMs }, before) => {
      const seconds = Math.floor(durationMs / 1_000);
      const changed =
        durationMs > 2_000
          ? [Math.floor(before / seconds)]
          : durationMs > 1_300
            ? [Math.floor((before * 3) / 4)]
            : durationMs < 1_000
              ? [before, before + STEP]
              : [before];
      if (changed.some((limit) => clamp(limit, world) === flowLimit)) return undefined;
      return `after ${durationMs} ms the limit went from ${before} to ${flowLimit}`;
    }),
  }),
};

export const L8: Invariant = {
  id: 'L8',
  holds: 'the limit grows while dumps are fast and flows need it',
  watch: (world) => ({
    hear: atCycleEnds(({ flowLimit, durationMs, flows }, before) => {
      const isNeeded = before < Math.floor((flows * 1_000) / durationMs);
      if (durationMs >= 1_000 || !isNeeded) return undefined;
      const wanted = clamp(before + STEP, world);
      if (flowLimit === wanted) return undefined;
      return `${flows} flows in ${durationMs} ms leave the limit at ${flowLimit}, not ${wanted}`;
    }),
  }),
};

export const L5: Invariant = {
  id: 'L5',
  holds: 'over twice the limit, as cached, no dumped flow stays',
  watch: ({ profile }) => {
    const book = new LimitBook();
    let flows = 0;
    /** The highest limit that a revalidator may have sampled for this dump. */
    let limit = INITIAL;
    return {
      hear: (fact) => {
        book.hear(fact);
        if (fact.type === 'counted') flows = fact.flows ?? profile.flowsAfterError(flows);
        if (fact.type === 'dump.started') limit = book.limit;
        if (fact.type === 'dump.joined') limit = Math.max(limit, book.limit);
        if (fact.type !== 'record' || fact.record.type !== 'verdict') return undefined;
        const { phase, verdict } = fact.record;
        const isKept = verdict === 'keep' || verdict === 'modify';
        if (phase !== 'dump' || !isKept || flows <= 2 * limit) return undefined;
        return `a flow is kept although there are ${flows}, with a limit of ${limit}`;
      },
    };
  },
};
