/**
 * `upcall replay CAPTURE...`: runs captures through a whole switch in virtual time and tells what
 * the slow path did.
 *
 * What goes to stdout is decided by the captures, the rules and the seed alone: the same command
 * prints the same bytes. Figures of the wall's clock go to stderr.
 */

import { basename } from 'node:path';
import type { Log } from '../base/log.js';
import { VirtualClock } from '../base/virtual-clock.js';
import { createSwitch, type Switch } from '../switch.js';
import type { BridgeOptions } from '../switch-options.js';
import type { Arguments } from './arguments.js';
import { numberedPorts, setUpBridge } from './bridge-setup.js';
import { type Command, EXIT_FAILURE, EXIT_OK } from './command.js';
import { readFlowFile } from './flow-file.js';
import type { Io } from './io.js';
import { type LoadedCapture, loadCapture } from './loaded-capture.js';
import { createLogger } from './logger.js';
import { MegaflowLedger } from './megaflow-ledger.js';
import { mergeCaptures, type PacketSequence } from './packet-sequence.js';
import { type PortPlan, planPorts } from './port-plan.js';
import { Progress } from './progress.js';
import type { ReplayInspection } from './replay-inspection.js';
import { REPLAY_OPTIONS, type ReplayOptions, readReplayOptions } from './replay-options.js';
import { formatReport } from './replay-report.js';
import { REPLAY_START_MS, ReplayRun } from './replay-run.js';
import { buildDocument, takeSnapshot } from './replay-snapshot.js';
import { TransmitRecorder } from './transmit-recorder.js';
import { Pace, startStopwatch } from './wall-clock.js';

export const replayCommand: Command = {
  name: 'replay',
  summary: 'Run captures through a switch in virtual time; print what the slow path did.',
  synopsis: 'CAPTURE... [OPTION...]',
  options: REPLAY_OPTIONS,
  run: replay,
};

/** Rows of each table of megaflows in the report. */
const MEGAFLOWS_SHOWN = 5;

/** Everything that one replay works with. */
interface Replay {
  readonly options: ReplayOptions;
  readonly captures: readonly LoadedCapture[];
  readonly packets: PacketSequence;
  readonly plan: PortPlan;
  readonly clock: VirtualClock;
  readonly target: Switch;
  readonly log: Log;
  readonly run: ReplayRun;
}

async function replay(args: Arguments, io: Io): Promise<number> {
  const elapsed = startStopwatch();
  const work = prepare(args, io);
  const recorder = startRecorder(work);
  const isJson = work.options.isJson;
  const ledger = isJson ? undefined : new MegaflowLedger(work.target.events, MEGAFLOWS_SHOWN);
  const inspection = await openInspection(work);
  const { inspectPort: port, speed = 1 } = work.options;
  if (inspection === undefined || port === undefined) await play(work, io);
  else await inspection.watch({ port, speed }, io);
  const snapshot = takeSnapshot(work.target);
  await work.target.stop();
  inspection?.close();
  recorder?.close();
  const document = buildDocument({ ...work, snapshot, counts: work.run.counts });
  io.stdout.write(
    ledger === undefined
      ? `${JSON.stringify(document, undefined, 2)}\n`
      : formatReport({ document, history: work.run.history, ledger }),
  );
  io.stderr.write(`replayed ${work.run.done} packets in ${elapsed().toFixed(2)} s\n`);
  return reportBreaks(work.captures, io);
}

function prepare(args: Arguments, io: Io): Replay {
  const options = readReplayOptions(args);
  const captures = options.captures.map(loadCapture);
  const packets = mergeCaptures(captures);
  const plan = planPorts(captures, packets, options.portsMax);
  const clock = new VirtualClock({ start: REPLAY_START_MS });
  const log = createLogger(args, io, () => clock.now());
  const target = createSwitch({
    ports: portCountOf(plan, options),
    ...flowsOf(options),
    clock,
    profile: options.profile,
    seed: options.seed,
    handlers: options.handlers,
    revalidators: options.revalidators,
    settings: { flowLimit: options.flowLimit, maxIdleMs: options.maxIdleMs },
    areMegaflowsOn: options.areMegaflowsOn,
    log,
  });
  setUpBridge(target.bridge(), options.setup);
  const { ports } = plan;
  const run = new ReplayRun({ packets, ports, captureCount: captures.length, clock, target });
  return { options, captures, packets, plan, clock, target, log, run };
}

/** Ports that no packet enters are there where they are told to be something: p9 is the ninth. */
function portCountOf({ names }: PortPlan, { setup }: ReplayOptions): number {
  return Math.max(names.length, ...numberedPorts(setup));
}

/** The rules, and the groups and meters that they use, where a file has them. */
function flowsOf({ flows, groups, meters }: ReplayOptions): BridgeOptions {
  return {
    ...(meters && { meters: readFlowFile(meters, 'meter'), metersSource: meters }),
    ...(groups && { groups: readFlowFile(groups, 'group'), groupsSource: groups }),
    ...(flows && { flows: readFlowFile(flows), flowsSource: flows }),
  };
}

/** Feeds all packets, each at its time. */
async function play({ options, run }: Replay, io: Io): Promise<void> {
  const progress = new Progress(io.stderr, run.total);
  const { speed = 0 } = options;
  const pace = speed === 0 ? undefined : new Pace(REPLAY_START_MS, speed);
  for (let time = run.nextTime; time !== undefined; time = run.nextTime) {
    if (pace !== undefined) await pace.until(time);
    run.advanceTo(time);
    run.enterDue();
    progress.update(run.done);
  }
  progress.end();
}

/** Loads the inspector's room only where something of it is wanted. */
async function openInspection(work: Replay): Promise<ReplayInspection | undefined> {
  const { options, target, run, log } = work;
  const { record } = options;
  const isWatched = options.inspectPort !== undefined;
  if (record === undefined && !isWatched) return undefined;
  const { ReplayInspection } = await import('./replay-inspection.js');
  const title = options.captures.map((path) => basename(path)).join(', ');
  return new ReplayInspection({ target, run, title, record, isWatched, log });
}

function startRecorder({ options, packets, clock, target }: Replay): TransmitRecorder | undefined {
  if (options.write === undefined) return undefined;
  return new TransmitRecorder({ path: options.write, packets, clock, target });
}

/** A capture that was cut short makes the command fail, after all that could be done. */
function reportBreaks(captures: readonly LoadedCapture[], io: Io): number {
  const broken = captures.filter((capture) => capture.error !== undefined);
  for (const capture of broken) io.stderr.write(`upcall: ${capture.error}\n`);
  return broken.length > 0 ? EXIT_FAILURE : EXIT_OK;
}
