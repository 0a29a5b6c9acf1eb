import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ReplayDocument } from '../../src/cli/replay-document.js';
import { runCli } from './run-cli.js';
import { hasSharedCaptures, sharedCapture, sharedCaptureNames } from './shared-captures.js';

/** Not Ethernet, or cut short: replayed up to the break, exit status 1. */
const BROKEN = new Set([
  'format/ndpi-ocs.pcap',
  'format/zeek-linux_dlt_sll2.pcap',
  'format/zeek-llc.pcap',
  'format/zeek-nflog-http.pcap',
  'malformed/ndpi-fuzz-2021-10-13.pcap',
]);
const FOUR_TABLES = join(import.meta.dirname, '../fixtures/four-tables.flows');

async function replay(name: string, ...options: string[]): Promise<ReplayDocument> {
  const { status, stdout } = await runCli(['replay', sharedCapture(name), '--json', ...options]);
  const document: ReplayDocument = JSON.parse(stdout);
  const isBroken = document.captures[0]?.error !== undefined;
  expect(isBroken, `${name}: ${document.captures[0]?.error}`).toBe(BROKEN.has(name));
  expect(status).toBe(isBroken ? 1 : 0);
  return document;
}

function expectConserved(document: ReplayDocument): void {
  const { lookups } = document.datapath;
  const received = document.ports.reduce((sum, port) => sum + port.rxPackets, 0);
  expect(lookups.hit + lookups.missed + lookups.invalid).toBe(received);
  expect(document.conservation.packetsIn).toBe(document.captures[0]?.packets);
  expect(document.conservation.bytesIn).toBe(document.captures[0]?.bytes);
  expect(document.conservation).toMatchObject({ ok: true });
}

describe.skipIf(!hasSharedCaptures)('upcall replay conserves packets and bytes', () => {
  it.each(sharedCaptureNames())('%s with the default rule', async (name) => {
    expectConserved(await replay(name));
  });

  it.each(sharedCaptureNames())('%s with 36 rules over 4 tables', async (name) => {
    expectConserved(await replay(name, '--flows', FOUR_TABLES));
  });

  it('ndpi-synscan.pcap with many actors, a low limit and no wildcards', async () => {
    const options = ['--flow-limit', '50', '--megaflows', 'off'];
    const actors = ['--handlers', '3', '--revalidators', '4'];
    expectConserved(await replay('mixed/ndpi-synscan.pcap', ...options, ...actors));
  });
});
