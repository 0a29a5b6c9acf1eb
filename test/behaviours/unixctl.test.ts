/** Rows of behaviours.md 2.13: what operators ask. */

import { describe, expect, it } from 'vitest';
import { setFlowLimit, showUpcall, switchMegaflows } from '../../src/actors/udpif-show.js';
import { type Bench, createBench, flowOf, runCycle } from '../actors/udpif-bench.js';
import { callsOf, create2014, describeProfiles, install, installAndDump } from './rows.js';

/** The ukeys of each map. */
const keysOf = ({ udpif }: Bench): number[] =>
  [...udpif.actorTree().children()]
    .filter(({ actor }) => actor.id.startsWith('ukeys'))
    .map(({ children }) => [...children()].length);

describeProfiles('upcall/show', (create) => {
  it('U-148: reads the number of flows through its cache, and may refresh it', () => {
    const bench = create();
    bench.dpif.plant(flowOf(1));
    bench.clock.advance(101);
    const asked = bench.dpif.calls.length;
    expect(showUpcall([bench.udpif])).toContain('(current 1)');
    bench.dpif.plant(flowOf(2));
    bench.clock.advance(100);
    expect(showUpcall([bench.udpif])).toContain('(current 1)');
    expect(bench.dpif.calls.slice(asked)).toEqual(['getStats']);
    bench.clock.advance(1);
    expect(showUpcall([bench.udpif])).toContain('(current 2)');
  });
});

describe('upcall/show in current', () => {
  it('U-147 in current: prints what 3.1 prints', () => {
    const bench = createBench({ handlers: 2, revalidators: 2, name: 'dummy@ovs-dummy' });
    installAndDump(bench, 1, 3);
    runCycle(bench);
    const [first, second] = keysOf(bench);
    expect(showUpcall([bench.udpif])).toBe(
      [
        'dummy@ovs-dummy:',
        '  flows         : (current 3) (avg 2) (max 3) (limit 10000)',
        '  dump duration : 1ms',
        '  ufid enabled : true',
        '',
        `  3: (keys ${first})`,
        `  4: (keys ${second})`,
        '',
      ].join('\n'),
    );
  });

  it.each([1, 2, 5])('U-149 in current: has a row for each of %i that run', (revalidators) => {
    const bench = createBench({ revalidators });
    installAndDump(bench, 1, 20);
    const rows = [...showUpcall([bench.udpif]).matchAll(/^ {2}\d+: \(keys (\d+)\)$/gm)];
    expect(rows).toHaveLength(revalidators);
    const keys = rows.map(([, count]) => Number(count));
    expect(keys).toEqual(keysOf(bench));
    expect(keys.reduce((sum, count) => sum + count, 0)).toBe(20);
  });

  it('U-149 in current: has no such row where nothing runs', () => {
    const { udpif } = createBench({ isStarted: false });
    expect(showUpcall([udpif])).not.toContain('keys');
  });
});

describe('upcall/show in ovs-2.3', () => {
  it('U-147 in ovs-2.3: prints what 2.3 prints', () => {
    const bench = create2014({ revalidators: 2, name: 'system@ovs-system' });
    installAndDump(bench, 1, 3);
    runCycle(bench);
    const [first, second] = keysOf(bench);
    expect(showUpcall([bench.udpif])).toBe(
      'system@ovs-system:\n' +
        '\tflows         : (current 3) (avg 2) (max 3) (limit 10000)\n' +
        `\tdump duration : 1ms\n\n\t2: (keys ${first})\n\t3: (keys ${second})\n`,
    );
  });

  it('U-149 in ovs-2.3: fails where more revalidators are configured than run', () => {
    const bench = create2014({ isStarted: false });
    expect(showUpcall([bench.udpif])).not.toContain('keys');
    bench.dpif.handlersError = 'EINVAL';
    bench.udpif.setThreads(1, 2);
    bench.clock.runDue();
    expect(() => showUpcall([bench.udpif])).toThrow('2 revalidators are configured and 0 run');
  });
});

describeProfiles('upcall/disable-megaflows and enable-megaflows', (create) => {
  it('U-150: flush every udpif and reply', () => {
    const benches = [create(), create()];
    const udpifs = benches.map(({ udpif }) => udpif);
    for (const bench of benches) install(bench, 1);
    expect(switchMegaflows(udpifs, false)).toBe('megaflows disabled');
    for (const bench of benches) {
      bench.clock.runDue();
      expect(callsOf(bench, /^(handlersSet|flush)/)).toEqual(['handlersSet 1', 'flush']);
      expect(bench.dpif.flows.size).toBe(0);
      install(bench, 1);
      expect(bench.dpif.flow(flowOf(1))?.mask).toBeUndefined();
    }
    expect(switchMegaflows(udpifs, true)).toBe('megaflows enabled');
    for (const bench of benches) {
      bench.clock.runDue();
      install(bench, 1);
      expect(bench.dpif.flow(flowOf(1))?.mask).toBeDefined();
    }
  });
});

describeProfiles('upcall/set-flow-limit', (create) => {
  it.each([
    ['12', 12],
    ['-1', 4_294_967_295],
    ['abc', 0],
    ['7up', 7],
    ['300000', 300_000],
  ])('U-151: takes "%s" for %i, unclamped, in every udpif', (text, expected) => {
    const udpifs = [create().udpif, create().udpif];
    expect(setFlowLimit(udpifs, [text])).toMatch(new RegExp(`^set flow_limit to ${expected}\n?$`));
    for (const udpif of udpifs) expect(udpif.status().flowLimit).toBe(expected);
  });

  it('U-151: wants an argument', () => {
    expect(() => setFlowLimit([create().udpif], [])).toThrow(
      '"upcall/set-flow-limit" command requires at least 1 arguments',
    );
  });

  it('U-152: at 0 lets no flow in and has those dumped deleted, until the next cycle', () => {
    const bench = create();
    installAndDump(bench, 1, 2);
    setFlowLimit([bench.udpif], ['0']);
    bench.clock.advance(101);
    install(bench, 3);
    expect(bench.dpif.flow(flowOf(3))).toBeUndefined();
    expect(bench.dpif.flows.size).toBe(2);
    runCycle(bench);
    expect(bench.dpif.flows.size).toBe(0);
    expect(bench.udpif.status().flowLimit).toBe(1_000);
    bench.clock.advance(101);
    install(bench, 3);
    expect(bench.dpif.flow(flowOf(3))).toBeDefined();
  });
});
