import { describe, expect, it } from 'vitest';
import { instant } from '../../src/base/brands.js';
import { parseFlow } from '../../src/ofproto/flow-syntax.js';
import { Rule } from '../../src/ofproto/rule.js';
import { formatFlow, formatRule } from '../../src/ofproto/rule-text.js';

function rule(text: string): Rule {
  return new Rule(parseFlow(text), { now: instant(1000), version: 1 });
}

describe('formatRule()', () => {
  it('prints counters and ages as ovs-ofctl dump-flows does', () => {
    const shown = rule('cookie=5,table=2,idle_timeout=9,priority=3,tcp,tp_dst=80,actions=output:1');
    shown.credit({ packets: 2, bytes: 120, used: instant(3500), tcpFlags: 0 });
    expect(formatRule(shown, instant(6250))).toBe(
      'cookie=0x5, duration=5.25s, table=2, n_packets=2, n_bytes=120, idle_timeout=9, ' +
        'idle_age=2, priority=3,tcp,tp_dst=80 actions=output:1',
    );
  });

  it('prints the age of the last modification where it differs', () => {
    const old = rule('actions=drop');
    const young = new Rule(old, { now: instant(4000), version: 2 }, old);
    expect(formatRule(young, instant(6000))).toBe(
      'cookie=0x0, duration=5s, table=0, n_packets=0, n_bytes=0, idle_age=2, hard_age=2, ' +
        'actions=drop',
    );
  });
});

describe('formatFlow()', () => {
  it('prints ports by name where it is told how', () => {
    const flow = parseFlow('in_port=1,actions=output:2,resubmit(1,3),LOCAL');
    expect(formatFlow(flow, (port) => `p${port}`)).toBe(
      'in_port=p1 actions=output:p2,resubmit(p1,3),p65534',
    );
  });
});
