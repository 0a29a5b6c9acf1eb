/**
 * Flow-mods as `ovs-ofctl` 3.1 sends them, for every action in every version, and what
 * `ovs-vswitchd` made of each: the flow that it then had, or the error that it sent.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ByteWriter } from '../../src/openflow/byte-writer.js';
import { writeInstructions } from '../../src/openflow/instruction-codec.js';
import { OFP_VERSIONS, type OfpVersion } from '../../src/openflow/protocol.js';
import { createBench, errorIn, TestPeer } from './test-peer.js';

interface Recorded {
  readonly version: OfpVersion;
  readonly text: string;
  readonly messages: readonly Uint8Array[];
  /** The flow as `ovs-ofctl --no-stats dump-flows` shows it, or an error's name. */
  readonly outcome: string;
}

const FILE = join(import.meta.dirname, 'fixtures/flow-mods.txt');
const recorded = readRecorded(readFileSync(FILE, 'utf8'));

function readRecorded(file: string): Recorded[] {
  const lines = file.split('\n');
  const found: Recorded[] = [];
  for (let i = 0; i + 2 < lines.length; i += 3) {
    const [version = '', text = ''] = (lines[i] ?? '').split('\t');
    const messages = (lines[i + 1] ?? '').trim().split(' ');
    found.push({
      version: (Number(version) - 9) as OfpVersion,
      text,
      messages: messages.map((hex) => Uint8Array.from(Buffer.from(hex, 'hex'))),
      outcome: (lines[i + 2] ?? '').trim(),
    });
  }
  return found;
}

/** What we do otherwise: connections are not tracked yet; 1.1's name for an older action. */
const DIFFERENT = /ct_clear|set_vlan_vid/;

describe.each(OFP_VERSIONS)('Flow-mods of version %d', (version) => {
  const mine = recorded
    .filter((each) => each.version === version)
    .filter(({ outcome }) => !DIFFERENT.test(outcome));
  let peer: TestPeer;

  beforeAll(() => {
    const bench = createBench();
    for (const group of [3, 5]) bench.sw.addGroup(`group_id=${group},type=all,bucket=output:1`);
    for (const meter of [3, 5]) bench.sw.addMeter(`meter=${meter},pktps,band=type=drop,rate=100`);
    peer = new TestPeer(version, bench);
  });

  it.each(mine)('$text', ({ messages, outcome }) => {
    const { sw } = peer.bench;
    sw.deleteFlows();
    const errors = messages.flatMap((bytes) =>
      peer.send(bytes).map((message) => errorIn(message, version)),
    );
    if (/^[A-Z]+_/.test(outcome) && !outcome.includes('=')) {
      expect(errors).toEqual([outcome]);
      return;
    }
    expect(errors).toEqual([]);
    const [rule] = sw.bridge().ofproto.tables.rules();
    const writer = new ByteWriter();
    writeInstructions(writer, rule?.actions ?? [], version);
    const bytes = Buffer.from(writer.finish()).toString('hex');
    expect(sw.dumpFlows()).toContain(outcome.replace(/^.*actions=/, 'actions='));
    const sent = Buffer.from(messages.at(-1) ?? []).toString('hex');
    expect(sent.endsWith(bytes), `${sent} ends with ${bytes}`).toBe(true);
  });
});
