/** S2 and S10: a flow is deleted once, and a stop leaves none behind. */

import { KeyMap } from '../key-map.js';
import type { Invariant } from './invariant.js';

export const S2: Invariant = {
  id: 'S2',
  holds: 'in one life of a ukey at most one deletion is under way, and at most one succeeds',
  watch: () => {
    const underWay = new KeyMap<true>();
    const deleted = new KeyMap<true>();
    return {
      hear: (fact) => {
        if (fact.type === 'dump.delivered') {
          for (const { key } of fact.flows) deleted.delete(key);
        }
        if (fact.type !== 'submitted' && fact.type !== 'answered') return undefined;
        for (const op of fact.ops) {
          if (op.type === 'put' && op.mode === 'create') deleted.delete(op.key);
          if (op.type !== 'delete') continue;
          const { key } = op;
          if (fact.type === 'answered') {
            underWay.delete(key);
            if (op.error === undefined) deleted.set(key, true);
            continue;
          }
          if (underWay.has(key)) return `two deletions of ${key.hash} are under way`;
          if (deleted.has(key)) return `${key.hash} is deleted again, and was not seen since`;
          underWay.set(key, true);
        }
        return undefined;
      },
    };
  },
};

export const S10: Invariant = {
  id: 'S10',
  holds: 'after a stop the datapath has no flow of ours, unless its deletion failed',
  watch: (world) => ({
    check: () => {
      if (!world.isUdpifIn('stopped') && !world.isUdpifIn('destroyed')) return undefined;
      const { refused, foreign } = world.ledger;
      const left = world.flows().filter(({ key }) => !refused.has(key) && !foreign.has(key));
      return left.length === 0 ? undefined : `${left.length} flows are left`;
    },
  }),
};
