/**
 * What hosts of a lab do to each other besides ping: TCP for some seconds, and an HTTP download.
 */

import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host, NetworkLab } from './network-lab.js';

const IPERF_PORT = 5201;
const HTTP_PORT = 8000;
/** Of programs that we have not written. */
const WAIT_MS_MAX = 60_000;
const POLL_MS = 20;
const FILE_SIZE = 5_000_000;
const FETCH = [
  'import hashlib, sys, urllib.request as u',
  'print(hashlib.sha256(u.urlopen(sys.argv[1]).read()).hexdigest())',
].join('\n');

/** What `iperf3` measures between two hosts, in Mbit/s. */
export async function measureTcp(
  lab: NetworkLab,
  from: Host,
  to: Host,
  seconds: number,
): Promise<number> {
  const server = lab.start(to.name, 'iperf3', '--server', '--one-off', '--json');
  await waitForPort(lab, to.name, IPERF_PORT);
  const words = ['--client', to.address, '--time', String(seconds), '--json'];
  const report = JSON.parse(await lab.run(from.name, 'iperf3', ...words));
  server.kill();
  return report.end.sum_received.bits_per_second / 1e6;
}

/** A file of random bytes by HTTP; what it was and what came, as SHA-256. */
export async function download(
  lab: NetworkLab,
  from: Host,
  to: Host,
): Promise<{ readonly sent: string; readonly received: string }> {
  const content = randomBytes(FILE_SIZE);
  writeFileSync(join(lab.folder, 'file'), content);
  const words = ['-m', 'http.server', '--directory', lab.folder, String(HTTP_PORT)];
  const server = lab.start(to.name, 'python3', ...words);
  await waitForPort(lab, to.name, HTTP_PORT);
  const url = `http://${to.address}:${HTTP_PORT}/file`;
  const received = await lab.run(from.name, 'python3', '-c', FETCH, url);
  server.kill();
  return { sent: createHash('sha256').update(content).digest('hex'), received: received.trim() };
}

/** Resolves when somebody listens on a TCP port of a namespace. */
export async function waitForPort(lab: NetworkLab, namespace: string, port: number): Promise<void> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  await untilSo(`somebody listens on port ${port}`, async () => {
    const tables = await lab.run(namespace, 'cat', '/proc/net/tcp', '/proc/net/tcp6');
    return tables.split('\n').some((line) => line.includes(suffix) && line.includes(' 0A '));
  });
}

/** Resolves when `isSo`; rejects where it has not come about for too long. */
export async function untilSo(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WAIT_MS_MAX;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
