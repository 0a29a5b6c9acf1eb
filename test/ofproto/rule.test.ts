import { describe, expect, it } from 'vitest';
import { instant } from '../../src/base/brands.js';
import { CATCH_ALL } from '../../src/ofproto/match.js';
import { createMissRule } from '../../src/ofproto/rule.js';
import { rule } from './rule-arbitrary.js';

const STATS = { packets: 2, bytes: 128, used: instant(5000), tcpFlags: 0 };

describe('Rule.credit()', () => {
  it('adds packets and bytes, and moves the time of use forward only', () => {
    const counted = rule(CATCH_ALL, 1);
    counted.credit(STATS);
    counted.credit({ ...STATS, used: instant(4000) });
    expect(counted).toMatchObject({ packets: 4, bytes: 256, used: 5000 });
  });

  it('counts for the last successor, as long as every one takes the counts over', () => {
    const [first, second, third] = [rule(CATCH_ALL, 1), rule(CATCH_ALL, 1), rule(CATCH_ALL, 1)];
    first.succeed(second, true);
    second.succeed(third, false);
    first.credit(STATS);
    expect(third).toMatchObject({ packets: 0, used: 5000 });
    expect(second).toMatchObject({ packets: 0, used: 1000 });
  });
});

describe('Rule.isVisibleIn()', () => {
  it('holds from the version that added it to the one that removed it', () => {
    const removed = rule(CATCH_ALL, 1, 3);
    removed.removedIn = 5;
    expect([2, 3, 4, 5].map((version) => removed.isVisibleIn(version))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});

describe('createMissRule()', () => {
  it('drops, and is hidden', () => {
    const miss = createMissRule({ now: instant(1000), version: 1 });
    expect(miss).toMatchObject({ isHidden: true, actions: [], table: 254, priority: 0 });
  });
});
