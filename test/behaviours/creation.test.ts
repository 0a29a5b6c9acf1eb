/** Rows of behaviours.md 2.1: creation, configuration, public surface. */

import { describe, expect, it } from 'vitest';
import { showUpcall } from '../../src/actors/udpif-show.js';
import { ovs23Profile } from '../../src/machines/profile-2014.js';
import { createSwitch } from '../../src/switch.js';
import { Runtime } from '../../src/switch-runtime.js';
import { flowOf, runCycle } from '../actors/udpif-bench.js';
import { describeProfiles, installAndDump } from './rows.js';

describe('operator commands', () => {
  it('U-001 in current: are there before the first udpif and stay as they are', async () => {
    const runtime = new Runtime();
    expect(runtime.showUpcall()).toBe('');
    expect(runtime.switchMegaflows(false)).toBe('megaflows disabled');
    expect(runtime.switchMegaflows(true)).toBe('megaflows enabled');
    expect(runtime.setFlowLimit(['7'])).toBe('set flow_limit to 7');
    const sw = createSwitch({ ports: 1, runtime });
    expect(runtime.setFlowLimit(['7'])).toBe('set flow_limit to 7');
    await sw.stop();
  });

  it('U-001 in ovs-2.3: are unknown until the first udpif, then there for good', async () => {
    const runtime = new Runtime(ovs23Profile);
    expect(() => runtime.showUpcall()).toThrow('"upcall/show" is not a valid command');
    expect(() => runtime.switchMegaflows(false)).toThrow('"upcall/disable-megaflows" is not');
    expect(() => runtime.switchMegaflows(true)).toThrow('"upcall/enable-megaflows" is not');
    expect(() => runtime.setFlowLimit(['7'])).toThrow('"upcall/set-flow-limit" is not');
    expect(runtime.areMegaflowsEnabled).toBe(true);
    const sw = createSwitch({ ports: 1, runtime, profile: 'ovs-2.3' });
    expect(runtime.setFlowLimit(['7'])).toBe('set flow_limit to 7');
    await sw.stop();
    expect(runtime.showUpcall()).toBe('');
  });
});

describe('a runtime', () => {
  it('U-003: has a new udpif last, and not any more when its switch has stopped', async () => {
    const runtime = new Runtime();
    const first = createSwitch({ ports: 1, runtime });
    const second = createSwitch({ ports: 1, runtime });
    expect(runtime.udpifs).toEqual([first.udpif, second.udpif]);
    await first.stop();
    expect(runtime.udpifs).toEqual([second.udpif]);
    await second.stop();
  });
});

describeProfiles('creation', (create) => {
  it.each([
    [200_000, 10_000],
    [9_999, 9_999],
    [0, 0],
  ])('U-002: starts a configured limit of %i at %i', (flowLimit, expected) => {
    const { udpif } = create({ isStarted: false, initial: { flowLimit } });
    expect(udpif.status().flowLimit).toBe(expected);
  });

  it('U-003: starts no thread and has counted nothing', () => {
    const { udpif, clock } = create({ isStarted: false });
    expect([...udpif.actorTree().children()]).toEqual([]);
    expect(clock.nextDeadline()).toBeUndefined();
    expect(udpif.status()).toMatchObject({
      flowsCurrent: 0,
      flowsMaximum: 0,
      flowsAverage: 0,
      dumpDurationMs: 0,
      cycles: 0,
      ukeys: 0,
    });
  });

  it('U-003: stops its threads before it is destroyed', () => {
    const bench = create();
    installAndDump(bench, 1, 2);
    const flowsLeft: number[] = [];
    bench.udpif.actor.subscribe({ complete: () => flowsLeft.push(bench.dpif.flows.size) });
    bench.udpif.destroy();
    bench.clock.runDue();
    expect(flowsLeft).toEqual([0]);
    expect([...bench.udpif.actorTree().children()]).toEqual([]);
    expect(bench.clock.nextDeadline()).toBeUndefined();
  });

  it('U-004: takes a new max-idle with the next flow', () => {
    const bench = create({ initial: { maxIdle: 10_000 } });
    installAndDump(bench, 1);
    bench.clock.advance(2_000);
    expect(bench.dpif.flows.size).toBe(1);
    bench.settings.maxIdle = 1_000;
    runCycle(bench);
    expect(bench.dpif.flow(flowOf(1))).toBeUndefined();
  });

  it('U-004: takes a new flow-limit at the end of the next cycle', () => {
    const bench = create();
    bench.settings.flowLimit = 77;
    expect(bench.udpif.status().flowLimit).toBe(10_000);
    runCycle(bench);
    expect(bench.udpif.status().flowLimit).toBe(77);
  });

  it('U-005: shows udpifs in the order of their creation', () => {
    const names = ['one@a', 'two@b', 'three@c'];
    const udpifs = names.map((name) => create({ name }).udpif);
    expect(showUpcall(udpifs).match(/^\S+(?=:$)/gm)).toEqual(names);
  });
});
