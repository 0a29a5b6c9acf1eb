import { describe, expect, it } from 'vitest';
import { formatBody } from '../../src/ofproto/rule-text.js';
import { shadowedRules } from '../../src/ofproto/shadowed-rules.js';
import { BridgeFixture } from './bridge-fixture.js';

function shadows(...flows: string[]): string[] {
  const { rules } = new BridgeFixture(...flows);
  return [...shadowedRules(rules)].map(
    ([rule, other]) => `${formatBody(rule)} < ${formatBody(other)}`,
  );
}

describe('shadowedRules()', () => {
  it('finds a rule all of whose packets another one takes', () => {
    expect(shadows('priority=2,tcp,actions=2', 'priority=1,tcp,tp_dst=80,actions=3')).toEqual([
      'priority=1,tcp,tp_dst=80 actions=output:3 < priority=2,tcp actions=output:2',
    ]);
  });

  it('names the one of highest priority', () => {
    const found = shadows(
      'priority=2,ip,actions=2',
      'priority=3,tcp,actions=2',
      'priority=1,tcp,actions=3',
    );
    expect(found).toEqual(['priority=1,tcp actions=output:3 < priority=3,tcp actions=output:2']);
  });

  it('leaves alone what some packet can meet', () => {
    expect(
      shadows(
        'priority=2,tcp,tp_dst=80,actions=2',
        'priority=1,tcp,actions=3',
        'priority=1,ip,actions=3',
        'table=1,priority=0,tcp,actions=3',
      ),
    ).toEqual([]);
  });

  it('knows that a rule of a conjunction takes no packet alone', () => {
    expect(shadows('priority=2,ip,actions=conjunction(1,1/2)', 'priority=1,tcp,actions=3')).toEqual(
      [],
    );
  });
});
