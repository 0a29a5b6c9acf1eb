/**
 * Waiting for the udpif to be done with what it was told.
 *
 * Its commands return at once and are carried out by actors; an operator's command answers when
 * that is over, as it does in Open vSwitch, whose commands block.
 */

import type { Udpif } from '../actors/udpif.js';

/** Resolves when no flush and no purge is under way any more. */
export function untilSettled(udpif: Udpif): Promise<void> {
  return until(udpif, () => isSettled(udpif));
}

/** Resolves when no cycle runs, after a `pause`. */
export function untilParked(udpif: Udpif): Promise<void> {
  return until(udpif, () => {
    const snapshot = udpif.actor.getSnapshot();
    return snapshot.matches({ running: 'parked' }) || !snapshot.matches('running');
  });
}

function isSettled(udpif: Udpif): boolean {
  const snapshot = udpif.actor.getSnapshot();
  if (snapshot.status !== 'active' || snapshot.matches('stopped')) return true;
  const { isPurgeWanted } = snapshot.context;
  return (
    snapshot.matches('running') && !isPurgeWanted && !snapshot.matches({ running: 'clearing' })
  );
}

function until(udpif: Udpif, isDone: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    if (isDone()) {
      resolve();
      return;
    }
    const finish = (): void => {
      subscription.unsubscribe();
      resolve();
    };
    const next = (): void => {
      if (isDone()) finish();
    };
    const subscription = udpif.actor.subscribe({ next, complete: finish });
  });
}
