/**
 * How wide our megaflows are: as few as the real Open vSwitch needs, within a tenth.
 *
 * The same packets enter the same ports one after the other, under the same rules, with time
 * stopped on both sides, so that nothing expires.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { loadCapture } from '../../src/cli/loaded-capture.js';
import { mergeCaptures } from '../../src/cli/packet-sequence.js';
import { planPorts } from '../../src/cli/port-plan.js';
import { createSwitch } from '../../src/switch.js';
import { sharedCapture } from '../cli/shared-captures.js';
import { hasOvsPeer, type IncomingFrame, OvsPeer } from './ovs-peer.js';

const PORT_COUNT = 8;
const START_MS = 1_000_000;
const WIDTH_RATIO_MAX = 1.1;
const CAPTURES = ['ndpi-synscan', 'snabb-sanitized4k', 'mixed-apps-a'];
const FIREWALL = join(import.meta.dirname, 'width.flows');

const folder = mkdtempSync(join(tmpdir(), 'upcall-width-'));
const normal = join(folder, 'normal.flows');

beforeAll(() => writeFileSync(normal, 'priority=0,actions=NORMAL\n'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(!hasOvsPeer)('The number of megaflows', () => {
  for (const capture of CAPTURES) {
    it.each([
      { rules: 'one NORMAL rule', flowFile: normal },
      { rules: 'a firewall', flowFile: FIREWALL },
    ])(`is that of Open vSwitch for ${capture} and $rules`, async ({ rules, flowFile }) => {
      const frames = readFrames(sharedCapture(`mixed/${capture}.pcap`));
      const theirs = await countTheirs(frames, flowFile);
      const ours = countOurs(frames, readFileSync(flowFile, 'utf8'));
      console.log(`${capture}, ${rules}: ${ours} megaflows, Open vSwitch ${theirs}`);
      expect(theirs).toBeGreaterThan(1);
      expect(ours).toBeLessThanOrEqual(theirs * WIDTH_RATIO_MAX);
    });
  }

  it('is 2 for a SYN scan and one NORMAL rule', () => {
    const frames = readFrames(sharedCapture('mixed/ndpi-synscan.pcap'));
    expect(countOurs(frames, readFileSync(normal, 'utf8'))).toBe(2);
  });
});

/** A capture's frames with the ports that `upcall replay` gives them. */
function readFrames(path: string): IncomingFrame[] {
  const captures = [loadCapture(path)];
  const packets = mergeCaptures(captures);
  const { ports } = planPorts(captures, packets, PORT_COUNT);
  return packets.data.map((data, i) => ({ data, port: ports[i] ?? 1 }));
}

async function countTheirs(frames: readonly IncomingFrame[], flowFile: string): Promise<number> {
  const peer = await OvsPeer.start({ portCount: PORT_COUNT, flowFile });
  try {
    await peer.receive(frames);
    return (await peer.megaflows()).length;
  } finally {
    peer.stop();
  }
}

function countOurs(frames: readonly IncomingFrame[], flows: string): number {
  const clock = new VirtualClock({ start: START_MS });
  const sw = createSwitch({ ports: PORT_COUNT, flows, clock });
  clock.runDue();
  for (const { port, data } of frames) {
    sw.inject(port, data);
    clock.runDue();
  }
  return sw.datapath.getStats().flows;
}
