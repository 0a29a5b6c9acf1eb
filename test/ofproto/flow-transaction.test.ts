import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Coverage } from '../../src/base/coverage.js';
import { UpcallError } from '../../src/base/errors.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { parseFlow } from '../../src/ofproto/flow-syntax.js';
import { FlowTables } from '../../src/ofproto/flow-tables.js';
import type { RuleChange } from '../../src/ofproto/rule.js';
import { formatFlow } from '../../src/ofproto/rule-text.js';
import { flowSpec, matchArbitrary } from './rule-arbitrary.js';

function setUp(rulesMax = 100) {
  const tables = new FlowTables({ clock: new VirtualClock(), coverage: new Coverage(), rulesMax });
  const changes: RuleChange[] = [];
  let versions = 0;
  tables.ruleChanges.subscribe((batch) => changes.push(...batch));
  tables.changes.subscribe(() => versions++);
  return { tables, changes, versions: () => versions };
}

function listed(tables: FlowTables): string[] {
  return tables.rules().map((rule) => `${rule.packets} ${formatFlow(rule)}`);
}

function failing(): never {
  throw new UpcallError('Cannot go on: the test says so');
}

describe('FlowTables.transact()', () => {
  it('makes one version of several changes', () => {
    const { tables, changes, versions } = setUp();
    const before = tables.version;
    tables.transact(() => {
      tables.add(parseFlow('tcp,actions=1'));
      tables.add(parseFlow('udp,actions=1'));
      tables.modify({ match: parseFlow('tcp,actions=').match }, { actions: [] });
    });
    expect(tables.version).toBe(before + 1);
    expect(versions()).toBe(1);
    expect(changes.map(({ kind }) => kind)).toEqual(['added', 'added', 'modified']);
    expect(listed(tables).sort()).toEqual(['0 tcp actions=drop', '0 udp actions=output:1']);
  });

  it('lets later steps find what earlier ones did', () => {
    const { tables } = setUp();
    const deleted = tables.transact(() => {
      tables.add(parseFlow('tcp,actions=1'));
      return tables.delete({ match: parseFlow('actions=').match });
    });
    expect(deleted).toBe(1);
    expect(tables.count()).toBe(0);
  });

  it('changes nothing and tells nobody where a step fails', () => {
    const { tables, changes, versions } = setUp(2);
    tables.add(parseFlow('tcp,actions=1')).packets = 7;
    tables.add(parseFlow('udp,actions=1'));
    const [before, version, told] = [listed(tables), tables.version, changes.length];
    expect(() =>
      tables.transact(() => {
        tables.modify({ match: parseFlow('tcp,actions=').match }, { actions: [] });
        tables.add(parseFlow('sctp,actions=1'));
      }),
    ).toThrow('it is full at 2 flows');
    expect(listed(tables)).toEqual(before);
    expect([tables.version, changes.length, versions()]).toEqual([version, told, told]);
  });

  it('credits the rule that a failed change had replaced', () => {
    const { tables } = setUp();
    const rule = tables.add(parseFlow('tcp,actions=1'));
    expect(() =>
      tables.transact(() => {
        tables.add(parseFlow('tcp,actions=2'));
        failing();
      }),
    ).toThrow(UpcallError);
    rule.credit({ packets: 3, bytes: 180, used: rule.used, tcpFlags: 0 });
    expect(listed(tables)).toEqual(['3 tcp actions=output:1']);
  });

  it('expires a rule that a failed change had deleted', () => {
    const clock = new VirtualClock();
    const tables = new FlowTables({ clock, coverage: new Coverage() });
    tables.add(parseFlow('hard_timeout=1,actions=1'));
    expect(() =>
      tables.transact(() => {
        tables.delete({ match: parseFlow('actions=').match });
        failing();
      }),
    ).toThrow(UpcallError);
    clock.advance(2000);
    expect(tables.expire()).toBe(1);
  });

  it('is as if it had never been after a failure, whatever it did', () => {
    const step = fc.record({
      kind: fc.constantFrom('add', 'modify', 'delete'),
      match: matchArbitrary,
      priority: fc.integer({ min: 1, max: 3 }),
    });
    const run = (
      tables: FlowTables,
      steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
    ) => {
      for (const { kind, match, priority } of steps) {
        if (kind === 'add') tables.add(flowSpec(match, { priority }));
        else if (kind === 'delete') tables.delete({ match });
        else tables.modify({ match }, { actions: [], cookie: BigInt(priority) });
      }
    };
    fc.assert(
      fc.property(fc.array(step), fc.array(step), fc.boolean(), (first, second, isPinned) => {
        const { tables } = setUp(1000);
        run(tables, first);
        const [rules, version] = [tables.rules(), tables.version];
        if (isPinned) tables.pin();
        const tried = () =>
          tables.transact(() => {
            run(tables, second);
            failing();
          });
        expect(tried).toThrow(UpcallError);
        if (isPinned) tables.unpin();
        expect(tables.rules()).toEqual(rules);
        expect(tables.rules().every((rule, i) => rule === rules[i] && rule.isLive)).toBe(true);
        expect([tables.version, tables.count()]).toEqual([version, rules.length]);
      }),
      { numRuns: 200, seed: 5 },
    );
  });
});
