import { describe, expect, it } from 'vitest';
import { ofpPort } from '../../src/base/brands.js';
import { BridgeFixture, stats } from './bridge-fixture.js';

const PACKET = 'tcp,in_port=1,dl_src=50:54:00:00:00:0a,dl_dst=50:54:00:00:00:0b,tp_dst=80';
const RULES = [
  'table=0,actions=resubmit(,7),goto_table:1',
  'table=1,tcp,actions=normal',
  'table=1,udp,actions=output:2',
];

const createFixture = () => new BridgeFixture(...RULES);

/** Everything that a credit can reach. */
function credits({ bridge, rules }: BridgeFixture) {
  const { tables, credited } = bridge;
  return {
    credited: { ...credited },
    rules: rules.map(({ packets, bytes, used }) => ({ packets, bytes, used })),
    missRule: tables.missRule.packets,
    matched: [...tables.matched.slice(0, 8)],
    missed: [...tables.missed.slice(0, 8)],
    macs: bridge.macs.count,
  };
}

describe('OfprotoXlateCache.push()', () => {
  it('credits and teaches what the translation that filled it would have', () => {
    const pushed = createFixture();
    pushed.cacheOf(PACKET).push(stats(3, 210), true);
    const translated = createFixture();
    translated.translate(PACKET, { stats: stats(3, 210), mayLearn: true });
    expect(credits(pushed)).toEqual(credits(translated));
    expect(credits(pushed).credited).toEqual({ packets: 3, bytes: 210 });
    expect(credits(pushed).macs).toBe(1);
  });

  it('does nothing with zero packets', () => {
    const fixture = createFixture();
    const before = credits(fixture);
    fixture.cacheOf(PACKET).push({ ...stats(0), bytes: 5 }, true);
    expect(credits(fixture)).toEqual(before);
  });

  it('learns at zero packets where that is asked for, as 2.3 did (B-13)', () => {
    const fixture = createFixture();
    const cache = fixture.cacheOf(PACKET);
    cache.relearn?.();
    expect(fixture.bridge.macs.count).toBe(1);
    expect(fixture.rules[1]?.packets).toBe(0);
    cache.clear();
    fixture.bridge.macs.flush();
    cache.relearn?.();
    expect(fixture.bridge.macs.count).toBe(0);
  });

  it('learns only if it may', () => {
    const fixture = createFixture();
    fixture.cacheOf(PACKET).push(stats(1), false);
    expect(fixture.bridge.macs.count).toBe(0);
    expect(fixture.rules[1]?.packets).toBe(1);
  });

  it('learns nothing on a port that has gone', () => {
    const fixture = createFixture();
    const cache = fixture.cacheOf(PACKET);
    fixture.bridge.removePort(ofpPort(1));
    cache.push(stats(1), true);
    expect(fixture.bridge.macs.count).toBe(0);
  });

  it('credits a rule that has been removed, and the bridge', () => {
    const fixture = createFixture();
    const cache = fixture.cacheOf(PACKET);
    const rule = fixture.rules[1];
    if (rule === undefined) throw new Error('no rule');
    fixture.bridge.tables.delete({ table: 1, match: rule.match });
    cache.push(stats(4), false);
    expect(rule.packets).toBe(4);
    expect(fixture.bridge.credited.packets).toBe(4);
  });

  it('credits the new version of a modified rule', () => {
    const fixture = createFixture();
    const cache = fixture.cacheOf(PACKET);
    const rule = fixture.rules[1];
    if (rule === undefined) throw new Error('no rule');
    fixture.bridge.tables.modify(
      { table: 1, match: rule.match, priority: 0x8000 },
      { actions: [] },
    );
    cache.push(stats(4), false);
    const successor = fixture.bridge.tables.rules().find((each) => each.actions.length === 0);
    expect(successor?.packets).toBe(4);
  });
});

describe('OfprotoXlateCache.clear()', () => {
  it('lets go of everything', () => {
    const fixture = createFixture();
    const cache = fixture.cacheOf(PACKET);
    cache.clear();
    const before = credits(fixture);
    cache.push(stats(9), true);
    expect(credits(fixture)).toEqual(before);
  });
});
