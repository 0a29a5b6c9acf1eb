import { describe, expect, it } from 'vitest';
import { Coverage } from '../../src/base/coverage.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { parseFlow, parseFlowCriteria } from '../../src/ofproto/flow-syntax.js';
import { FlowTables } from '../../src/ofproto/flow-tables.js';
import { TableVacancies, type VacancyLimits } from '../../src/ofproto/table-vacancies.js';

/** Tables of four rules each; what table 0 told. */
function setUp(limits?: VacancyLimits) {
  const clock = new VirtualClock();
  const tables = new FlowTables({ clock, coverage: new Coverage(), rulesMax: 4 });
  const vacancies = new TableVacancies(tables);
  const told: string[] = [];
  vacancies.news.subscribe(({ table, kind }) => told.push(`${table} ${kind}`));
  if (limits !== undefined) vacancies.configure(0, limits);
  const add = (...priorities: readonly number[]): void => {
    for (const priority of priorities) tables.add(parseFlow(`priority=${priority},actions=drop`));
  };
  const remove = (): number => tables.delete(parseFlowCriteria('table=0'));
  return { clock, tables, vacancies, told, add, remove };
}

describe('TableVacancies', () => {
  it('tells once that a table has less room, and once that it has more', () => {
    const { told, add, remove } = setUp({ down: 50, up: 60 });
    add(1, 2);
    expect(told).toEqual([]);
    add(3, 4);
    expect(told).toEqual(['0 down']);
    remove();
    expect(told).toEqual(['0 down', '0 up']);
    add(1, 2, 3);
    expect(told).toEqual(['0 down', '0 up', '0 down']);
  });

  it('tells of rules that expire', () => {
    const { clock, tables, told, add } = setUp({ down: 50, up: 50 });
    add(1, 2);
    tables.add(parseFlow('priority=3,hard_timeout=1,actions=drop'));
    tables.add(parseFlow('priority=4,hard_timeout=1,actions=drop'));
    tables.delete(parseFlowCriteria('priority=1', { isStrict: true }));
    clock.advance(2_000);
    tables.expire();
    expect(told).toEqual(['0 down', '0 up']);
  });

  it('awaits more room where there is little when it begins to watch', () => {
    const { told, vacancies, add, remove } = setUp();
    add(1, 2, 3);
    vacancies.configure(0, { down: 30, up: 60 });
    add(4);
    expect(told).toEqual([]);
    remove();
    expect(told).toEqual(['0 up']);
  });

  it('goes on awaiting what it awaited when limits change', () => {
    const { told, vacancies, add } = setUp({ down: 50, up: 60 });
    add(1, 2, 3);
    vacancies.configure(0, { down: 90, up: 95 });
    add(4);
    expect(told).toEqual(['0 down']);
  });

  it('tells nothing of changes that are taken back', () => {
    const { told, tables, add } = setUp({ down: 90, up: 90 });
    expect(() =>
      tables.transact(() => {
        add(1, 2);
        throw new Error('taken back');
      }),
    ).toThrow('taken back');
    expect(told).toEqual([]);
  });

  it('tells nothing of tables that are watched no more', () => {
    const { told, vacancies, add } = setUp({ down: 90, up: 90 });
    vacancies.configure(0, undefined);
    add(1, 2);
    expect(told).toEqual([]);
    expect(vacancies.limitsOf(0)).toBeUndefined();
  });

  it('rounds down, and calls a table whose limit is 0 empty', () => {
    const { vacancies, tables, add } = setUp();
    add(1);
    tables.limit(0, { rulesMax: 3 });
    expect(vacancies.vacancy(0)).toBe(66);
    tables.limit(0, { rulesMax: 0 });
    expect(vacancies.vacancy(0)).toBe(100);
  });
});
