import { describe, expect, it } from 'vitest';
import { odpPort } from '../../src/base/brands.js';
import { MemoryPort, RX_RING_MAX, TX_BATCH_MAX } from '../../src/datapath/port.js';

function createPort(onSubscriberError: (error: unknown) => void = () => {}): MemoryPort {
  return new MemoryPort({ name: 'p1', number: odpPort(1), onSubscriberError });
}

const frame = (first: number): Uint8Array => Uint8Array.of(first, 0, 0);

describe('MemoryPort.inject()', () => {
  it('wakes the datapath once for an empty ring, and keeps the order', () => {
    const port = createPort();
    let wakes = 0;
    port.attach(() => wakes++);
    for (const first of [1, 2, 3]) port.inject(frame(first));
    expect(wakes).toBe(1);
    expect([1, 2, 3, 4].map(() => port.receive()?.[0])).toEqual([1, 2, 3, undefined]);
    expect(port.stats).toMatchObject({ rxPackets: 3, rxBytes: 9 });
  });

  it('drops and counts what the ring has no room for', () => {
    const port = createPort();
    port.attach(() => {});
    for (let i = 0; i < RX_RING_MAX; i++) expect(port.inject(frame(1))).toBe(true);
    expect(port.inject(frame(2))).toBe(false);
    expect(port.stats).toMatchObject({ rxPackets: 0, rxDropped: 1 });
    expect(port.pendingCount).toBe(RX_RING_MAX);
  });

  it('drops frames of a port that is in no datapath', () => {
    const port = createPort();
    expect(port.inject(frame(1))).toBe(false);
    expect(port.stats.rxDropped).toBe(1);
  });

  it('goes round the ring', () => {
    const port = createPort();
    port.attach(() => {});
    for (let i = 0; i < 3 * RX_RING_MAX; i++) {
      port.inject(frame(i & 0xff));
      expect(port.receive()?.[0]).toBe(i & 0xff);
    }
  });
});

describe('MemoryPort.transmitted', () => {
  it('emits what was sent as one batch', () => {
    const port = createPort();
    const batches: number[][] = [];
    port.transmitted.subscribe((batch) => batches.push(batch.map(([first = 0]) => first)));
    port.transmit(frame(1));
    port.transmit(frame(2));
    expect(batches).toEqual([]);
    port.flush();
    port.flush();
    expect(batches).toEqual([[1, 2]]);
    expect(port.stats).toMatchObject({ txPackets: 2, txBytes: 6 });
  });

  it('reports a subscriber that throws, and loses nothing for the others', () => {
    const errors: unknown[] = [];
    const port = createPort((error) => errors.push(error));
    const failure = new Error('thrown by a subscriber');
    let count = 0;
    port.transmitted.subscribe(() => {
      throw failure;
    });
    port.transmitted.subscribe((batch) => {
      count += batch.length;
    });
    port.transmit(frame(1));
    port.flush();
    expect([count, errors]).toEqual([1, [failure]]);
  });

  it('bounds what one operation may send, and counts what is beyond', () => {
    const port = createPort();
    let count = 0;
    port.transmitted.subscribe((batch) => {
      count = batch.length;
    });
    for (let i = 0; i < TX_BATCH_MAX + 5; i++) port.transmit(frame(1));
    port.flush();
    expect(count).toBe(TX_BATCH_MAX);
    expect(port.stats).toMatchObject({ txPackets: TX_BATCH_MAX, txDropped: 5 });
  });
});
