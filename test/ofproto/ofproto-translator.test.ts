import { describe, expect, it } from 'vitest';
import { odpPort, ofpPort } from '../../src/base/brands.js';
import { Coverage } from '../../src/base/coverage.js';
import type { Log } from '../../src/base/log.js';
import { silentLog } from '../../src/base/log.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { parseFlow } from '../../src/ofproto/flow-syntax.js';
import { Ofproto } from '../../src/ofproto/ofproto.js';
import { createOfprotoTranslator } from '../../src/ofproto/ofproto-translator.js';
import { IN_PORT } from '../../src/packet/flow-layout.js';
import { BridgeFixture, parsePacket, stats } from './bridge-fixture.js';

/** Two bridges; OpenFlow port 1 of the second is datapath port 11. */
function createTwoBridges(log: Log = silentLog) {
  const clock = new VirtualClock();
  const coverage = new Coverage();
  const bridges = ['br0', 'br1'].map((name, index) => {
    const bridge = new Ofproto({ name, clock, coverage });
    for (const number of [1, 2]) {
      const odp = odpPort(10 * index + number);
      bridge.addPort({ name: `${name}-${number}`, ofpPort: ofpPort(number), odpPort: odp });
    }
    return bridge;
  });
  const translator = createOfprotoTranslator({ bridges, clock, coverage, log });
  return { bridges, translator, clock, coverage };
}

describe('OfprotoTranslator.receive()', () => {
  it('finds the bridge of a datapath port, and its OpenFlow port', () => {
    const { bridges, translator } = createTwoBridges();
    const ingress = translator.receive(parsePacket('ip,in_port=12'));
    if (ingress === 'ENODEV') throw new Error('no such port');
    expect(ingress.ofproto).toBe(bridges[1]);
    expect(ingress.flow[IN_PORT]).toBe(2);
    expect(ingress.odpInPort).toBe(12);
  });

  it('knows no bridge for an unknown port', () => {
    const { bridges, translator } = createTwoBridges();
    expect(translator.receive(parsePacket('ip,in_port=3'))).toBe('ENODEV');
    bridges[0]?.removePort(ofpPort(1));
    expect(translator.receive(parsePacket('ip,in_port=1'))).toBe('ENODEV');
  });
});

describe('OfprotoTranslator.translate()', () => {
  it('uses the rules and the ports of the bridge', () => {
    const { bridges, translator } = createTwoBridges();
    bridges[1]?.tables.add(parseFlow('in_port=1,actions=output:2'));
    const ingress = translator.receive(parsePacket('ip,in_port=11'));
    if (ingress === 'ENODEV') throw new Error('no such port');
    const request = { ingress, tcpFlags: 0, mayLearn: false, skipWildcards: false };
    expect(translator.translate(request).actions).toEqual([{ type: 'output', port: 12 }]);
  });

  it('logs failures, five at once', () => {
    const lines: object[] = [];
    const log = { ...silentLog, warn: (fields: object) => lines.push(fields) };
    const { bridges, translator, coverage } = createTwoBridges(log);
    bridges[0]?.tables.add(parseFlow('actions=resubmit(,0)'));
    for (let i = 0; i < 9; i++) {
      const ingress = translator.receive(parsePacket('ip,in_port=1'));
      if (ingress === 'ENODEV') throw new Error('no such port');
      translator.translate({ ingress, tcpFlags: 0, mayLearn: false, skipWildcards: false });
    }
    expect(lines).toHaveLength(5);
    expect(lines[0]).toEqual({ bridge: 'br0', error: 'recursion_too_deep' });
    expect(coverage.read('xlate_error_recursion_too_deep')).toBe(9);
    expect(coverage.read('xlate_actions')).toBe(9);
  });
});

describe('OfprotoTranslator.revalidations', () => {
  it('carries what any bridge announces', () => {
    const { bridges, translator } = createTwoBridges();
    const reasons: string[] = [];
    translator.revalidations.subscribe((reason) => reasons.push(reason));
    bridges[1]?.tables.add(parseFlow('actions=drop'));
    bridges[0]?.removePort(ofpPort(1));
    expect(reasons).toEqual(['flow_table', 'reconfigure']);
  });
});

describe('OfprotoTranslator.credited', () => {
  it('sums what the bridges credited', () => {
    const fixture = new BridgeFixture('actions=drop');
    fixture.translate('ip,in_port=1', { stats: stats(2) });
    fixture.cacheOf('ip,in_port=2').push(stats(3), false);
    expect(fixture.translator.credited).toEqual({ packets: 5, bytes: 500 });
  });
});

describe('OfprotoTranslator.nextDeadline()', () => {
  it('is the earliest of all bridges', () => {
    const { bridges, translator, clock } = createTwoBridges();
    expect(translator.nextDeadline()).toBeUndefined();
    bridges[0]?.tables.add(parseFlow('hard_timeout=20,actions=drop'));
    bridges[1]?.tables.add(parseFlow('hard_timeout=10,actions=drop'));
    expect(translator.nextDeadline()).toBe(clock.now() + 10_001);
    clock.advance(10_001);
    translator.runAfterDump(clock.now());
    expect(translator.nextDeadline()).toBe(clock.now() + 10_000);
  });
});
