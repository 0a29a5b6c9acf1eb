/**
 * One replay in a process of its own, as `upcall replay` does it: on its own, recorded, or looked
 * at. Says by IPC what the replay itself took; reading the capture and the report are left out.
 *
 * `replay-child.js CAPTURE plain|record|inspect FILE`; FILE is where a recording goes. Looked at,
 * it says its address first, and ends when it is told that the page has seen the end.
 */

import { silentLog } from '../../src/base/log.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { loadCapture } from '../../src/cli/loaded-capture.js';
import { mergeCaptures } from '../../src/cli/packet-sequence.js';
import { planPorts } from '../../src/cli/port-plan.js';
import { ReplayInspection } from '../../src/cli/replay-inspection.js';
import { REPLAY_START_MS, ReplayRun } from '../../src/cli/replay-run.js';
import { createSwitch } from '../../src/switch.js';
import { cpuMs } from './pairs.js';

/** What `upcall replay` takes unless it is told otherwise. */
const PORTS_MAX = 8;

/** What a replay took, and what it did, which must be the same each time. */
export interface ReplayFigures {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly packets: number;
  readonly upcalls: number;
}

const [capture = '', mode = 'plain', file = ''] = process.argv.slice(2);
const captures = [loadCapture(capture)];
const packets = mergeCaptures(captures);
const { names, ports } = planPorts(captures, packets, PORTS_MAX);
const clock = new VirtualClock({ start: REPLAY_START_MS });
const target = createSwitch({ ports: names.length, clock });
const run = new ReplayRun({ packets, ports, captureCount: 1, clock, target });

const cpuBefore = cpuMs();
const wallBefore = performance.now();
if (mode === 'inspect') await watch();
else play();
report();

/** To the last packet. */
function play(): void {
  const isRecorded = mode === 'record';
  const inspection = isRecorded ? inspect({ record: file, isWatched: false }) : undefined;
  for (let time = run.nextTime; time !== undefined; time = run.nextTime) {
    run.advanceTo(time);
    run.enterDue();
  }
  inspection?.close();
}

async function watch(): Promise<void> {
  const inspection = inspect({ record: undefined, isWatched: true });
  const stderr = { write: (text: string | Uint8Array) => tell(String(text)) };
  const onInterrupt = (listener: () => void): (() => void) => {
    process.once('message', listener);
    return () => process.off('message', listener);
  };
  await inspection.watch({ port: 0, speed: 0 }, { stdout: stderr, stderr, env: {}, onInterrupt });
  inspection.close();
}

function inspect(how: { record: string | undefined; isWatched: boolean }): ReplayInspection {
  return new ReplayInspection({ target, run, title: 'bench', log: silentLog, ...how });
}

function tell(text: string): void {
  const url = /look at (\S+)/.exec(text)?.[1];
  if (url !== undefined) process.send?.({ url });
}

function report(): void {
  const figures: ReplayFigures = {
    cpuMs: cpuMs() - cpuBefore,
    wallMs: performance.now() - wallBefore,
    packets: run.done,
    upcalls: target.datapath.getStats().missed,
  };
  process.send?.({ figures }, undefined, {}, () => process.disconnect());
}
