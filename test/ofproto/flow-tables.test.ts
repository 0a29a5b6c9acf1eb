import { describe, expect, it } from 'vitest';
import { instant, ofpPort } from '../../src/base/brands.js';
import { Coverage } from '../../src/base/coverage.js';
import { FlowTables } from '../../src/ofproto/flow-tables.js';
import { CATCH_ALL, Match } from '../../src/ofproto/match.js';
import { type Ofpacts, TABLE_MAX } from '../../src/ofproto/ofpact.js';
import { RuleFlag, type RuleRemoval } from '../../src/ofproto/rule.js';
import { createFlow, createFlowMask, type Flow } from '../../src/packet/flow.js';
import { IN_PORT, NW_PROTO, TP } from '../../src/packet/flow-layout.js';
import { flowSpec } from './rule-arbitrary.js';

function match(word: number, value: number, bits = 0xffff_ffff): Match {
  const flow = createFlow();
  const mask = createFlowMask();
  flow[word] = value;
  mask[word] = bits;
  return new Match(flow, mask);
}

function packet(word: number, value: number): Flow {
  const flow = createFlow();
  flow[word] = value;
  return flow;
}

function output(port: number): Ofpacts {
  return [{ type: 'output', port: ofpPort(port), maxLength: 0 }];
}

/** Tables whose time stands still until a test moves it. */
function setUp(rulesMax?: number) {
  const clock = { time: 1000, now: () => instant(clock.time) };
  const coverage = new Coverage();
  const tables = new FlowTables(
    rulesMax === undefined ? { clock, coverage } : { clock, coverage, rulesMax },
  );
  let changeCount = 0;
  tables.changes.subscribe(() => changeCount++);
  const removals: RuleRemoval[] = [];
  tables.removals.subscribe((removal) => removals.push(removal));
  const find = (flow: Flow) => tables.lookup(0, tables.version, flow, undefined);
  return { clock, coverage, tables, removals, changeCount: () => changeCount, find };
}

const STATS = { packets: 3, bytes: 300, used: instant(5000), tcpFlags: 0 };
const PORT1 = match(IN_PORT, 1);

describe('FlowTables.lookup()', () => {
  it('finds the rule of the highest priority in the table asked for', () => {
    const { tables, find } = setUp();
    tables.add(flowSpec(CATCH_ALL, { priority: 1 }));
    const high = tables.add(flowSpec(PORT1, { priority: 2 }));
    tables.add(flowSpec(PORT1, { priority: 3, table: 1 }));
    expect(find(packet(IN_PORT, 1))).toBe(high);
  });

  it('answers a miss with the hidden rule, which drops', () => {
    const { tables, find } = setUp();
    expect(find(createFlow())).toBe(tables.missRule);
    expect(tables.missRule).toMatchObject({ isHidden: true, actions: [], table: 254 });
    expect(tables.rules()).toEqual([]);
  });

  it('takes the ports of a fragment for zero, and leaves the flow as it was', () => {
    const { tables, find } = setUp();
    tables.add(flowSpec(match(TP, 80, 0xffff)));
    const fragment = packet(TP, 80);
    fragment[NW_PROTO] = 0x0100_0006;
    expect(find(fragment)).toBe(tables.missRule);
    expect(fragment[TP]).toBe(80);
  });

  it('answers from a pinned version until it is unpinned', () => {
    const { tables } = setUp();
    const old = tables.add(flowSpec(PORT1));
    const pinned = tables.pin();
    tables.delete({ match: CATCH_ALL });
    expect(tables.lookup(0, pinned, packet(IN_PORT, 1), undefined)).toBe(old);
    expect(tables.lookup(0, tables.version, packet(IN_PORT, 1), undefined)).toBe(tables.missRule);
    tables.unpin();
    expect(tables.lookup(0, pinned, packet(IN_PORT, 1), undefined)).toBe(tables.missRule);
  });
});

describe('FlowTables.add()', () => {
  it('makes a new version and says so once', () => {
    const { tables, changeCount } = setUp();
    const before = tables.version;
    tables.add(flowSpec(PORT1));
    expect(tables.version).toBe(before + 1);
    expect(changeCount()).toBe(1);
  });

  it('replaces a flow of the same match and priority', () => {
    const { tables, find, removals } = setUp();
    tables.add(flowSpec(PORT1, { actions: output(1) }));
    const young = tables.add(flowSpec(PORT1, { actions: output(2) }));
    expect(tables.rules()).toEqual([young]);
    expect(tables.count(0)).toBe(1);
    expect(find(packet(IN_PORT, 1))).toBe(young);
    expect(removals).toEqual([]);
  });

  it('gives the new flow the old counters, unless they are to be reset', () => {
    const { tables } = setUp();
    tables.add(flowSpec(PORT1)).credit(STATS);
    const keeping = tables.add(flowSpec(PORT1));
    expect(keeping).toMatchObject({ packets: 3, bytes: 300 });
    const resetting = tables.add(flowSpec(PORT1, { flags: RuleFlag.RESET_COUNTS }));
    expect(resetting).toMatchObject({ packets: 0, bytes: 0, used: 5000 });
    keeping.credit({ ...STATS, used: instant(6000) });
    expect(resetting).toMatchObject({ packets: 0, bytes: 0, used: 6000 });
  });

  it('counts, whatever the flow says of counting, as OVS does', () => {
    const { tables } = setUp();
    const flags = RuleFlag.NO_PACKET_COUNTS | RuleFlag.NO_BYTE_COUNTS;
    const rule = tables.add(flowSpec(PORT1, { flags }));
    rule.credit(STATS);
    expect(rule).toMatchObject({ packets: 3, bytes: 300, flags });
  });

  it('gives up the least important flow of a full table, of equals the soonest to expire', () => {
    const { tables, coverage, removals } = setUp(3);
    tables.limit(0, { evicts: true });
    const specs = [0, 5, 5, 5, 5].map((importance, i) =>
      flowSpec(match(IN_PORT, i), { importance, hardTimeout: 100 - i }),
    );
    for (const spec of specs) tables.add(spec);
    expect(removals.map(({ rule, reason }) => [rule.match, reason])).toEqual([
      [specs[0]?.match, 'eviction'],
      [specs[3]?.match, 'eviction'],
    ]);
    expect(coverage.read('ofproto_evict_rule')).toBe(2);
    expect(tables.count(0)).toBe(3);
  });

  it('gives up no flow without timeouts', () => {
    const { tables } = setUp(1);
    tables.limit(0, { evicts: true });
    tables.add(flowSpec(PORT1, { importance: 0 }));
    expect(() => tables.add(flowSpec(CATCH_ALL))).toThrow('it is full at 1 flows');
  });

  it('refuses a flow more than the table holds, but not a replacement', () => {
    const { tables } = setUp(1);
    tables.add(flowSpec(PORT1));
    tables.add(flowSpec(PORT1));
    tables.add(flowSpec(PORT1, { table: 1 }));
    expect(() => tables.add(flowSpec(CATCH_ALL))).toThrow(
      'Cannot add flow to table 0: it is full at 1 flows; delete some first',
    );
  });

  it('refuses an overlapping flow where it was asked to look', () => {
    const { tables } = setUp();
    tables.add(flowSpec(PORT1));
    const spec = flowSpec(CATCH_ALL, { flags: RuleFlag.CHECK_OVERLAP });
    expect(() => tables.add(spec)).toThrow('overlaps another of priority 100');
    expect(tables.count()).toBe(1);
  });

  it('refuses the internal table', () => {
    const { tables } = setUp();
    tables.add(flowSpec(CATCH_ALL, { table: TABLE_MAX }));
    expect(() => tables.add(flowSpec(CATCH_ALL, { table: 254 }))).toThrow(
      'Cannot use table 254: tables are numbered 0 to 253',
    );
  });
});

describe('FlowTables.modify()', () => {
  it('sets the counters back where it is told to, and leaves the flags as they are', () => {
    const { tables } = setUp();
    tables.add(flowSpec(PORT1, { flags: RuleFlag.SEND_FLOW_REM })).credit(STATS);
    tables.modify({ match: PORT1 }, { actions: output(3), flags: 0 });
    expect(tables.rules()[0]).toMatchObject({ packets: 3 });
    tables.modify({ match: PORT1 }, { actions: output(3), flags: RuleFlag.RESET_COUNTS });
    expect(tables.rules()[0]).toMatchObject({ packets: 0, flags: RuleFlag.SEND_FLOW_REM });
  });

  it('changes the actions of everything within the match, and nothing else', () => {
    const { clock, tables } = setUp();
    tables.add(flowSpec(PORT1, { cookie: 7n, idleTimeout: 5 })).credit(STATS);
    tables.add(flowSpec(match(IN_PORT, 2)));
    clock.time = 9000;
    expect(tables.modify({ match: PORT1 }, { actions: output(3) })).toBe(1);
    expect(tables.rules().find((rule) => rule.match.equals(PORT1))).toMatchObject({
      actions: output(3),
      cookie: 7n,
      idleTimeout: 5,
      packets: 3,
      created: 1000,
      modified: 9000,
    });
  });

  it('sends statistics of the old rule on to its successors', () => {
    const { tables } = setUp();
    const old = tables.add(flowSpec(PORT1));
    tables.modify({ match: PORT1 }, { actions: output(3) });
    tables.modify({ match: PORT1 }, { actions: output(4) });
    old.credit(STATS);
    expect(tables.rules()[0]).toMatchObject({ packets: 3, bytes: 300, used: 5000 });
    expect(old.packets).toBe(0);
  });

  it('changes only the very match and priority when strict', () => {
    const { tables } = setUp();
    tables.add(flowSpec(PORT1, { priority: 5 }));
    expect(tables.modify({ match: CATCH_ALL, priority: 5 }, { actions: output(3) })).toBe(0);
    expect(tables.modify({ match: PORT1, priority: 6 }, { actions: output(3) })).toBe(0);
    expect(tables.modify({ match: PORT1, priority: 5 }, { actions: output(3) })).toBe(1);
  });

  it('makes no version where nothing matches', () => {
    const { tables, changeCount } = setUp();
    tables.modify({ match: CATCH_ALL }, { actions: [] });
    expect(changeCount()).toBe(0);
  });
});

describe('FlowTables.delete()', () => {
  it('deletes what is within the match, in one version', () => {
    const { tables, changeCount, removals } = setUp();
    tables.add(flowSpec(PORT1, { priority: 5 }));
    tables.add(flowSpec(PORT1, { priority: 6, table: 3 }));
    expect(tables.delete({ match: CATCH_ALL })).toBe(2);
    expect(changeCount()).toBe(3);
    expect(removals.map(({ reason }) => reason)).toEqual(['delete', 'delete']);
  });

  it('looks at table, cookie and output port', () => {
    const { tables } = setUp();
    tables.add(flowSpec(PORT1, { cookie: 0x11n, actions: output(3) }));
    expect(tables.delete({ match: CATCH_ALL, table: 1 })).toBe(0);
    expect(tables.delete({ match: CATCH_ALL, cookie: 2n, cookieMask: 0xfn })).toBe(0);
    expect(tables.delete({ match: CATCH_ALL, outPort: 4 })).toBe(0);
    const criteria = { match: CATCH_ALL, table: 0, cookie: 1n, cookieMask: 0xfn, outPort: 3 };
    expect(tables.delete(criteria)).toBe(1);
  });

  it('keeps the counters of what is gone where they were', () => {
    const { tables } = setUp();
    const gone = tables.add(flowSpec(PORT1));
    tables.delete({ match: PORT1, priority: 100 });
    gone.credit(STATS);
    expect(gone.packets).toBe(3);
  });
});

describe('FlowTables.expire()', () => {
  it('deletes after the hard timeout, used or not', () => {
    const { clock, coverage, tables, removals } = setUp();
    const rule = tables.add(flowSpec(PORT1, { hardTimeout: 2, idleTimeout: 1 }));
    rule.credit({ ...STATS, used: instant(3000) });
    clock.time = 3000;
    expect(tables.expire()).toBe(0);
    clock.time = 3001;
    expect(tables.expire()).toBe(1);
    expect(removals).toMatchObject([{ rule, reason: 'hard_timeout' }]);
    expect(coverage.read('ofproto_dpif_expired')).toBe(1);
  });

  it('deletes what was not used for the idle timeout', () => {
    const { clock, tables, removals } = setUp();
    const rule = tables.add(flowSpec(PORT1, { idleTimeout: 1 }));
    rule.credit({ ...STATS, used: instant(1500) });
    clock.time = 2500;
    expect(tables.expire()).toBe(0);
    clock.time = 2501;
    expect(tables.expire()).toBe(1);
    expect(removals).toMatchObject([{ rule, reason: 'idle_timeout' }]);
  });

  it('counts the hard timeout from the last modification', () => {
    const { clock, tables } = setUp();
    tables.add(flowSpec(PORT1, { hardTimeout: 2 }));
    clock.time = 2500;
    tables.modify({ match: PORT1 }, { actions: output(1) });
    clock.time = 4000;
    expect(tables.expire()).toBe(0);
    clock.time = 4501;
    expect(tables.expire()).toBe(1);
  });
});

describe('FlowTables.nextDeadline()', () => {
  it('is the first moment at which something expires', () => {
    const { clock, tables } = setUp();
    expect(tables.nextDeadline()).toBeUndefined();
    tables.add(flowSpec(PORT1, { idleTimeout: 5 }));
    tables.add(flowSpec(CATCH_ALL, { hardTimeout: 2 }));
    expect(tables.nextDeadline()).toBe(3001);
    clock.time = 3001;
    tables.expire();
    expect(tables.nextDeadline()).toBe(6001);
  });
});

describe('FlowTables.rules()', () => {
  it('lists by table, then from the highest priority down, then by age', () => {
    const { tables } = setUp();
    const third = tables.add(flowSpec(PORT1, { priority: 1 }));
    const fourth = tables.add(flowSpec(CATCH_ALL, { priority: 1 }));
    const fifth = tables.add(flowSpec(PORT1, { table: 1, priority: 9 }));
    const first = tables.add(flowSpec(PORT1, { priority: 3 }));
    expect(tables.rules()).toEqual([first, third, fourth, fifth]);
  });
});

describe('FlowTables.addHidden()', () => {
  it('adds a rule above all others that nobody lists, counts or hears of', () => {
    const { tables, find } = setUp();
    const heard: unknown[] = [];
    tables.ruleChanges.subscribe((changes) => heard.push(...changes));
    tables.add(flowSpec(PORT1, { priority: 65_535 }));
    const hidden = tables.addHidden(flowSpec(CATCH_ALL, { priority: 0xf0f0f0 }));
    expect(find(packet(IN_PORT, 1))).toBe(hidden);
    expect([tables.rules().length, tables.count(), heard.length]).toEqual([1, 1, 1]);
    expect(tables.hiddenRules()).toEqual([hidden]);
  });

  it('leaves its rule alone until it is withdrawn', () => {
    const { tables, find, removals, changeCount } = setUp();
    const hidden = tables.addHidden(flowSpec(CATCH_ALL, { priority: 0xf0f0f0 }));
    expect(tables.delete({ match: CATCH_ALL })).toBe(0);
    expect(tables.deleteWhere(() => true, 'delete')).toBe(0);
    expect(find(createFlow())).toBe(hidden);
    const before = changeCount();
    tables.withdraw(hidden);
    tables.withdraw(hidden);
    expect(find(createFlow())).toBe(tables.missRule);
    expect([changeCount() - before, removals.length, tables.count()]).toEqual([1, 0, 0]);
  });
});
