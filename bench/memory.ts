/**
 * How many bytes does a flow hold: in the datapath, its ukey actor, its translation cache?
 *
 * Needs `node --expose-gc`. Reports what the heap and its buffers grew by, and what the process
 * did; the latter is what an operator sees, and hangs on what the process had done before.
 */

import { createFixture, forward, runCycle, udpFrames } from './switch-fixture.js';

/** Bytes a flow of ovs-vswitchd 3.1. */
export const OVS_BYTES = 3600;

export interface MemoryFigure {
  readonly size: number;
  readonly heapBytes: number;
  readonly residentBytes: number;
}

/** What `size` flows cost, each; undefined where the collector cannot be called. */
export function measureMemory(size: number): MemoryFigure | undefined {
  const collect = globalThis.gc;
  if (collect === undefined) return undefined;
  const fixture = createFixture();
  const frames = udpFrames(size);
  collect();
  const before = process.memoryUsage();
  forward(fixture, frames);
  runCycle(fixture);
  collect();
  const after = process.memoryUsage();
  const heap = (usage: NodeJS.MemoryUsage) => usage.heapUsed + usage.external;
  if (fixture.sw.datapath.getStats().flows !== size) {
    throw new Error('Cannot measure memory: not every flow was set up');
  }
  return {
    size,
    heapBytes: (heap(after) - heap(before)) / size,
    residentBytes: (after.rss - before.rss) / size,
  };
}
