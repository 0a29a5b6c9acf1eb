/**
 * How long does a replay of the bundled capture take, a packet, with the rules that it comes with?
 *
 * Sizes are numbers of replays in a round, each with a switch of its own.
 */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { VirtualClock } from '../src/base/virtual-clock.js';
import { type LoadedCapture, loadCapture } from '../src/cli/loaded-capture.js';
import { mergeCaptures } from '../src/cli/packet-sequence.js';
import { planPorts } from '../src/cli/port-plan.js';
import { REPLAY_START_MS, ReplayRun } from '../src/cli/replay-run.js';
import { createSwitch } from '../src/switch.js';
import type { Bench } from './bench.js';

const PORTS_MAX = 8;

export const replayBench: Bench = {
  name: 'replay',
  operation: 'packet',
  sizes: [5],
  prepare(size) {
    const folder = captureFolder();
    const captures = [loadCapture(join(folder, 'bundled.pcap'))];
    const flows = readFileSync(join(folder, 'bundled.flows'), 'utf8');
    return {
      operationCount: size * (captures[0]?.data.length ?? 0),
      round() {
        let checksum = 0;
        for (let i = 0; i < size; i++) checksum += replay(captures, flows);
        return checksum;
      },
    };
  },
};

/** Replays to the last packet; how many were found in the datapath. */
function replay(captures: readonly LoadedCapture[], flows: string): number {
  const packets = mergeCaptures(captures);
  const { names, ports } = planPorts(captures, packets, PORTS_MAX);
  const clock = new VirtualClock({ start: REPLAY_START_MS });
  const target = createSwitch({ ports: names.length, flows, clock });
  const run = new ReplayRun({ packets, ports, captureCount: captures.length, clock, target });
  for (let time = run.nextTime; time !== undefined; time = run.nextTime) {
    run.advanceTo(time);
    run.enterDue();
  }
  return target.datapath.getStats().hit;
}

/** `captures/` of the repository, whether this runs from its source or compiled. */
function captureFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'captures'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('Cannot find "captures/" in any folder above the bench');
    folder = parent;
  }
  return join(folder, 'captures');
}
