import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/base/rng.js';
import { FlowKey } from '../../src/datapath/flow-key.js';
import { ovs23Profile } from '../../src/machines/profile-2014.js';
import { currentProfile, type Profile } from '../../src/machines/profiles.js';
import { output } from './fake-translator.js';
import { type Bench, createBench, flowOf, revalidate, runCycle } from './udpif-bench.js';

const create = (profile: Profile = ovs23Profile): Bench =>
  createBench({ profile, isObserved: true, initial: { maxIdle: 1_500 } });

/** Flows `1` to `count`, put and seen by a dump. */
function install(bench: Bench, count: number): void {
  for (let id = 1; id <= count; id++) bench.dpif.miss(flowOf(id));
  bench.clock.runDue();
  runCycle(bench);
}

/** Answers of the datapath, each in a turn of its own, until nobody waits for one. */
function answerLate({ clock, dpif, udpif }: Bench): void {
  for (let i = 0; i < 1_000 && !udpif.isQuiescent(); i++) {
    dpif.answer();
    clock.runDue();
  }
  expect(udpif.isQuiescent()).toBe(true);
}

describe('SweepPhase2014', () => {
  it('waits for each flow that it fetches, and deletes what is wrong in batches of 50', () => {
    const bench = create();
    install(bench, 120);
    bench.dpif.timesDumped = () => 0;
    bench.dpif.batches.length = 0;
    bench.translator.answer = (flow) => ({ actions: output(flow[125]! > 60 ? 7 : 2) });
    bench.dpif.isLate = true;
    revalidate(bench);
    answerLate(bench);
    expect(bench.dpif.operations('get')).toHaveLength(120);
    expect(bench.dpif.operations('delete')).toHaveLength(60);
    const deletions = bench.dpif.batches.filter(([first]) => first?.type === 'delete');
    expect(deletions.every((batch) => batch.length <= 50)).toBe(true);
    expect(bench.dpif.flows.size).toBe(60);
    expect(bench.udpif.status().ukeys).toBe(60);
  });

  it('does not judge a ukey that went while its flow was fetched', () => {
    const bench = create();
    install(bench, 1);
    bench.dpif.timesDumped = () => 0;
    bench.dpif.isLate = true;
    revalidate(bench);
    const ukey = bench.udpif.ukey(FlowKey.from(flowOf(1)));
    ukey?.send({ type: 'flow.delete', reason: 'purge' });
    ukey?.send({ type: 'ukey.sweep' });
    answerLate(bench);
    expect(bench.records.filter(({ type }) => type === 'verdict')).toHaveLength(1);
    expect(bench.udpif.status().ukeys).toBe(0);
  });
});

describe('UkeyAnswers2014', () => {
  it('pushes minus what was cached for a deletion that failed, and ends up right (B-02)', () => {
    const bench = create();
    install(bench, 1);
    bench.dpif.hit(flowOf(1), 5);
    runCycle(bench);
    bench.dpif.failures.push({ type: 'delete', error: 'EBUSY' });
    bench.udpif.purge();
    bench.clock.advance(500);
    expect(bench.translator.pushes.at(-1)?.packets).toBe(-5);
    runCycle(bench);
    expect(bench.translator.credited.packets).toBe(6);
  });

  it('counts such a flow twice where nothing is pushed, as later versions do', () => {
    const bench = create({ ...ovs23Profile, deltaOnDeleteError: () => 'missed' });
    install(bench, 1);
    bench.dpif.hit(flowOf(1), 5);
    runCycle(bench);
    bench.dpif.failures.push({ type: 'delete', error: 'EBUSY' });
    bench.udpif.purge();
    bench.clock.advance(500);
    runCycle(bench);
    expect(bench.translator.credited.packets).toBe(11);
  });

  it('carries out a deletion that a stranger asked for, and frees the ukey in the sweep', () => {
    const bench = create();
    install(bench, 1);
    bench.dpif.hit(flowOf(1), 5);
    const ukey = bench.udpif.ukey(FlowKey.from(flowOf(1)));
    ukey?.send({ type: 'flow.delete', reason: 'purge' });
    bench.clock.runDue();
    expect(ukey?.getSnapshot().value).toBe('gone');
    expect(bench.translator.credited.packets).toBe(6);
    runCycle(bench);
    expect(ukey?.getSnapshot().status).toBe('done');
  });
});

describe('FlowJudge2014', () => {
  it('counts what a translator that throws has lost, for that is no defect of the seed', () => {
    const bench = create();
    install(bench, 1);
    bench.dpif.hit(flowOf(1), 5);
    bench.translator.answer = () => {
      throw new Error('planted');
    };
    runCycle(bench);
    expect(bench.udpif.status().uncredited.push).toEqual({ packets: 5, bytes: 300 });
    expect(bench.udpif.status().deleted).toEqual({ xlation_error: 1 });
  });
});

describe('ukeys of 2.3 and the answers to their deletion', () => {
  it('are credited with their last counters, whatever refused deletions answer', () => {
    const { deltaOnDeleteError } = currentProfile;
    const bench = create({ ...ovs23Profile, deltaOnDeleteError });
    bench.dpif.miss(flowOf(1));
    bench.clock.runDue();
    runCycle(bench);
    bench.dpif.hit(flowOf(1), 4);
    bench.udpif.purge();
    bench.clock.runDue();
    expect(bench.translator.credited.packets).toBe(5);
  });

  it('are not asked where they have gone meanwhile', () => {
    const bench = create();
    bench.dpif.miss(flowOf(1));
    bench.clock.runDue();
    runCycle(bench);
    const [ukey] = bench.udpif.ukeys();
    bench.dpif.isLate = true;
    bench.dpif.timesDumped = () => 0;
    ukey?.send({ type: 'flow.delete', reason: 'purge' });
    bench.clock.runDue();
    runCycle(bench);
    expect(ukey?.getSnapshot().status).toBe('done');
    bench.dpif.answer();
    expect(bench.udpif.status()).toMatchObject({ ukeys: 0, deleted: {} });
  });
});

describe('SharedRound', () => {
  it('counts all misses of a flow whose translation threw', () => {
    const bench = create();
    bench.translator.answer = () => {
      throw new Error('planted');
    };
    for (let i = 0; i < 3; i++) bench.dpif.miss(flowOf(1));
    bench.clock.runDue();
    expect(bench.udpif.status().uncredited.translator).toEqual({ packets: 3, bytes: 180 });
    expect(bench.dpif.batches.flat()).toEqual([]);
  });

  it('adds up time, bytes and flags of a flow that came from two bridges apart', () => {
    const bench = create();
    bench.dpif.miss(flowOf(1, 1));
    bench.dpif.miss(flowOf(1, 1), 0, 100);
    bench.dpif.miss(flowOf(1, 10));
    bench.clock.runDue();
    const credited = bench.translator.requests.map(({ port, stats }) => [port, stats?.bytes]);
    expect(credited.sort()).toEqual([
      [1, 160],
      [10, 60],
    ]);
  });
});

describe('createUdpif({ profile })', () => {
  it('refuses ukeys with a mark at their put', () => {
    expect(() => create({ ...ovs23Profile, ukeyAtPut: true })).toThrow(
      'Cannot create udpif: profile "ovs-2.3" makes ukeys at their flow\'s put, where ukeys with ' +
        "a mark have no state for that; set ukeyAtPut to false, or ukeyLife to 'states'",
    );
  });
});

/** Each policy of 2.3 by itself in `current`, and each of `current` in 2.3. */
const MIXED: readonly (readonly [string, Profile])[] = (
  Object.keys(currentProfile) as (keyof Profile)[]
)
  .filter((policy) => !['name', 'ukeyLife', 'defaults'].includes(policy))
  .flatMap((policy): (readonly [string, Profile])[] => [
    [
      `current with the ${policy} of ovs-2.3`,
      { ...currentProfile, [policy]: ovs23Profile[policy] },
    ],
    [
      `ovs-2.3 with the ${policy} of current`,
      { ...ovs23Profile, [policy]: currentProfile[policy] },
    ],
  ])
  .filter(([, { ukeyLife, ukeyAtPut }]) => ukeyLife === 'states' || !ukeyAtPut);

/** Sends packets of eight flows, changes rules, lets cycles run; how many packets went in. */
function shake(bench: Bench): number {
  const { dpif, translator, udpif, clock } = bench;
  const rng = createRng(7);
  let sent = 0;
  for (let i = 0; i < 300; i++) {
    const flow = flowOf(1 + rng.below(8));
    const packets = 1 + rng.below(5);
    if (rng.below(10) === 0) {
      const actions = output(1 + rng.below(2));
      translator.answer = () => ({ actions });
      udpif.revalidate('flow_table');
    } else {
      sent += packets;
      if (!dpif.hit(flow, packets)) for (let n = 0; n < packets; n++) dpif.miss(flow);
    }
    clock.advance(rng.below(200));
  }
  return sent;
}

/** Packets that the datapath has counted and that are not pushed yet. */
function unpushed({ dpif, udpif }: Bench): number {
  let packets = 0;
  for (const { key, stats } of dpif.flows.values()) {
    packets += stats.packets - (udpif.ukey(key)?.getSnapshot().context.stats.packets ?? 0);
  }
  return packets;
}

describe('policies', () => {
  it.each(MIXED)('go together one by one: %s', (_, profile) => {
    const bench = create(profile);
    bench.dpif.timesDumped = (flow) => (flow.stats.packets % 7 === 3 ? 0 : 1);
    const sent = shake(bench);
    bench.dpif.timesDumped = () => 1;
    runCycle(bench);
    expect(bench.translator.credited.packets + unpushed(bench)).toBe(sent);
    bench.udpif.destroy();
    bench.clock.runDue();
    expect(bench.udpif.actor.getSnapshot().status).toBe('done');
  });
});
