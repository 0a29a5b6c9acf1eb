/**
 * Captures run through a switch with given rules, to its end, for what came of them.
 *
 * The same captures, rules and seed give the same answer.
 *
 * Owner: the switch, which has stopped when the answer is there.
 */

import type { Log } from '../base/log.js';
import { VirtualClock } from '../base/virtual-clock.js';
import { parseFlowFile } from '../ofproto/flow-syntax.js';
import { portsOf } from '../ofproto/ofpact-uses.js';
import type { Rule } from '../ofproto/rule.js';
import { IN_PORT } from '../packet/flow-layout.js';
import { createSwitch, type Switch } from '../switch.js';
import { type LoadedCapture, loadCapture } from './loaded-capture.js';
import { mergeCaptures, type PacketSequence } from './packet-sequence.js';
import { type PortPlan, planPorts } from './port-plan.js';
import { REPLAY_START_MS, ReplayRun } from './replay-run.js';
import { RuleLedger } from './rule-ledger.js';

/** Rules that name higher ports have them in vain: each is an object. */
const PORTS_MAX = 4096;

/** Captures, read, and the port of each of their packets. */
export interface LoadedTraffic {
  readonly captures: readonly LoadedCapture[];
  readonly packets: PacketSequence;
  readonly plan: PortPlan;
}

export interface CaptureRunOptions {
  readonly traffic: LoadedTraffic;
  /** At least those that packets enter; rules may send to more. */
  readonly portCount: number;
  /** In ovs-ofctl's syntax. */
  readonly flows: string;
  readonly flowsSource: string;
  readonly groups: string | undefined;
  readonly meters: string | undefined;
  readonly vlanLimit: 1 | 2;
  readonly seed: number;
  readonly log: Log;
}

export interface CaptureRunResult {
  /** Stopped; its rules have all their counters. */
  readonly target: Switch;
  readonly ledger: RuleLedger;
  /** Those of the start, whether or not they have expired, and those that were learned. */
  readonly rules: readonly Rule[];
  /** Frames that left. */
  readonly transmitted: number;
  /** Distinct masks at most at one time. */
  readonly masksMax: number;
}

export function loadTraffic(files: readonly string[], portsMax: number): LoadedTraffic {
  const captures = files.map(loadCapture);
  const packets = mergeCaptures(captures);
  return { captures, packets, plan: planPorts(captures, packets, portsMax) };
}

/** As many ports as it takes for the rules to have all that they name. */
export function portCountOf(path: string, flows: string): number {
  const numbers = parseFlowFile(path, flows).flatMap(({ match, actions }) => [
    match.flow[IN_PORT] ?? 0,
    ...portsOf(actions),
  ]);
  return numbers.reduce((most, number) => (number <= PORTS_MAX ? Math.max(most, number) : most), 0);
}

export async function runCaptures(options: CaptureRunOptions): Promise<CaptureRunResult> {
  const { traffic, portCount, flows, flowsSource, groups, meters, vlanLimit, seed, log } = options;
  const { packets, plan, captures } = traffic;
  const clock = new VirtualClock({ start: REPLAY_START_MS });
  const target = createSwitch({
    ports: Math.max(plan.names.length, portCount),
    flows,
    flowsSource,
    ...(groups === undefined ? {} : { groups }),
    ...(meters === undefined ? {} : { meters }),
    clock,
    vlanLimit,
    seed,
    log,
  });
  const ledger = new RuleLedger(target.udpif);
  const { tables } = target.bridge().ofproto;
  const first = tables.rules();
  let transmitted = 0;
  target.transmitted.subscribe((frames) => {
    transmitted += frames.length;
  });
  const { ports } = plan;
  const run = new ReplayRun({ packets, ports, captureCount: captures.length, clock, target });
  let masksMax = 0;
  for (let time = run.nextTime; time !== undefined; time = run.nextTime) {
    run.advanceTo(time);
    run.enterDue();
    masksMax = Math.max(masksMax, target.datapath.getStats().masks);
  }
  const last = tables.rules();
  await target.stop();
  const rules = [...new Set([...first, ...last])].sort(byPlace);
  return { target, ledger, rules, transmitted, masksMax };
}

/** By table, then from the highest priority down. */
function byPlace(a: Rule, b: Rule): number {
  return a.table - b.table || b.priority - a.priority;
}
