import { describe, expect, it } from 'vitest';
import { ovs23Profile } from '../../src/machines/profile-2014.js';
import { currentProfile } from '../../src/machines/profiles.js';
import { output } from './fake-translator.js';
import {
  type Bench,
  type BenchOptions,
  createBench,
  flowOf,
  revalidate,
  runCycle,
} from './udpif-bench.js';

const fail = (): never => {
  throw new Error('not ours');
};

function createInstalled(options: BenchOptions = {}): Bench {
  const bench = createBench(options);
  bench.dpif.miss(flowOf(1));
  bench.clock.runDue();
  runCycle(bench);
  return bench;
}

const deletedOf = ({ udpif }: Bench) => udpif.status().deleted;

describe('FlowJudge.judge()', () => {
  it('deletes a flow whose modification failed, in the next sweep or dump', () => {
    const bench = createInstalled();
    bench.translator.answer = () => ({ actions: output(3) });
    bench.dpif.hit(flowOf(1), 2);
    bench.dpif.failures.push({ type: 'put', error: 'EINVAL' });
    revalidate(bench);
    expect(deletedOf(bench)).toEqual({ update_fail: 1 });
    expect(bench.dpif.flows.size).toBe(0);
    expect(bench.translator.credited.packets).toBe(3);
  });

  it('modifies again a flow whose modification failed, and its deletion too', () => {
    const bench = createInstalled({ isObserved: true });
    bench.translator.answer = () => ({ actions: [] });
    bench.dpif.failures.push({ type: 'put', error: 'EINVAL' }, { type: 'delete', error: 'EBUSY' });
    revalidate(bench);
    expect(bench.coverage.read('dpif_flow_put_error')).toBe(1);
    expect(bench.dpif.flow(flowOf(1))?.actions).toEqual(output(2));
    revalidate(bench);
    expect(bench.dpif.flow(flowOf(1))?.actions).toEqual([]);
    const told = bench.records.filter(({ type }) => type === 'modify');
    expect(told).toMatchObject([
      { actions: [], rules: [], error: 'EINVAL' },
      { actions: [], rules: [], error: undefined },
    ]);
  });

  it('tells which rules a modified flow stands for now', () => {
    const bench = createInstalled({ isObserved: true });
    const rule = { bridge: 'br0', table: 0, text: 'actions=drop', isHidden: false };
    bench.translator.createCache = () => ({
      push: () => {},
      clear: () => {},
      rules: () => [rule],
    });
    bench.translator.answer = () => ({ actions: [] });
    revalidate(bench);
    expect(bench.records).toContainEqual(
      expect.objectContaining({ type: 'modify', rules: [rule] }),
    );
  });

  it('is purged where its modification failed in a sweep', () => {
    const bench = createInstalled();
    bench.dpif.timesDumped = () => 0;
    bench.translator.answer = () => ({ actions: [] });
    bench.dpif.failures.push({ type: 'put', error: 'EINVAL' });
    revalidate(bench);
    const [ukey] = bench.udpif.ukeys();
    expect(ukey?.getSnapshot().value).toBe('inconsistent');
    bench.udpif.purge();
    bench.clock.runDue();
    expect(deletedOf(bench)).toEqual({ purge: 1 });
  });

  it('deletes a flow that no cache can be made for, be it hit or looked at again', () => {
    for (const look of [runCycle, revalidate]) {
      const bench = createInstalled();
      bench.translator.createCache = fail;
      bench.dpif.hit(flowOf(1), 2);
      const asked = bench.translator.requests.length;
      look(bench);
      expect(deletedOf(bench)).toEqual({ xlation_error: 1 });
      const since = bench.translator.requests.slice(asked);
      expect(since.filter(({ stats }) => stats === undefined)).toEqual([]);
    }
  });

  it('tells a key that is none from one that no bridge wants', () => {
    const bench = createBench();
    for (const port of [0, 666]) bench.dpif.plant(flowOf(1, port));
    runCycle(bench);
    revalidate(bench);
    expect(deletedOf(bench)).toEqual({ no_ofproto: 1, xlation_error: 1 });
  });

  it('deletes what it may not modify in place', () => {
    const bench = createInstalled({ profile: { ...currentProfile, modifyInPlace: false } });
    bench.translator.answer = () => ({ actions: output(3) });
    revalidate(bench);
    expect(deletedOf(bench)).toEqual({ xlation_error: 1 });
  });

  it('remembers that this dump saw a flow whose deletion is refused', () => {
    const bench = createInstalled({ initial: { maxIdle: 1_600 } });
    bench.dpif.timesDumped = () => 0;
    runCycle(bench);
    runCycle(bench);
    const [ukey] = bench.udpif.ukeys();
    expect(ukey?.getSnapshot().context.missedDumps).toBe(2);
    bench.dpif.timesDumped = () => 1;
    bench.dpif.failures.push({ type: 'delete', error: 'EBUSY' });
    const dumpSeq = bench.udpif.dumpSeq.read();
    runCycle(bench);
    expect(ukey?.getSnapshot()).toMatchObject({
      value: 'operational',
      context: { missedDumps: 0, dumpSeq },
    });
  });
});

describe('a flow without a mask', () => {
  it.each([
    [currentProfile, 'exact', {}],
    [currentProfile, 'unknown', { flow_wildcarded: 1 }],
    [ovs23Profile, 'exact', {}],
    [ovs23Profile, 'unknown', { flow_wildcarded: 1 }],
  ] as const)('is in $name what the profile says: %s %s', (profile, unmaskedFlow, deleted) => {
    const bench = createBench({ profile: { ...profile, unmaskedFlow } });
    bench.dpif.plant(flowOf(1), output(2));
    runCycle(bench);
    bench.dpif.hit(flowOf(1), 9);
    revalidate(bench);
    expect(deletedOf(bench)).toEqual(deleted);
  });
});
