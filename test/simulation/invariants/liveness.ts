/** L2, L3, L4 and L6: what is due happens, and in time. */

import type { UkeyActor } from '../../../src/actors/ukey-actor.js';
import type { FlowKey } from '../../../src/datapath/flow-key.js';
import { KeyMap } from '../key-map.js';
import type { Invariant } from './invariant.js';

/** Complete dumps that may miss a flow. */
const MISSED_DUMPS_MAX = 4;

export const L2: Invariant = {
  id: 'L2',
  holds: 'a change of reval_seq is followed by a cycle within 5 ms of the one under way',
  watch: (world) => {
    const now = (): number => world.clock.monotonic();
    let changedAt: number | undefined;
    /** The last start or end of a cycle. */
    let edgeAt = 0;
    return {
      hear: (fact) => {
        if (fact.type === 'reval.changed') changedAt ??= now();
        if (fact.type !== 'record') return undefined;
        if (fact.record.type === 'cycle.done') edgeAt = now();
        if (fact.record.type !== 'cycle.start') return undefined;
        const isDue = changedAt !== undefined;
        changedAt = undefined;
        edgeAt = now();
        return isDue && !fact.record.needsRevalidation
          ? 'a cycle after a change of reval_seq needs no revalidation'
          : undefined;
      },
      look: () => {
        // Nobody waits while there are no revalidators, or while they are paused.
        if (changedAt !== undefined && !world.isCycling) changedAt = now();
        return undefined;
      },
      check: () => {
        if (changedAt === undefined || !world.isCycling) return undefined;
        const lateMs = now() - Math.max(changedAt, edgeAt) - world.profile.minCycleGap;
        return lateMs > 0 ? `a change of reval_seq waits ${lateMs} ms too long` : undefined;
      },
    };
  },
};

export const L3: Invariant = {
  id: 'L3',
  holds: 'a stop, a restart and a purge come to their end',
  watch: (world) => ({
    check: () => {
      const { udpif } = world.sw;
      const state = JSON.stringify(udpif.actor.getSnapshot().value);
      return udpif.isQuiescent() ? undefined : `the udpif rests in ${state}, but has work`;
    },
  }),
};

interface Idler {
  readonly key: FlowKey;
  readonly ukey: UkeyActor;
}

export const L4: Invariant = {
  id: 'L4',
  holds: 'an idle flow that is dumped is gone at the end of the cycle',
  watch: (world) => {
    const { ledger, sw, clock, settings, profile } = world;
    const seen = new KeyMap<true>();
    const excused = new KeyMap<true>();
    let idlers: Idler[] = [];
    const hasLingered = ({ key, ukey }: Idler): boolean =>
      !excused.has(key) && ledger.ukeyOf(key) === ukey;
    return {
      hear: (fact) => {
        if (fact.type === 'dump.started') {
          seen.clear();
          excused.clear();
          idlers = [];
        } else if (fact.type === 'dump.delivered') {
          const idleAt = clock.now() - (settings.maxIdleMs ?? profile.defaults.maxIdle);
          for (const { key, stats } of fact.flows) {
            const ukey = seen.has(key) ? undefined : sw.udpif.ukey(key);
            seen.set(key, true);
            if (ukey === undefined) continue;
            const { createdAt } = ukey.getSnapshot().context;
            const used = stats.used === 0 ? createdAt : stats.used;
            if (used !== 0 && used < idleAt) idlers.push({ key, ukey });
          }
        } else if (fact.type === 'answered') {
          for (const op of fact.ops) {
            if (op.type === 'delete' && op.error !== undefined) excused.set(op.key, true);
          }
        } else if (fact.type === 'record' && fact.record.type === 'cycle.done') {
          const count = idlers.filter(hasLingered).length;
          return count === 0 ? undefined : `${count} idle flows outlived their cycle`;
        }
        return undefined;
      },
    };
  },
};

export const L6: Invariant = {
  id: 'L6',
  holds: 'a ukey whose flow has vanished goes within four complete cycles',
  watch: (world) => {
    const misses = new Map<UkeyActor, number>();
    const delivered = new KeyMap<true>();
    let isComplete = true;
    return {
      hear: (fact) => {
        if (fact.type === 'dump.started') delivered.clear();
        if (fact.type === 'dump.delivered') {
          for (const { key } of fact.flows) delivered.set(key, true);
        }
        if (fact.type === 'dump.done') isComplete = fact.error === undefined;
        if (fact.type === 'answered') {
          for (const op of fact.ops) {
            // A deletion that is refused starts it all over.
            if (op.type === 'delete' && op.error !== undefined) delivered.set(op.key, true);
          }
        }
        if (fact.type !== 'record' || fact.record.type !== 'cycle.done') return undefined;
        return countMisses();
      },
    };

    function countMisses(): string | undefined {
      const present = new KeyMap<true>();
      for (const { key } of world.flows()) present.set(key, true);
      const missing = new Map(misses);
      misses.clear();
      for (const ukey of world.sw.udpif.ukeys()) {
        const key = ukey.slice.columns.keys[ukey.handle];
        // While its put is under way, nobody expects the flow in a dump.
        const isVisible = ukey.getSnapshot().value === 'visible';
        if (key === undefined || isVisible || world.ledger.ukeyOf(key) !== ukey) continue;
        if (present.has(key) || delivered.has(key)) continue;
        const count = (missing.get(ukey) ?? 0) + (isComplete ? 1 : 0);
        misses.set(ukey, count);
        if (count > MISSED_DUMPS_MAX)
          return `a ukey lives on after ${count} dumps without its flow`;
      }
      return undefined;
    }
  },
};
