import { describe, expect, it } from 'vitest';
import type { InspectionEvent } from 'xstate';
import { SlowReason, type UserspaceCookie } from '../../src/datapath/cookie.js';
import { ovs23Profile } from '../../src/machines/profile-2014.js';
import { currentProfile } from '../../src/machines/profiles.js';
import { Packet } from '../../src/packet/packet.js';
import { slowCookie } from '../behaviours/rows.js';
import { output } from './fake-translator.js';
import { type Bench, createBench, flowOf, revalidate, runCycle } from './udpif-bench.js';

/** Queues misses of flows `from` to `to` and lets the handler run. */
function missRange(bench: Bench, from: number, to: number): void {
  for (let id = from; id <= to; id++) bench.dpif.miss(flowOf(id));
  bench.clock.runDue();
}

/** What the cookies of samples have between them. */
const SAMPLE = {
  vlanTci: 0,
  output: 0,
  probability: 1,
  collectorSetId: 1,
  obsDomainId: 1,
  obsPointId: 1,
  outputPort: 0,
};

describe('UpcallRound', () => {
  it('counts and warns of puts that the limit forbids', () => {
    const bench = createBench({ initial: { flowLimit: 0 } });
    missRange(bench, 1, 2);
    expect(bench.coverage.read('upcall_flow_limit_hit')).toBe(2);
    const text = 'upcall: datapath reached the dynamic limit of 0 flows.';
    expect(bench.logged.map(({ message }) => message)).toContain(text);
  });

  it('replaces an evicted ukey, whose dump_seq the new one inherits (B-16)', () => {
    const bench = createBench();
    missRange(bench, 1, 1);
    const [old] = bench.udpif.ukeys();
    expect(old?.getSnapshot().context.dumpSeq).toBe(0);
    revalidate(bench);
    const seen = old?.getSnapshot().context.dumpSeq;
    old?.send({ type: 'flow.delete', reason: 'purge' });
    bench.clock.runDue();
    expect(old?.getSnapshot().value).toBe('evicted');
    missRange(bench, 1, 1);
    const [ukey] = bench.udpif.ukeys();
    expect(ukey).not.toBe(old);
    expect(old?.getSnapshot().status).toBe('done');
    expect(ukey?.getSnapshot()).toMatchObject({ value: 'operational', context: { dumpSeq: seen } });
    expect(bench.coverage.read('upcall_ukey_replace')).toBe(1);
  });
});

describe('FlowInstaller', () => {
  it('lets a ukey be whose flow is being deleted, and counts that', () => {
    const bench = createBench();
    missRange(bench, 1, 1);
    missRange(bench, 1, 1);
    const counts = () =>
      ['handler_duplicate_upcall', 'ukey_replace_contention'].map((name) =>
        bench.coverage.read(name),
      );
    expect(counts()).toEqual([1, 0]);
    bench.dpif.isLate = true;
    bench.udpif.purge();
    bench.clock.runDue();
    expect([...bench.udpif.ukeys()].map((ukey) => ukey.getSnapshot().value)).toEqual(['evicting']);
    missRange(bench, 1, 1);
    expect(counts()).toEqual([2, 1]);
  });

  it.each([currentProfile, ovs23Profile])(
    'puts what drops packets of a stray port, tells of it and goes on, in $name',
    (profile) => {
      const bench = createBench({ profile, isObserved: true });
      for (const flow of [flowOf(1, 0), flowOf(1, 0), flowOf(2)]) bench.dpif.miss(flow);
      bench.clock.runDue();
      const strays = bench.dpif.operations('put').filter(({ actions }) => actions.length === 0);
      expect(strays).toHaveLength(profile === currentProfile ? 1 : 2);
      expect(bench.records.filter(({ type }) => type === 'put')).toHaveLength(strays.length + 1);
      expect(bench.udpif.isQuiescent()).toBe(true);
      missRange(bench, 3, 3);
      expect(bench.dpif.flow(flowOf(3))).toBeDefined();
    },
  );

  it('makes a new ukey, as good as the first, for a flow that was put behind a purge', () => {
    const bench = createBench();
    bench.dpif.isLate = true;
    missRange(bench, 1, 1);
    bench.dpif.isLate = false;
    bench.udpif.purge();
    bench.clock.runDue();
    bench.dpif.answer();
    expect(bench.dpif.flows.size).toBe(1);
    runCycle(bench);
    runCycle(bench);
    expect(bench.udpif.status()).toMatchObject({ ukeys: 1, deleted: { purge: 1 } });
    expect(bench.dpif.operations('put')).toHaveLength(1);
  });

  it.each([currentProfile, ovs23Profile])('tells of each put, in $name', (profile) => {
    const bench = createBench({ profile, isObserved: true });
    bench.dpif.failures.push({ type: 'put', error: 'ENOSPC' });
    missRange(bench, 1, 2);
    missRange(bench, 3, 3);
    const puts = bench.records.filter(({ type }) => type === 'put');
    expect(puts).toMatchObject([
      { handler: 0, upcall: 1, error: 'ENOSPC', actions: output(2) },
      { handler: 0, upcall: 2, error: undefined, actions: output(2) },
      { handler: 0, upcall: 3, error: undefined, actions: output(2) },
    ]);
  });
});

describe('FlowInstaller, as an inspector sees it', () => {
  it('replaces a ukey that is given up while its put is under way, and whose flow came', () => {
    const seen: string[] = [];
    const observer = (event: InspectionEvent): void => {
      if (event.type === '@xstate.event') seen.push(event.event.type);
    };
    const bench = createBench({ inspect: { observer, ukeys: 'all' } });
    bench.dpif.isLate = true;
    missRange(bench, 1, 1);
    bench.dpif.isLate = false;
    const [ukey] = bench.udpif.ukeys();
    ukey?.send({ type: 'flow.delete', reason: 'purge' });
    bench.clock.runDue();
    expect(ukey?.getSnapshot().value).toBe('evicted');
    const before = seen.length;
    bench.dpif.answer();
    const events = seen.slice(before).filter((type) => /^(ukey|put|flow)/.test(type));
    expect(events).toEqual(['put.succeeded', 'ukey.replace', 'ukey.install', 'put.succeeded']);
    expect([...bench.udpif.ukeys()].map((one) => one.getSnapshot().value)).toEqual(['operational']);
  });
});

describe('Handler', () => {
  it('lets go of its queue when it ends: nothing wakes it any more', () => {
    const bench = createBench();
    bench.dpif.miss(flowOf(1));
    bench.udpif.setThreads(2, 1);
    bench.clock.runDue();
    bench.udpif.destroy();
    bench.clock.runDue();
    expect(bench.dpif.isAwaited).toBe(false);
    expect(bench.clock.nextDeadline()).toBeUndefined();
  });
});

const both = [currentProfile, ovs23Profile];

describe('UpcallRound and keys that are refused', () => {
  it('counts misses that it credits nobody with, and no others', () => {
    const bench = createBench({ isObserved: true });
    for (const port of [0, 666]) {
      bench.dpif.miss(flowOf(1, port), 0, 70);
      bench.dpif.action(flowOf(2, port), { type: 'ipfix' });
    }
    bench.clock.runDue();
    expect(bench.udpif.status().uncredited).toMatchObject({
      unassociated: { packets: 1, bytes: 70 },
      invalid: { packets: 1, bytes: 70 },
    });
    const classes = bench.records.flatMap((record) =>
      record.type === 'upcall' ? [record.class] : [],
    );
    expect(classes).toEqual(['unassociated', 'unassociated', 'invalid', 'invalid']);
    expect(bench.logged).toMatchObject([{ fields: { port: 0 } }, { fields: { port: 0 } }]);
  });

  it('refuses in the middle of a batch a packet whose port goes meanwhile', () => {
    const bench = createBench();
    bench.translator.answer = () => {
      bench.translator.unknownPorts.add(2);
      return { actions: output(3) };
    };
    bench.dpif.miss(flowOf(1, 1));
    bench.dpif.miss(flowOf(2, 2));
    bench.clock.runDue();
    expect(bench.translator.requests.map(({ port }) => port)).toEqual([1]);
    expect(bench.udpif.status().uncredited.unassociated.packets).toBe(1);
    expect(bench.dpif.flow(flowOf(2, 2))?.actions).toEqual([]);
    expect(bench.udpif.isQuiescent()).toBe(true);
  });

  it('translates no second time, for side effects, where the port goes meanwhile', () => {
    const bench = createBench();
    bench.translator.answer = () => {
      bench.translator.unknownPorts.add(1);
      return { actions: output(3), slow: SlowReason.CFM };
    };
    missRange(bench, 1, 1);
    expect(bench.translator.requests).toHaveLength(1);
    expect(bench.coverage.read('upcall_translator_fault')).toBe(0);
  });

  it.each(both)(
    'waits for all drops that it put, and reads no batch before, in $name',
    (profile) => {
      const bench = createBench({ profile });
      const operate = bench.dpif.operate.bind(bench.dpif);
      const held: (() => void)[] = [];
      bench.dpif.operate = (ops, done) => {
        const [first] = ops;
        const isDrop = first?.type === 'put' && first.actions.length === 0;
        if (isDrop) held.push(() => operate(ops, done));
        else operate(ops, done);
      };
      for (const flow of [flowOf(1, 0), flowOf(2, 0), flowOf(3)]) bench.dpif.miss(flow);
      const translations = (): number => {
        bench.clock.runDue();
        return bench.translator.requests.length;
      };
      expect([translations(), held.length]).toEqual([1, 2]);
      missRange(bench, 4, 4);
      for (const expected of [1, 2]) {
        expect(translations()).toBe(1);
        held.shift()?.();
        expect(translations()).toBe(expected);
      }
    },
  );
});

describe('UpcallRound and slow packets', () => {
  it.each([
    [currentProfile, [false, true, true, true]],
    [ovs23Profile, [false, true, true]],
  ] as const)('may learn from them, and says in the trace why, in $name', (profile, skips) => {
    const bench = createBench({ profile });
    const slow: number[] = [];
    bench.udpif.observe({ verdicts: 'none', traces: true }).subscribe((record) => {
      if (record.type === 'xlate') slow.push(record.slow);
    });
    bench.translator.answer = () => ({ actions: output(3), slow: SlowReason.STP });
    bench.dpif.miss(flowOf(1));
    bench.dpif.action(flowOf(1), slowCookie);
    bench.clock.runDue();
    const { requests } = bench.translator;
    expect(requests.every(({ mayLearn }) => mayLearn)).toBe(true);
    expect(requests.map(({ skipWildcards }) => skipWildcards)).toEqual(skips);
    expect(new Set(slow)).toEqual(new Set([SlowReason.STP]));
  });

  it.each(both)('counts no loss of one that a flow has counted, in $name', (profile) => {
    const bench = createBench({ profile });
    bench.translator.answer = () => {
      throw new Error('not ours');
    };
    bench.dpif.action(flowOf(1), slowCookie);
    bench.clock.runDue();
    expect(bench.udpif.status().uncredited.translator.packets).toBe(0);
    expect(bench.coverage.read('upcall_translator_fault')).toBe(1);
  });
});

describe('UpcallRound and samples', () => {
  it.each(['sflow', 'ipfix', 'flow_sample'])(
    'lets a sample go that nobody collects: %s',
    (type) => {
      const bench = createBench();
      bench.dpif.action(flowOf(1), { ...SAMPLE, type } as unknown as UserspaceCookie);
      bench.clock.runDue();
      expect(bench.coverage.read('upcall_telemetry_fault')).toBe(0);
      expect(bench.logged).toEqual([]);
    },
  );
});

describe('UpcallRound in profile ovs-2.3', () => {
  it('fails open where nobody takes packet-ins', () => {
    const bench = createBench({ profile: ovs23Profile });
    bench.translator.answer = () => ({ actions: output(2), failOpen: true });
    for (const packetIns of [undefined, { received: () => {} }]) {
      bench.translator.telemetry = packetIns === undefined ? {} : { packetIns };
      missRange(bench, 1, 1);
    }
    expect(bench.coverage.read('upcall_telemetry_fault')).toBe(0);
  });

  it('leaves the tag on a packet whose port stands for no VLAN', () => {
    const bench = createBench({ profile: ovs23Profile });
    const bytes = new Uint8Array(64);
    bytes.set([0x81, 0x00, 0x00, 0x05], 12);
    bench.dpif.queue({ type: 'miss', packet: new Packet(bytes), key: flowOf(1) });
    bench.clock.runDue();
    const [execution] = bench.dpif.operations('execute');
    expect(execution?.packet.size).toBe(64);
  });

  it('counts nothing that has no name there', () => {
    const bench = createBench({ profile: ovs23Profile });
    missRange(bench, 1, 2);
    missRange(bench, 1, 1);
    runCycle(bench);
    bench.dpif.timesDumped = () => 0;
    revalidate(bench);
    expect(bench.dpif.operations('get')).toHaveLength(2);
    bench.udpif.purge();
    bench.clock.runDue();
    expect(Object.keys(bench.coverage.toJSON())).not.toContain('undefined');
  });
});

describe('UpcallAnswers.allowPut()', () => {
  it('says in current which limit was hit, and in ovs-2.3 nothing', () => {
    for (const profile of [currentProfile, ovs23Profile]) {
      const bench = createBench({ profile, initial: { flowLimit: 0 } });
      missRange(bench, 1, 1);
      const fields = bench.logged.map((line) => line.fields);
      expect(fields).toEqual(profile === currentProfile ? [{ flowLimit: 0 }] : []);
    }
  });
});

describe('UpcallRound and packet-ins', () => {
  it('hands the packet of a controller action to the packet-ins', () => {
    const bench = createBench();
    const sizes: number[] = [];
    bench.translator.telemetry = {
      packetIns: { received: ({ size }) => void sizes.push(size) },
    };
    const cookie = {
      type: 'controller',
      dontSend: false,
      reason: 1,
      recircId: 1,
      ruleCookie: 0n,
      controllerId: 0,
      maxLength: 128,
      ofprotoUuid: '',
      inPort: 1,
    } as unknown as UserspaceCookie;
    bench.dpif.action(flowOf(1), cookie);
    bench.clock.runDue();
    expect(sizes).toEqual([60]);
    expect(bench.dpif.batches).toEqual([]);
  });
});
