/**
 * Capture files of the test's own, in a temporary folder.
 */

import { mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PcapWriter } from '../../src/packet/pcap-writer.js';

const folder = mkdtempSync(join(tmpdir(), 'upcall-test-'));

/** A path in the temporary folder. */
export function temporaryFile(name: string): string {
  return join(folder, name);
}

/** Writes `text` and returns the path. */
export function textFile(name: string, text: string): string {
  const path = temporaryFile(name);
  writeFileSync(path, text);
  return path;
}

/** A pcap file with `frames` at `timesMs` (default: one a millisecond), counted from 1 s. */
export function pcapFile(
  name: string,
  frames: readonly Uint8Array[],
  timesMs: readonly number[] = frames.map((_, i) => i),
): string {
  const path = temporaryFile(name);
  const writer = new PcapWriter(path);
  for (const [i, frame] of frames.entries()) {
    const ms = 1000 + (timesMs[i] ?? 0);
    writer.write(frame, Math.floor(ms / 1000), (ms % 1000) * 1_000_000);
  }
  writer.close();
  return path;
}

/** Cuts the last `count` bytes off a file. */
export function cutShort(path: string, count: number): string {
  truncateSync(path, readFileSync(path).length - count);
  return path;
}
