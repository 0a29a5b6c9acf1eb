/** S9, S17 and S22: nothing is changed under anybody's hands, leaks, or is shown wrongly. */

import type { Invariant } from './invariant.js';

export const S9: Invariant = {
  id: 'S9',
  holds: "an operation's key and packet are intact until it is answered",
  watch: () => ({
    hear: (fact) => {
      if (fact.type !== 'answered') return undefined;
      return fact.isIntact ? undefined : 'an operation was changed before it was answered';
    },
  }),
};

export const S17: Invariant = {
  id: 'S17',
  holds: 'what a translation cache holds is let go when its ukey goes',
  watch: (world) => ({
    check: () => {
      // Between a stop and a start those whose deletion was refused have no ukey to be counted by.
      if (!world.isUdpifIn('running')) return undefined;
      const filled = world.translator.filled.size;
      const owners = [...world.sw.udpif.ukeys()].length;
      return filled <= owners ? undefined : `${filled} caches are filled for ${owners} ukeys`;
    },
  }),
};

export const S22: Invariant = {
  id: 'S22',
  holds: 'upcall/show has a row for each running revalidator, and their sum is the number of ukeys',
  watch: ({ sw }) => ({
    hear: (fact) => {
      if (fact.type !== 'shown') return undefined;
      const rows = [...fact.text.matchAll(/^\s+\d+: \(keys (\d+)\)$/gm)];
      const running = [...sw.udpif.actorTree().children()].filter(
        ({ actor }) => actor.id === 'leader' || actor.id.startsWith('revalidator-'),
      ).length;
      if (rows.length !== running) return `${rows.length} rows for ${running} revalidators`;
      const sum = rows.reduce((total, [, keys]) => total + Number(keys), 0);
      const ukeys = [...sw.udpif.ukeys()].length;
      return sum === ukeys ? undefined : `rows say ${sum} keys, there are ${ukeys}`;
    },
  }),
};
