/**
 * Flows of packets, as text, beside the real `ovs-ofctl parse-pcap`: every shared capture that it
 * reads without complaint, and thousands of mutated packets, byte for byte.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createRng, type Rng } from '../../src/base/rng.js';
import { openCapture } from '../../src/packet/capture-reader.js';
import { formatCapture } from '../../src/packet/flow-text.js';
import { PcapWriter } from '../../src/packet/pcap-writer.js';
import { hasSharedCaptures, sharedCapture, sharedCaptureNames } from '../cli/shared-captures.js';
import { hasOvsOfctl, runOvsOfctl } from './ovs-ofctl.js';

/** What the acceptance of issue 2 names: captures that ovs-ofctl reads, and their packets. */
const CAPTURE_COUNT = 48;
const PACKET_COUNT = 153_462;
const MUTANT_COUNT = 20_000;

const folder = mkdtempSync(join(tmpdir(), 'parse-pcap-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What ovs-ofctl prints; undefined where it fails or complains. */
function theirLines(path: string): string[] | undefined {
  const { status, stdout, stderr } = runOvsOfctl(['parse-pcap', path]);
  return status === 0 && stderr === '' ? stdout.split('\n').slice(0, -1) : undefined;
}

/** The first difference, readable; undefined where both are the same. */
function firstDifference(ours: readonly string[], theirs: readonly string[]): string | undefined {
  for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
    if (ours[i] !== theirs[i]) return `packet ${i + 1}\n  ovs: ${theirs[i]}\n  our: ${ours[i]}`;
  }
  return undefined;
}

describe.runIf(hasOvsOfctl && hasSharedCaptures)('formatCapture() beside ovs-ofctl', () => {
  it('prints the same bytes for every shared capture that ovs-ofctl reads', () => {
    let captureCount = 0;
    let packetCount = 0;
    for (const name of sharedCaptureNames().filter((file) => file.endsWith('.pcap'))) {
      const path = sharedCapture(name);
      const theirs = theirLines(path);
      if (theirs === undefined) continue;
      const difference = firstDifference([...formatCapture(openCapture(path))], theirs);
      expect(difference, name).toBeUndefined();
      captureCount++;
      packetCount += theirs.length;
    }
    expect({ captureCount, packetCount }).toEqual({
      captureCount: CAPTURE_COUNT,
      packetCount: PACKET_COUNT,
    });
  });

  it('prints the same bytes for mutated packets', () => {
    const path = join(folder, 'mutants.pcap');
    writeMutants(path, createRng(2));
    const theirs = theirLines(path);
    expect(theirs).toHaveLength(MUTANT_COUNT);
    const difference = firstDifference([...formatCapture(openCapture(path))], theirs ?? []);
    expect(difference).toBeUndefined();
  });
});

const SMALLEST_FRAME = 14;
const LARGEST_SEED = 2000;
const SEEDS_A_CAPTURE = 40;

/** Packets of every kind, as material for mutations. */
function seedPackets(): Uint8Array[] {
  const seeds: Uint8Array[] = [];
  for (const name of sharedCaptureNames().filter((file) => !file.startsWith('mixed'))) {
    let count = 0;
    for (const { data } of openCapture(sharedCapture(name))) {
      if (++count > SEEDS_A_CAPTURE) break;
      if (data.length >= SMALLEST_FRAME && data.length <= LARGEST_SEED) seeds.push(data);
    }
  }
  return seeds;
}

function writeMutants(path: string, rng: Rng): void {
  const seeds = seedPackets();
  const writer = new PcapWriter(path);
  for (let i = 0; i < MUTANT_COUNT; i++) {
    const seed = seeds[rng.below(seeds.length)] ?? new Uint8Array(SMALLEST_FRAME);
    const mutate = MUTATIONS[rng.below(MUTATIONS.length)] ?? truncate;
    writer.write(fixLengths(mutate(seed, rng), rng), i, 0);
  }
  writer.close();
}

const ETH_TYPES = [0x0800, 0x86dd, 0x8100, 0x88a8, 0x8847, 0x894f, 0x0806, 0x8035, 0x0100, 0x0600];
/** Header lengths, next headers and ND types: bytes that lead extraction elsewhere. */
const TELLING_BYTES = [0, 1, 2, 4, 6, 8, 17, 43, 44, 51, 58, 60, 132, 135, 136, 0x45, 0x46, 0x60];
const MUTATIONS = [truncate, extend, scramble, retype, redirect, tag];

function truncate(seed: Uint8Array, rng: Rng): Uint8Array {
  return seed.slice(0, SMALLEST_FRAME + rng.below(seed.length - SMALLEST_FRAME + 1));
}

function extend(seed: Uint8Array, rng: Rng): Uint8Array {
  const data = new Uint8Array(seed.length + rng.below(400));
  data.set(seed);
  return data;
}

function scramble(seed: Uint8Array, rng: Rng): Uint8Array {
  const data = seed.slice();
  for (let i = rng.below(6); i >= 0; i--) data[12 + rng.below(70)] = rng.below(256);
  return data;
}

function retype(seed: Uint8Array, rng: Rng): Uint8Array {
  const data = seed.slice();
  new DataView(data.buffer).setUint16(12, ETH_TYPES[rng.below(ETH_TYPES.length)] ?? 0);
  return data;
}

function redirect(seed: Uint8Array, rng: Rng): Uint8Array {
  const data = seed.slice();
  for (let i = 0; i < 3; i++) {
    data[SMALLEST_FRAME + rng.below(44)] = TELLING_BYTES[rng.below(TELLING_BYTES.length)] ?? 0;
  }
  return data;
}

function tag(seed: Uint8Array, rng: Rng): Uint8Array {
  const size = 4 * (1 + rng.below(3));
  const data = new Uint8Array(seed.length + size);
  data.set(seed.subarray(0, 12));
  data.set(seed.subarray(12), 12 + size);
  const view = new DataView(data.buffer);
  for (let at = 12; at < 12 + size; at += 4) {
    view.setUint32(at, ((rng.below(2) === 0 ? 0x8100 : 0x88a8) << 16) | rng.below(0x1_0000));
  }
  return data;
}

/** Makes the IP length agree with the frame, in every third one: else most would end there. */
function fixLengths(data: Uint8Array, rng: Rng): Uint8Array {
  if (rng.below(3) > 0 || data.length < SMALLEST_FRAME + 40) return data;
  const view = new DataView(data.buffer, data.byteOffset);
  const type = view.getUint16(12);
  if (type === 0x0800) view.setUint16(16, data.length - SMALLEST_FRAME);
  else if (type === 0x86dd) view.setUint16(18, data.length - SMALLEST_FRAME - 40);
  return data;
}
