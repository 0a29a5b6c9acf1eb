/**
 * What may be said to `inspect`: who sees the inspection events of the actor system, and of which
 * ukeys.
 */

import type { InspectionEvent, Observer } from 'xstate';
import type { UkeyChoice } from './ukey-choice.js';

/** As xstate's own `inspect` takes it. */
export type Inspector = ((event: InspectionEvent) => void) | Observer<InspectionEvent>;

export interface InspectOptions {
  readonly observer: Inspector;
  /** Which ukeys it hears of. Default: sampled, for there may be 200,000. */
  readonly ukeys?: UkeyChoice;
}

/** What inspectors of a udpif hear of its ukeys. */
export interface InspectionStatus {
  /** Which are chosen. */
  readonly ukeys: UkeyChoice;
  /** Ukeys that were announced since they are chosen so, or since the first inspector came. */
  readonly announcedUkeys: number;
  /** Ukeys that were left out since then. */
  readonly omittedUkeys: number;
}

export function observerOf(inspect: Inspector | InspectOptions): Inspector {
  return typeof inspect === 'object' && 'observer' in inspect ? inspect.observer : inspect;
}

export function ukeysOf(inspect: Inspector | InspectOptions | undefined): UkeyChoice {
  const isChosen = typeof inspect === 'object' && 'observer' in inspect;
  return (isChosen ? inspect.ukeys : undefined) ?? 'sampled';
}
