/**
 * Where the shared captures are: `UPCALL_SHARED`, else `../shared` beside the repository.
 *
 * They are not part of the repository. Tests that need them say so and are left out where they are
 * missing.
 */

import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(process.env['UPCALL_SHARED'] ?? join(import.meta.dirname, '../../../shared'));
const CAPTURES = join(ROOT, 'captures');

export const hasSharedCaptures = existsSync(CAPTURES);

if (!hasSharedCaptures) {
  const remedy = 'set UPCALL_SHARED to the folder that has them';
  process.stderr.write(`Left out: tests on shared captures; no "${CAPTURES}"; ${remedy}\n`);
}

/** The path of a shared capture: `mixed/ndpi-synscan.pcap`. */
export function sharedCapture(name: string): string {
  return join(CAPTURES, name);
}

/** Every shared capture, pcap and pcapng, by its name under the folder. */
export function sharedCaptureNames(): readonly string[] {
  if (!hasSharedCaptures) return [];
  const names = readdirSync(CAPTURES, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => /\.pcap(ng)?$/.test(name)).sort();
}
