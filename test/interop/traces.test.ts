/**
 * The traces in `test/fixtures/traces` beside the switch that printed them: it still prints the
 * same. With `UPCALL_RECORD=1` they are written anew; a file without traces gets those of 40
 * packets that others have.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/base/rng.js';
import { hasOvsPeer, OvsPeer } from './ovs-peer.js';

interface Trace {
  readonly packet: string;
  readonly megaflow: string;
  readonly actions: string;
}

interface Fixture {
  /** Of the protocol that the rules come by, or "newest", each by the newest that can say it. */
  readonly version?: string;
  readonly groups?: readonly string[];
  readonly meters?: readonly string[];
  readonly rules: readonly string[];
  readonly traces?: readonly Trace[];
}

const PACKETS_COUNT = 40;
const STATIC_ADDRESSES = [
  ['p1', '0', '50:54:00:00:00:01'],
  ['p2', '0', '50:54:00:00:00:02'],
  ['p3', '100', '50:54:00:00:00:03'],
] as const;

const isRecording = process.env['UPCALL_RECORD'] !== undefined;
const folder = new URL('../fixtures/traces/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

function read(file: string): Fixture {
  return JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Fixture;
}

/** Packets of all fixtures, each once. */
function allPackets(): string[] {
  const packets = files.flatMap((file) => (read(file).traces ?? []).map(({ packet }) => packet));
  return [...new Set(packets)].sort();
}

function choosePackets(file: string): string[] {
  const seed = [...file].reduce((sum, letter) => 31 * sum + letter.charCodeAt(0), 7);
  const rng = createRng(seed);
  const all = allPackets();
  const chosen = new Set<string>();
  while (chosen.size < PACKETS_COUNT) chosen.add(all[rng.below(all.length)] ?? '');
  return [...chosen];
}

async function startPeer({ version, groups = [], meters = [], rules }: Fixture): Promise<OvsPeer> {
  const peer = await OvsPeer.start({ portCount: 4 });
  for (const meter of meters) peer.changeRules('add-meter', '-OOpenFlow15', meter);
  for (const group of groups) peer.changeRules('add-group', '-OOpenFlow15', group);
  const options = version === undefined ? [] : [`-O${version}`];
  for (const rule of rules) {
    if (version === 'newest') peer.addRule(rule);
    else peer.changeRules('add-flow', ...options, rule);
  }
  for (const [port, vlan, address] of STATIC_ADDRESSES) {
    await peer.command('fdb/add', 'br0', port, vlan, address);
  }
  return peer;
}

async function traceOf(peer: OvsPeer, packet: string): Promise<Trace> {
  const text = await peer.command('ofproto/trace', 'br0', packet);
  const megaflow = /^Megaflow: (.*)$/m.exec(text)?.[1] ?? '';
  const actions = /^Datapath actions: (.*)$/m.exec(text)?.[1] ?? '';
  return { packet, megaflow, actions };
}

/** Without what differs in every run: numbers, and the order of ports that are flooded. */
function comparable({ packet, megaflow, actions }: Trace): string {
  const named = actions.replace(/(?<=recirc_id=|recirc\()\w+/g, 'N').replace(/pid=\d+/g, 'pid=N');
  const sorted = named.replace(/(?<=^|,)\d+(?:,\d+)*(?=,|$)/g, (ports) =>
    ports
      .split(',')
      .sort((a, b) => Number(a) - Number(b))
      .join(),
  );
  return `${packet}\n${megaflow}\n${sorted}`;
}

describe.skipIf(!hasOvsPeer)('ovs-vswitchd', () => {
  it.each(files)('traces packets as %s says', async (file) => {
    const fixture = read(file);
    const peer = await startPeer(fixture);
    try {
      const packets = fixture.traces?.map(({ packet }) => packet) ?? choosePackets(file);
      const traces: Trace[] = [];
      for (const packet of packets) traces.push(await traceOf(peer, packet));
      if (isRecording) {
        const text = JSON.stringify({ ...fixture, traces }, undefined, 1);
        writeFileSync(new URL(file, folder), `${text}\n`);
      }
      expect(traces.map(comparable)).toEqual((read(file).traces ?? []).map(comparable));
    } finally {
      peer.stop();
    }
  });
});
