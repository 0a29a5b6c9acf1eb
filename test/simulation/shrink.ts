/**
 * Makes a plan that fails as short as possible: delta debugging on its events, then simpler events
 * fewer threads and fewer bridges, as long as the same invariant is violated.
 */

import { type Plan, RUN_ALL, type SimEvent } from './plan.js';

/** Whether a plan still fails in the same way. */
export type Test = (plan: Plan) => Promise<boolean>;

export async function shrink(plan: Plan, fails: Test): Promise<Plan> {
  let best = plan;
  for (;;) {
    const before = JSON.stringify(best);
    best = await withFewerEvents(best, fails);
    best = await withSimplerSurroundings(best, fails);
    best = await withSimplerEvents(best, fails);
    if (JSON.stringify(best) === before) return best;
  }
}

/** Takes out runs of events, first long ones, then shorter ones, down to single events. */
async function withFewerEvents(plan: Plan, fails: Test): Promise<Plan> {
  let best = plan;
  for (let length = best.events.length >> 1; length >= 1; length >>= 1) {
    for (let end = best.events.length; end > 0; end -= length) {
      const start = Math.max(0, end - length);
      const events = [...best.events.slice(0, start), ...best.events.slice(end)];
      const shorter = { ...best, events };
      if (await fails(shorter)) best = shorter;
    }
  }
  return best;
}

async function withSimplerSurroundings(plan: Plan, fails: Test): Promise<Plan> {
  let best = plan;
  const simple = [
    { handlers: 1 },
    { revalidators: 1 },
    { isInspected: false },
    { isInline: false },
    { layout: 'apart' },
  ] as const;
  for (const change of simple) {
    const simpler = { ...best, ...change };
    if (await fails(simpler)) best = simpler;
  }
  const shorter = { ...best, layout: 'joined' } as const;
  return best.layout === 'chain' && (await fails(shorter)) ? shorter : best;
}

async function withSimplerEvents(plan: Plan, fails: Test): Promise<Plan> {
  let best = plan;
  for (let i = 0; i < best.events.length; i++) {
    for (const event of simplerForms(best.events[i])) {
      const simpler = { ...best, events: best.events.with(i, event) };
      if (JSON.stringify(simpler) !== JSON.stringify(best) && (await fails(simpler))) {
        best = simpler;
      }
    }
  }
  return best;
}

/** The event with one thing less to it, in each way. */
function simplerForms(event: SimEvent | undefined): SimEvent[] {
  if (event === undefined) return [];
  const forms: SimEvent[] = [
    { ...event, run: RUN_ALL },
    { ...event, luck: 0 },
  ];
  const numbers = event as Readonly<Record<string, unknown>>;
  for (const [name, simple] of SIMPLE_NUMBERS) {
    if (typeof numbers[name] === 'number' && numbers[name] !== simple) {
      forms.push({ ...event, [name]: simple } as SimEvent);
    }
  }
  return forms;
}

const SIMPLE_NUMBERS: readonly (readonly [name: string, simple: number])[] = [
  ['count', 1],
  ['times', 1],
  ['size', 0],
  ['id', 1],
  ['nth', 0],
];
