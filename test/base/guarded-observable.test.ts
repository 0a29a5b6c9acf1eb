import { filter, map, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { GuardedObservable } from '../../src/base/guarded-observable.js';

function setUp() {
  const source = new Subject<number>();
  const reported: unknown[] = [];
  const guarded = new GuardedObservable<number>(source, (error) => reported.push(error));
  return { source, reported, guarded };
}

const failure = new Error('thrown by a subscriber');
const fail = () => {
  throw failure;
};

describe('GuardedObservable.subscribe()', () => {
  it('reports what a subscriber throws and goes on delivering to it and to others', () => {
    const { source, reported, guarded } = setUp();
    const seen: number[] = [];
    guarded.subscribe((value) => {
      seen.push(value);
      fail();
    });
    guarded.subscribe((value) => seen.push(value * 10));
    source.next(1);
    source.next(2);
    expect(seen).toEqual([1, 10, 2, 20]);
    expect(reported).toEqual([failure, failure]);
  });

  it('guards the far end of a chain of operators', () => {
    const { source, reported, guarded } = setUp();
    guarded
      .pipe(
        filter((value) => value > 1),
        map(String),
      )
      .subscribe(fail);
    source.next(1);
    source.next(2);
    expect(reported).toEqual([failure]);
  });

  it('reports what an operator throws where nobody handles it', () => {
    const { source, reported, guarded } = setUp();
    guarded.pipe(map(fail)).subscribe();
    source.next(1);
    expect(reported).toEqual([failure]);
  });

  it('hands errors and completion to who asks for them', () => {
    const { source, reported, guarded } = setUp();
    const seen: unknown[] = [];
    guarded.pipe(map(fail)).subscribe({ error: (error) => seen.push(error) });
    guarded.subscribe({ complete: () => seen.push('complete') });
    source.next(1);
    source.complete();
    expect(seen).toEqual([failure, 'complete']);
    expect(reported).toEqual([]);
  });

  it('stops with its subscription', () => {
    const { source, guarded } = setUp();
    const seen: number[] = [];
    const subscription = guarded.subscribe((value) => seen.push(value));
    subscription.unsubscribe();
    source.next(1);
    expect(seen).toEqual([]);
  });
});
