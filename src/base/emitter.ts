/**
 * A source of values whose subscribers cannot hurt it, nor one another.
 *
 * An rxjs `Subject` hands a subscriber's exception to the host, which ends the process. Here it is
 * reported to `onError`, also where operators stand in between, and the other subscribers get their
 * value all the same.
 *
 * Owner: whoever holds the `Emitter`; others see its `stream`.
 */

import {
  Observable,
  type Observer,
  type Operator,
  Subject,
  Subscriber,
  type Subscription,
} from 'rxjs';

export class Emitter<T> {
  readonly #subject = new Subject<T>();
  readonly stream: Observable<T>;

  constructor(onError: (error: unknown) => void) {
    this.stream = new GuardedObservable<T>(this.#subject, undefined, onError);
  }

  /** Whether anyone listens: what is costly to make can be left out where nobody does. */
  get isObserved(): boolean {
    return this.#subject.observed;
  }

  emit(value: T): void {
    this.#subject.next(value);
  }

  complete(): void {
    this.#subject.complete();
  }
}

/**
 * An observable that reports its subscribers' exceptions, and so does all that is piped from it.
 */
class GuardedObservable<T> extends Observable<T> {
  readonly #onError: (error: unknown) => void;

  constructor(
    source: Observable<unknown>,
    operator: Operator<unknown, T> | undefined,
    onError: (error: unknown) => void,
  ) {
    super((subscriber) => source.subscribe(subscriber as Subscriber<unknown>));
    this.#onError = onError;
    if (operator === undefined) return;
    this.source = source as Observable<T>;
    this.operator = operator as Operator<T, T>;
  }

  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const lifted = operator as Operator<unknown, R> | undefined;
    return new GuardedObservable<R>(this, lifted, this.#onError);
  }

  override subscribe(
    observer?: Partial<Observer<T>> | ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    if (observer instanceof Subscriber || observer instanceof Subject) {
      return super.subscribe(observer);
    }
    const given = typeof observer === 'function' ? { next: observer } : (observer ?? {});
    const failed = error ?? given.error?.bind(given);
    const ended = complete ?? given.complete?.bind(given);
    const guard = this.#guard;
    return super.subscribe({
      next: (value) => guard(() => given.next?.(value)),
      error: (cause) => (failed === undefined ? this.#onError(cause) : guard(() => failed(cause))),
      complete: () => guard(() => ended?.()),
    });
  }

  readonly #guard = (step: () => void): void => {
    try {
      step();
    } catch (error) {
      this.#onError(error);
    }
  };
}
