/** The charts' plans: lines that can be told apart, reasons as they come, all in the table. */

import { describe, expect, it } from 'vitest';
import type { ChartsView } from '../../../src/inspector/view-data.js';
import { chartPlans, shapeOf, tableColumns } from '../../../src/inspector/web/chart-plan.js';

function documentOf(deleted: ChartsView['deleted']): ChartsView {
  return {
    t: [0, 1000],
    upcallsPerSecond: [1, 2],
    hitsPerSecond: [3, 4],
    missesPerSecond: [5, 6],
    lostPerSecond: [0, 1],
    flows: [7, 8],
    flowLimit: [200_000, 200_000],
    dumpMs: [9, 10],
    loopDelayMs: [0, 2],
    deleted,
  };
}

function deletionsOf(document: ChartsView) {
  const plan = chartPlans(document).find(({ id }) => id === 'deleted');
  if (plan === undefined) throw new Error('no chart of deletions');
  return plan;
}

const many = Object.fromEntries('abcdefghi'.split('').map((reason, i) => [reason, [i, 1]]));

describe('The charts', () => {
  it('tell the lines of a chart apart without colour', () => {
    for (const { series } of chartPlans(documentOf(many))) {
      expect(new Set(series.map(({ dash }) => dash.join())).size).toBe(series.length);
    }
  });

  it('take every column of the document', () => {
    const document = documentOf({});
    const shown = chartPlans(document).flatMap(({ series }) =>
      series.map(({ values }) => values(document)),
    );
    const { t, deleted, ...columns } = document;
    for (const column of Object.values(columns)) expect(shown).toContain(column);
  });

  it('draw the thresholds of the leader across the dump duration', () => {
    const dump = chartPlans(documentOf({})).find(({ id }) => id === 'dump');
    expect(dump?.thresholds.map(({ value }) => value)).toEqual([200, 1000, 1300, 2000]);
  });
});

describe('The chart of deletions', () => {
  it('has a line for each reason, by name', () => {
    const plan = deletionsOf(documentOf({ flow_idle: [1, 0], avoid: [0, 2] }));
    expect(plan.series.map(({ label }) => label)).toEqual(['avoid', 'flow_idle']);
  });

  it('adds up those for which there is no dash left', () => {
    const document = documentOf(many);
    const { series } = deletionsOf(document);
    expect(series.at(-1)?.label).toBe('others');
    expect(series.at(-1)?.values(document)).toEqual([5 + 6 + 7 + 8, 4]);
  });

  it('is empty, but there, before anything was deleted', () => {
    const document = documentOf({});
    expect(deletionsOf(document).series.map(({ values }) => values(document))).toEqual([[0, 0]]);
  });

  it('is made anew for a new reason, and not for new numbers', () => {
    const before = shapeOf(deletionsOf(documentOf({ flow_idle: [1, 0] })));
    expect(shapeOf(deletionsOf(documentOf({ flow_idle: [4, 4] })))).toBe(before);
    expect(shapeOf(deletionsOf(documentOf({ flow_idle: [4, 4], avoid: [0, 1] })))).not.toBe(before);
  });
});

describe('The table beside the charts', () => {
  it('has a column for every line', () => {
    const plans = chartPlans(documentOf({ flow_idle: [1, 0] }));
    const titles = tableColumns(plans).map(({ title }) => title);
    expect(titles).toContain('Packets: hits (/s)');
    expect(titles).toContain('Deletions by reason: flow_idle');
    expect(titles).toHaveLength(plans.flatMap(({ series }) => series).length);
  });
});
