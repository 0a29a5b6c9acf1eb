/**
 * An observable whose subscribers may throw without harm.
 *
 * RxJS rethrows what a subscriber throws from a timer of its own, which ends the process. A switch
 * must go on: here it is given to `report`, and neither the source nor the other subscribers
 * notice. Operators keep the guard, so `events.pipe(map(f)).subscribe(g)` is guarded too.
 */

import { Observable, type Observer, type Operator, Subscriber, type Subscription } from 'rxjs';

/** Takes what a subscriber threw. Must not throw itself. */
export type ErrorReport = (error: unknown) => void;

type Next<Value> = (value: Value) => void;

export class GuardedObservable<Value> extends Observable<Value> {
  readonly #report: ErrorReport;

  constructor(from: Observable<unknown>, report: ErrorReport, operator?: Operator<unknown, Value>) {
    super();
    this.source = from;
    this.operator = operator;
    this.#report = report;
  }

  override subscribe(observer?: Partial<Observer<Value>> | Next<Value> | null): Subscription {
    // An operator of a chain: what lies beyond it has a guard of its own.
    if (observer instanceof Subscriber) return super.subscribe(observer);
    const given: Partial<Observer<Value>> =
      typeof observer === 'function' ? { next: observer } : (observer ?? {});
    return super.subscribe({
      next: (value) => this.#run(() => given.next?.(value)),
      error: (reason) => this.#run(() => (given.error ?? this.#report).call(given, reason)),
      complete: () => this.#run(() => given.complete?.()),
    });
  }

  override lift<Result>(operator?: Operator<Value, Result>): Observable<Result> {
    return new GuardedObservable<Result>(this, this.#report, operator as Operator<unknown, Result>);
  }

  #run(task: () => void): void {
    try {
      task();
    } catch (reason) {
      this.#report(reason);
    }
  }
}
