/** The simulator itself: it repeats itself to the letter, shrinks, and convicts what is wrong. */

import { describe, expect, it } from 'vitest';
import { type Conviction, runCampaign } from './campaign.js';
import { labelOf } from './circumstances.js';
import { formatConviction } from './conviction-text.js';
import { invariants } from './invariants/all-invariants.js';
import { formatPlan, type Plan, parsePlan, RUN_ALL } from './plan.js';
import { generatePlan, STEPS_COUNT } from './plan-generator.js';
import {
  dropsLastDelta,
  executesBackwards,
  forgetsRefusals,
  modifiesNothing,
  overlooksPorts,
  pushesTwice,
  receivesOne,
  staysInFirstBridge,
} from './sabotages.js';
import { shrink } from './shrink.js';
import { simulate } from './simulation.js';
import type { Sabotage } from './world.js';

const SEEDS_MAX = 40;
/** A trace that is longer than this tells nobody anything. */
const EVENTS_MAX = 12;

/** What the first seed that fails under `sabotage` is convicted of. */
async function firstConviction(sabotage: () => Sabotage): Promise<Conviction> {
  for (let seed = 1; seed <= SEEDS_MAX; seed++) {
    const campaign = { profile: 'current', seeds: [seed], sabotage } as const;
    const [conviction] = (await runCampaign(campaign)).convictions;
    if (conviction !== undefined) return conviction;
  }
  throw new Error(`none of ${SEEDS_MAX} seeds finds anything`);
}

describe('simulate()', () => {
  it('does the same again with the same plan, also after it was printed', async () => {
    const plan = generatePlan(7, 'current');
    const outcomes = [await simulate(plan), await simulate(parsePlan(formatPlan(plan)))];
    expect(outcomes[0]).toEqual(outcomes[1]);
    expect(outcomes[0]).toMatchObject({ violations: [], steps: STEPS_COUNT });
    expect(outcomes[0]?.sent.packets).toBeGreaterThan(0);
  });

  it('has all invariants of behaviours.md 5.5, and two for bridges that are joined', () => {
    const numbers = (letter: string, count: number): string[] =>
      Array.from({ length: count }, (_, i) => `${letter}${i + 1}`);
    const all = [...numbers('S', 22), ...numbers('L', 8), ...numbers('P', 2)];
    expect(invariants.map(({ id }) => id)).toEqual(all);
  });
});

describe('A patch port that goes', () => {
  const packets = { port: 1, from: 0, to: 7, id: 1, size: 18, count: 2, run: RUN_ALL, luck: 0 };
  const wait = { do: 'wait', ms: 2_000, run: RUN_ALL, luck: 0 } as const;
  const plan: Plan = {
    ...generatePlan(1, 'current'),
    layout: 'joined',
    events: [
      { do: 'send', kind: 'flood', ...packets },
      { do: 'wait', ms: 10, run: RUN_ALL, luck: 0 },
      { do: 'unpatch', end: 0, run: RUN_ALL, luck: 0 },
      wait,
    ],
  };

  it('carries packets before', async () => {
    const { violations, crossings } = await simulate(plan);
    expect(violations).toEqual([]);
    expect(crossings).toBe(2);
  });

  it('is found out by the flows that still cross it, where nobody revalidates', async () => {
    const { violations } = await simulate(plan, { sabotage: overlooksPorts() });
    expect(violations).toMatchObject([{ id: 'L1', steps: plan.events.length }]);
  });

  it('comes back, and carries packets again only where its peer names it', async () => {
    const back = async (events: Plan['events']): Promise<number> => {
      const all = [...plan.events, ...events, wait, ...plan.events.slice(0, 2)];
      const { violations, crossings } = await simulate({ ...plan, events: all });
      expect(violations).toEqual([]);
      return crossings;
    };
    const now = { run: RUN_ALL, luck: 0 } as const;
    expect(await back([{ do: 'patch', end: 0, ...now }])).toBe(4);
    expect(await back([{ do: 'repoint', end: 0, peer: 2, ...now }])).toBe(4);
    expect(await back([{ do: 'repoint', end: 0, peer: 3, ...now }])).toBe(2);
  });
});

describe('runCampaign()', () => {
  it.each([
    { fault: 'pushes a delta twice', sabotage: pushesTwice, ids: ['S1', 'S3'] },
    { fault: 'drops the last delta', sabotage: dropsLastDelta, ids: ['S1'] },
    {
      fault: 'forgets flows that it could not delete',
      sabotage: forgetsRefusals,
      ids: ['S1', 'S3', 'S10'],
    },
    { fault: 'executes packets backwards', sabotage: executesBackwards, ids: ['S14'] },
    { fault: 'modifies no flow', sabotage: modifiesNothing, ids: ['L1'] },
    { fault: 'counts one of many at a patch port', sabotage: receivesOne, ids: ['P1'] },
    { fault: 'credits another bridge', sabotage: staysInFirstBridge, ids: ['P2'] },
  ])('convicts a slow path that $fault, in few events', async ({ sabotage, ids }) => {
    const { violation, plan } = await firstConviction(sabotage);
    expect(ids).toContain(violation.id);
    expect(plan.events.length).toBeLessThanOrEqual(EVENTS_MAX);
    const { violations } = await simulate(plan, { sabotage: sabotage() });
    expect(violations).toContainEqual(violation);
  });

  it('says how to see a violation again', async () => {
    const conviction = await firstConviction(dropsLastDelta);
    const text = formatConviction(conviction);
    expect(text).toMatch(/^seed \d+ violates S1/);
    const [, json = ''] = /--replay '(.*)'/.exec(text) ?? [];
    expect(parsePlan(json)).toEqual(conviction.plan);
  });
});

describe('shrink()', () => {
  const plan = generatePlan(3, 'current');

  it('leaves the events without which it does not fail', async () => {
    const isFlush = ({ do: name }: Plan['events'][number]): boolean => name === 'flush';
    const needed = plan.events.filter(({ do: name }) => name === 'plug').length;
    expect(needed).toBeGreaterThan(1);
    const shrunk = await shrink(
      plan,
      async ({ events }) =>
        events.filter((event) => event.do === 'plug' || isFlush(event)).length >= 2,
    );
    expect(shrunk.events).toHaveLength(2);
    expect(shrunk).toMatchObject({ handlers: 1, revalidators: 1, isInspected: false });
  });
});

describe('labelOf()', () => {
  it('names the defect of the seed that breaks an invariant in these circumstances', () => {
    expect(labelOf('S1', new Set(['failed deletion']))).toBe('B-02');
    expect(labelOf('S1', new Set(['mixed batch']))).toBe('B-04');
    expect(labelOf('S1', new Set(['flushed counters']))).toBe('B-01, by flush');
    expect(labelOf('S10', new Set())).toBe('B-01');
    expect(labelOf('S1', new Set())).toBeUndefined();
  });
});
