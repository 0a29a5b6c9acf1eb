/**
 * What every `Port` does, whatever is behind it: run on ports in memory and on devices.
 */

import { describe, expect, it } from 'vitest';
import { type Port, TX_BATCH_MAX } from '../../src/datapath/port.js';

/** A port, and what is behind it. */
export interface PortHarness {
  readonly port: Port;
  /** A frame arrives from outside. */
  arrive(frame: Uint8Array): void;
  /** What went out, in order. */
  sent(): readonly Uint8Array[];
}

/** A frame that is told apart by one byte. */
export function numberedFrame(number: number, size = 64): Uint8Array {
  const frame = new Uint8Array(size);
  frame[12] = 0x08;
  frame[14] = 0x45;
  frame[size - 1] = number;
  return frame;
}

function numbersOf(frames: readonly (Uint8Array | undefined)[]): (number | undefined)[] {
  return frames.map((frame) => frame?.at(-1));
}

export function describePort(name: string, create: () => PortHarness): void {
  describe(`${name}, as a port`, () => {
    it('wakes the datapath once for frames that wait, and keeps their order', () => {
      const { port, arrive } = create();
      let wakes = 0;
      port.attach(() => wakes++);
      for (const number of [1, 2, 3]) arrive(numberedFrame(number));
      expect([wakes, port.pendingCount > 0]).toEqual([1, true]);
      const received = [1, 2, 3, 4].map(() => port.receive());
      expect(numbersOf(received)).toEqual([1, 2, 3, undefined]);
      expect(port.pendingCount).toBe(0);
      expect(port.stats).toMatchObject({ rxPackets: 3, rxBytes: 192, rxDropped: 0 });
    });

    it('wakes the datapath again after the last frame was received', () => {
      const { port, arrive } = create();
      let wakes = 0;
      port.attach(() => wakes++);
      for (const number of [1, 2, 3]) {
        arrive(numberedFrame(number));
        expect(numbersOf([port.receive()])).toEqual([number]);
      }
      expect(wakes).toBe(3);
    });

    it('gives frames away for good: later ones do not change them', () => {
      const { port, arrive } = create();
      port.attach(() => {});
      const received: (Uint8Array | undefined)[] = [];
      for (let i = 0; i < 3000; i++) {
        arrive(numberedFrame(i & 0xff));
        received.push(port.receive());
      }
      expect(numbersOf(received)).toEqual(received.map((_, i) => i & 0xff));
    });

    it('drops what waits when it is detached, and wakes nobody any more', () => {
      const { port, arrive } = create();
      let wakes = 0;
      port.attach(() => wakes++);
      arrive(numberedFrame(1));
      port.detach();
      arrive(numberedFrame(2));
      expect([wakes, port.pendingCount, port.receive()]).toEqual([1, 0, undefined]);
      expect(port.stats.rxPackets).toBe(0);
      expect(port.stats.rxDropped).toBeGreaterThan(0);
    });

    it('sends what was transmitted when it is flushed, in order', () => {
      const { port, sent } = create();
      port.attach(() => {});
      for (const number of [1, 2, 3]) port.transmit(numberedFrame(number));
      expect(sent()).toEqual([]);
      port.flush();
      port.flush();
      expect(numbersOf(sent())).toEqual([1, 2, 3]);
      expect(port.stats).toMatchObject({ txPackets: 3, txBytes: 192, txDropped: 0 });
    });

    it('bounds what one operation may send, and counts what is beyond', () => {
      const { port, sent } = create();
      port.attach(() => {});
      for (let i = 0; i < TX_BATCH_MAX + 5; i++) port.transmit(numberedFrame(1));
      port.flush();
      expect(sent()).toHaveLength(TX_BATCH_MAX);
      expect(port.stats).toMatchObject({ txPackets: TX_BATCH_MAX, txDropped: 5 });
    });
  });
}
