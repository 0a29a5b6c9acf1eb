import { describe, expect, it } from 'vitest';
import type { XlateRecord } from '../../src/actors/udpif-event.js';
import type { RuleRef, XlateTrace } from '../../src/datapath/translator.js';
import { output } from './fake-translator.js';
import { createBench, flowOf } from './udpif-bench.js';

const rule = (table: number, isHidden = false): RuleRef => ({
  bridge: 'br0',
  table,
  text: `priority=${table},ip actions=NORMAL`,
  isHidden,
});

/** What an observer is told of a translation that says `tell` to its trace. */
function traceOf(tell: (trace: XlateTrace) => void): XlateRecord | undefined {
  const bench = createBench();
  bench.translator.answer = (_, { trace }) => {
    if (trace !== undefined) tell(trace);
    return { actions: output(3) };
  };
  const records: XlateRecord[] = [];
  bench.udpif.observe({ verdicts: 'none', traces: true }).subscribe((record) => {
    if (record.type === 'xlate') records.push(record);
  });
  bench.dpif.miss(flowOf(1));
  bench.clock.runDue();
  return records[0];
}

describe('UpcallTrace', () => {
  it('tells the steps of a translation in order, and each rule once', () => {
    const [first, second] = [rule(0), rule(7)];
    const record = traceOf((trace) => {
      trace.table(0, 0, first);
      trace.action(0, () => 'resubmit(,7)');
      trace.table(1, 7, second);
      trace.note(1, () => 'the port is blocked', 'warning');
      trace.table(1, 0, first);
    });
    expect(record?.steps).toEqual([
      { depth: 0, kind: 'table', text: `table 0: ${first.text}`, rule: first },
      { depth: 0, kind: 'action', text: 'resubmit(,7)', rule: undefined },
      { depth: 1, kind: 'table', text: `table 7: ${second.text}`, rule: second },
      { depth: 1, kind: 'note', text: 'the port is blocked', rule: undefined },
      { depth: 1, kind: 'table', text: `table 0: ${first.text}`, rule: first },
    ]);
    expect(record?.rules).toEqual([first, second]);
    expect(record).toMatchObject({ actions: output(3), error: undefined });
  });

  it('tells a hidden rule of the table from the want of one', () => {
    const record = traceOf((trace) => {
      trace.table(0, 254, rule(254, true));
      trace.table(0, 3, rule(254, true));
    });
    expect(record?.steps.map(({ text }) => text)).toEqual([
      'table 254: a hidden rule',
      'table 3: no rule matches',
    ]);
  });

  it('is empty where the translation says nothing', () => {
    expect(traceOf(() => {})).toMatchObject({ steps: [], rules: [] });
  });
});
