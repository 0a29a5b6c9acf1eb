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
import type { UkeyEvent } from '../machines/ukey-machine.js';
import type { UkeySnapshot } from './ukey-moves.js';

export type UkeyObserver = Partial<Observer<UkeySnapshot>>;

export class UkeyWatch {
  readonly #observers = new Set<UkeyObserver>();
  readonly #report: ErrorReport;
  /** Events that arrived while observers were being told. */
  readonly backlog: UkeyEvent[] = [];
  isTelling = false;

  constructor(report: ErrorReport) {
    this.#report = report;
  }

  get isObserved(): boolean {
    return this.#observers.size > 0;
  }

  add(observer: UkeyObserver): Subscription {
    this.#observers.add(observer);
    return { unsubscribe: () => this.#observers.delete(observer) };
  }

  tell(snapshot: UkeySnapshot): void {
    this.isTelling = true;
    for (const observer of this.#observers) this.#run(() => observer.next?.(snapshot));
    this.isTelling = false;
  }

  complete(): void {
    for (const observer of this.#observers) this.#run(() => observer.complete?.());
    this.#observers.clear();
  }

  #run(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#report(error);
    }
  }
}
