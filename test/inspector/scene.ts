/**
 * A small life of a switch as a log: two upcalls, two flows, one cycle, one deletion. Most tests of
 * views look at it; what happens when is in the comments.
 */

import { MachineGraphs } from '../../src/inspector/machine-graphs.js';
import { ModelState } from '../../src/inspector/model-state.js';
import type { Moment } from '../../src/inspector/moment.js';
import { header, LogBuilder } from './log-builder.js';

export const frame = Buffer.from('00112233445566778899aabb0800', 'hex').toString('base64');

/** The actors of two handlers and two revalidators, all at rest. */
export function startActors(log: LogBuilder): LogBuilder {
  return log.all(
    { k: 'actor', actor: 'u', name: 'udpif', machine: 'udpif', state: 'running.cycling' },
    {
      k: 'actor',
      actor: 'h0',
      parent: 'u',
      name: 'handler-0',
      machine: 'handler',
      state: 'waiting',
    },
    {
      k: 'actor',
      actor: 'l',
      parent: 'u',
      name: 'leader',
      machine: 'leader',
      state: 'starting.sampling',
    },
    {
      k: 'actor',
      actor: 'r1',
      parent: 'u',
      name: 'revalidator-1',
      machine: 'revalidator',
      state: 'atStartBarrier',
    },
    {
      k: 'actor',
      actor: 'b',
      parent: 'u',
      name: 'barrier',
      machine: 'barrier',
      state: 'gathering',
    },
    { k: 'actor', actor: 's0', parent: 'u', name: 'slice-0', state: 'active' },
  );
}

/** An upcall that puts flow `flow`; `us` of translation. */
export function addMiss(log: LogBuilder, flow: number, port: number, rules: number[]): void {
  const key = `in_port(${port}),eth_type(0x0800),ipv4(dst=10.0.0.${flow})`;
  log.all(
    {
      k: 'upcall',
      upcall: flow,
      handler: 0,
      class: 'miss',
      port,
      key,
      size: 98,
      frame,
      queuedAt: 1_000,
    },
    {
      k: 'xlate',
      upcall: flow,
      us: 12,
      steps: [{ depth: 0, kind: 'table', text: 'table 0', rule: rules[0] ?? 0 }],
      actions: '2',
      slow: [],
    },
    { k: 'ukey', flow, event: 'ukey.install', from: 'created', to: 'visible' },
    { k: 'put', flow, upcall: flow, key, maskBits: 40 + flow, actions: '2', rules },
    { k: 'batch', handler: 0, upcalls: [flow], operations: 2, us: [3, 14, 9] },
    { k: 'ukey', flow, event: 'put.succeeded', from: 'visible', to: 'operational' },
  );
}

/** The whole scene; flow 1 is deleted for idleness at 11,400 ms, flow 2 lives. */
export function sceneLog(): LogBuilder {
  const log = startActors(new LogBuilder().at(1_000));
  log.all(
    { k: 'rule', rule: 1, bridge: 'br0', table: 0, text: 'priority=10,ip actions=output:2' },
    { k: 'rule', rule: 2, bridge: 'br0', table: 0, text: 'priority=0 actions=NORMAL' },
    {
      k: 'step',
      actor: 'h0',
      event: 'upcalls.queued',
      from: 'waiting',
      to: 'receiving',
      edges: ['waiting|upcalls.queued|0'],
    },
  );
  addMiss(log.at(1_001), 1, 1, [1, 2]);
  addMiss(log.at(1_002), 2, 2, [2]);
  log.at(1_500).add({ ...sample, hits: 50, upcalls: 2, misses: 2, flows: 2 });
  addCycle(log);
  log
    .at(12_000)
    .add({ ...sample, hits: 100, upcalls: 2, misses: 2, flows: 1, deleted: { flow_idle: 1 } });
  return log;
}

const sample = {
  k: 'sample',
  hits: 0,
  misses: 0,
  lost: 0,
  upcalls: 0,
  flows: 0,
  masks: 1,
  flowLimit: 10_000,
  dumpDurationMs: 1,
  deleted: {},
  loopDelayMs: 0,
} as const;

function addCycle(log: LogBuilder): void {
  log
    .at(11_390)
    .all(
      { k: 'change', reason: 'flow_table' },
      { k: 'cycle.start', cycle: 1, flows: 2, needsRevalidation: true, reasons: ['flow_table'] },
      { k: 'phase', revalidator: 0, phase: 'dump' },
      { k: 'phase', revalidator: 1, phase: 'dump' },
    );
  log.at(11_400).all(
    {
      k: 'verdicts',
      phase: 'dump',
      revalidator: 0,
      flows: [1, 2],
      verdicts: ['flow_idle', 'keep'],
      packets: [3, 12],
      bytes: [294, 1_176],
      used: [1_200, 11_000],
      unchanged: 0,
    },
    { k: 'ukey', flow: 1, event: 'flow.delete', from: 'operational', to: 'evicting' },
    { k: 'delete', flow: 1, reason: 'flow_idle', packets: 4, bytes: 392, used: 1_200 },
    { k: 'ukey', flow: 1, event: 'deletion.succeeded', from: 'evicting', to: 'evicted' },
    { k: 'phase', revalidator: 0, phase: 'barrier' },
    {
      k: 'step',
      actor: 'l',
      event: 'phase.finished',
      from: 'dumping.working',
      to: 'dumping.atSweepBarrier',
      edges: ['dumping.working|phase.finished|0'],
    },
  );
  log.at(11_410).all(
    { k: 'phase', revalidator: 1, phase: 'sweep' },
    { k: 'phase', revalidator: 0, phase: 'sweep' },
    { k: 'ukey', flow: 1, event: 'ukey.sweep', from: 'evicted', to: 'deleted' },
    { k: 'limit', from: 10_000, to: 11_000, cause: 'cycle' },
    {
      k: 'cycle.done',
      cycle: 1,
      startedAt: 11_390,
      flows: 2,
      flowsDumped: 2,
      flowsRevalidated: 1,
      flowLimit: 11_000,
      durationMs: 20,
      intervalMs: 500,
    },
    { k: 'phase', revalidator: 0, phase: 'wait' },
    {
      k: 'step',
      actor: 'l',
      event: 'barrier.passed',
      from: 'sweeping.atFinishBarrier',
      to: 'waiting.settling',
      edges: ['sweeping.atFinishBarrier|barrier.passed|0', 'finishing||0'],
    },
  );
}

/** The moment at the end of a log, or after entry `n` of it. */
export function momentOf(log: LogBuilder, n = log.entries.length): Moment {
  const model = new ModelState(header);
  for (const entry of log.entries.slice(0, n)) model.apply(entry);
  return { header, store: log.store(), model, graphs: new MachineGraphs(header) };
}
