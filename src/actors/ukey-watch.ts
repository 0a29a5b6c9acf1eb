/**
 * Those who follow one ukey. A ukey has a watch only from its first `subscribe` on.
 *
 * Observers are told in the order they came. An event that one of them sends meanwhile waits until
 * all have been told, as in xstate's mailbox. What an observer throws goes to `report`.
 *
 * Owner: the ukey's actor.
 */

import type { Observer, Subscription } from 'xstate';
import type { ErrorReport } from '../base/guarded-observable.js';
import type { AnyUkeyEvent, UkeySnapshot } from './ukey-moves.js';

export type UkeyObserver = Partial<Observer<UkeySnapshot>>;

export class UkeyWatch {
  readonly #observers = new Set<UkeyObserver>();
  readonly #report: ErrorReport;
  readonly #isObservedChanged: (isObserved: boolean) => void;
  /** Events that arrived while observers were being told. */
  readonly backlog: AnyUkeyEvent[] = [];
  isTelling = false;

  /** `isObservedChanged` hears when the first observer comes and when the last one goes. */
  constructor(report: ErrorReport, isObservedChanged: (isObserved: boolean) => void) {
    this.#report = report;
    this.#isObservedChanged = isObservedChanged;
  }

  add(observer: UkeyObserver): Subscription {
    this.#observers.add(observer);
    if (this.#observers.size === 1) this.#isObservedChanged(true);
    return { unsubscribe: () => this.#remove(observer) };
  }

  tell(snapshot: UkeySnapshot): void {
    this.isTelling = true;
    for (const observer of this.#observers) this.#run(() => observer.next?.(snapshot));
    this.isTelling = false;
  }

  complete(): void {
    for (const observer of [...this.#observers]) {
      this.#run(() => observer.complete?.());
      this.#remove(observer);
    }
  }

  #remove(observer: UkeyObserver): void {
    const isLast = this.#observers.delete(observer) && this.#observers.size === 0;
    if (isLast) this.#isObservedChanged(false);
  }

  #run(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#report(error);
    }
  }
}
