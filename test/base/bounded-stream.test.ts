import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { BoundedStream } from '../../src/base/bounded-stream.js';

async function readAll<Value>(stream: BoundedStream<Value>): Promise<Value[]> {
  const values: Value[] = [];
  for await (const value of stream) values.push(value);
  return values;
}

describe('BoundedStream', () => {
  it('gives what came before and after it is read, until the source ends', async () => {
    const source = new Subject<number>();
    const stream = new BoundedStream(source);
    source.next(1);
    const all = readAll(stream);
    source.next(2);
    source.complete();
    expect(await all).toEqual([1, 2]);
  });

  it('drops and counts the newest values once it is full', async () => {
    const source = new Subject<number>();
    const stream = new BoundedStream(source, 2);
    for (const value of [1, 2, 3, 4]) source.next(value);
    source.complete();
    expect(stream.dropped).toBe(2);
    expect(await readAll(stream)).toEqual([1, 2]);
  });

  it('lets go of its source when the reader leaves', async () => {
    const source = new Subject<number>();
    const stream = new BoundedStream(source);
    source.next(1);
    for await (const _ of stream) break;
    expect(source.observed).toBe(false);
    expect(await stream.next()).toEqual({ value: undefined, done: true });
  });

  it('wakes a reader that waits when it is ended', async () => {
    const stream = new BoundedStream(new Subject<number>());
    const waiting = stream.next();
    await stream.return();
    expect(await waiting).toEqual({ value: undefined, done: true });
  });
});
