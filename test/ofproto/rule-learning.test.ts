import { describe, expect, it } from 'vitest';
import { Coverage } from '../../src/base/coverage.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { parseFlow } from '../../src/ofproto/flow-syntax.js';
import { FlowTables } from '../../src/ofproto/flow-tables.js';
import { canLearnRule, learnRule } from '../../src/ofproto/rule-learning.js';
import { formatFlow } from '../../src/ofproto/rule-text.js';

const LIMIT = 1;
const FIRST = parseFlow('table=1,cookie=5,dl_dst=00:00:00:00:00:01,actions=output:2');
const MOVED = parseFlow('table=1,cookie=5,dl_dst=00:00:00:00:00:01,actions=output:3');
const SECOND = parseFlow('table=1,cookie=5,dl_dst=00:00:00:00:00:02,actions=output:2');

function full(): FlowTables {
  const tables = new FlowTables({ clock: new VirtualClock(), coverage: new Coverage() });
  learnRule(tables, FIRST, LIMIT);
  return tables;
}

describe('learnRule()', () => {
  it('refreshes the same rule at its limit', () => {
    const tables = full();
    expect(canLearnRule(tables, FIRST, LIMIT)).toBe(true);
    expect(learnRule(tables, FIRST, LIMIT)).toBe(tables.rules()[0]);
  });

  it.each([
    ['modifies', MOVED],
    ['makes', SECOND],
  ])('%s nothing at its limit', (_, spec) => {
    const tables = full();
    expect(canLearnRule(tables, spec, LIMIT)).toBe(false);
    expect(learnRule(tables, spec, LIMIT)).toBeUndefined();
    expect(tables.rules().map((rule) => formatFlow(rule))).toEqual([
      'cookie=0x5, table=1, dl_dst=00:00:00:00:00:01 actions=output:2',
    ]);
  });

  it('modifies a rule below its limit', () => {
    const tables = full();
    expect(canLearnRule(tables, MOVED, 2)).toBe(true);
    expect(learnRule(tables, MOVED, 2)?.actions).toEqual(MOVED.actions);
  });
});
