/**
 * Logs of random happenings, and all views of a moment: for tests that compare two ways to a place.
 */

import { createRng } from '../../src/base/rng.js';
import type { Moment } from '../../src/inspector/moment.js';
import { makeView } from '../../src/inspector/views.js';
import { LogBuilder } from './log-builder.js';
import { addMiss, startActors } from './scene.js';

/** All views of a moment, as a page could ask for them. */
export function allViews(moment: Moment): readonly unknown[] {
  const { model } = moment;
  const flows = { sort: 'packets', isDescending: true, offset: 0, limit: 50 } as const;
  const upcalls = { filter: '', before: undefined, limit: 20 } as const;
  const last = model.upcalls.last ?? 0;
  return [
    model.n,
    model.t,
    makeView(moment, 'house', {}),
    makeView(moment, 'machine', { machine: 'ukey' }),
    makeView(moment, 'machine', { machine: 'leader' }),
    makeView(moment, 'cycle', {}),
    makeView(moment, 'flows', { ...flows, filter: '' }),
    makeView(moment, 'flows', { ...flows, filter: 'gone', sort: 'key' }),
    ...[1, 5, last].map((flow) => makeView(moment, 'flow', { flow })),
    makeView(moment, 'upcalls', upcalls),
    makeView(moment, 'upcall', { upcall: last }),
    makeView(moment, 'charts', { points: 50 }),
  ];
}

/** A log of `count` random happenings, the same for the same seed. */
export function busyLog(seed: number, count: number): LogBuilder {
  const rng = createRng(seed);
  const log = startActors(new LogBuilder().at(1_000));
  for (let rule = 1; rule <= 5; rule++) {
    log.add({ k: 'rule', rule, bridge: 'br0', table: 0, text: `priority=${rule} actions=2` });
  }
  let t = 1_000;
  let flows = 0;
  let cycle = 0;
  for (let i = 0; i < count; i++) {
    t += rng.below(200);
    log.at(t);
    const what = rng.below(10);
    const flow = 1 + rng.below(Math.max(1, flows));
    if (what < 4) addMiss(log, ++flows, 1 + rng.below(2), [1 + rng.below(5), 1 + rng.below(5)]);
    else if (what < 6) addVerdicts(log, flow, rng.below(100), t);
    else if (what < 7) addDeletion(log, flow, rng.below(2) === 0);
    else if (what < 8) addCycleStart(log, ++cycle, flows);
    else if (what < 9) addSample(log, i, flows);
    else addPhase(log, rng.below(2));
  }
  return log;
}

function addVerdicts(log: LogBuilder, flow: number, packets: number, used: number): void {
  log.add({
    k: 'verdicts',
    phase: 'dump',
    revalidator: 1,
    flows: [flow, flow + 1],
    verdicts: ['keep', 'keep'],
    packets: [packets, packets],
    bytes: [packets, packets],
    used: [used, 0],
    unchanged: 3,
  });
  log.add({ k: 'modify', flow, actions: String(packets), rules: [1 + (packets % 5)] });
}

function addDeletion(log: LogBuilder, flow: number, isRefused: boolean): void {
  const refusal = isRefused ? { error: 'EBUSY' } : {};
  const answer = isRefused ? 'deletion.refused' : 'deletion.succeeded';
  log.all(
    { k: 'ukey', flow, event: 'flow.delete', from: 'operational', to: 'evicting' },
    { k: 'delete', flow, reason: 'flow_limit', ...refusal },
    {
      k: 'ukey',
      flow,
      event: answer,
      from: 'evicting',
      to: isRefused ? 'operational' : 'evicted',
    },
  );
}

function addCycleStart(log: LogBuilder, cycle: number, flows: number): void {
  const reasons = cycle % 2 === 0 ? [] : ['flow_table'];
  log.all(
    { k: 'cycle.start', cycle, flows, needsRevalidation: cycle % 2 === 1, reasons },
    { k: 'phase', revalidator: 0, phase: 'dump' },
    { k: 'limit', from: cycle, to: cycle + 1, cause: 'cycle' },
    { k: 'dropped', what: 'ukey', count: 2 },
  );
}

function addPhase(log: LogBuilder, revalidator: number): void {
  log.add({ k: 'phase', revalidator, phase: 'sweep' });
  log.add({
    k: 'step',
    actor: 'l',
    event: 'phase.finished',
    from: 'dumping.working',
    to: 'dumping.atSweepBarrier',
    edges: ['dumping.working|phase.finished|0'],
  });
}

function addSample(log: LogBuilder, hits: number, flows: number): void {
  log.add({
    k: 'sample',
    hits,
    misses: flows,
    lost: 0,
    upcalls: flows,
    flows,
    masks: 1,
    flowLimit: 10_000,
    dumpDurationMs: 1,
    deleted: { purge: hits },
    loopDelayMs: 0,
  });
}
