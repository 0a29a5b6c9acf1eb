import { describe, expect, it } from 'vitest';
import { OperationBatch } from '../../src/actors/operation-batch.js';
import type { UdpifCore } from '../../src/actors/udpif-core.js';
import { createBench, flowOf } from './udpif-bench.js';

/** A batch with one deletion in it, and what comes of it, in order. */
function createBatch() {
  const { dpif, udpif, clock } = createBench();
  dpif.miss(flowOf(1));
  clock.runDue();
  const [ukey] = udpif.ukeys();
  if (ukey === undefined) throw new Error('Cannot delete: no ukey');
  const log: string[] = [];
  const answers = {
    settleDelete: (_operation: object, _actor: object, isSweeping: boolean) =>
      void log.push(isSweeping ? 'swept' : 'deleted'),
    settleModify: () => void log.push('modified'),
  };
  const core = { deps: { dpif } } as unknown as UdpifCore;
  const batch = new OperationBatch(core, answers, () => log.push('resumed'));
  batch.addDelete(ukey);
  return { batch, ukey, dpif, log };
}

describe('OperationBatch.push()', () => {
  it('has all settled where the answers come at once, and nobody to resume', () => {
    const { batch, ukey, log } = createBatch();
    expect(batch.push(false)).toBe(true);
    batch.addModify(ukey);
    batch.addDelete(ukey);
    expect(batch.push(true)).toBe(true);
    expect(log).toEqual(['deleted', 'modified', 'swept']);
  });

  it('resumes whoever waits when the answers come later', () => {
    const { batch, dpif, log } = createBatch();
    dpif.isLate = true;
    expect(batch.push(false)).toBe(false);
    expect(log).toEqual([]);
    dpif.answer();
    expect(log).toEqual(['deleted', 'resumed']);
    expect(batch.push(false)).toBe(true);
    dpif.answer();
    expect(log).toHaveLength(2);
  });
});
