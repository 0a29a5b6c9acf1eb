/**
 * `npm run bench:deaf [-- --rules N] [--peers N] [--questions N]`: what a switch grows by when many
 * ask for all rules of a huge table, again and again, and read nothing.
 *
 * Prints memory before and at its peak, how long a reader waits for an answer meanwhile, and how
 * long for all rules afterwards. `--scale 1` runs it once with few.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { encodeHello } from '../../src/openflow/hello-codec.js';
import { encodeMessage } from '../../src/openflow/message.js';
import { OF13 } from '../../src/openflow/protocol.js';
import { FlowCommand, flowMods } from './flow-mods.js';
import { TimedClient } from './timed-client.js';

const CHILD = fileURLToPath(new URL('switch-child.js', import.meta.url));
const ANY = 0xffff_ffff;
/** Milliseconds in which memory must not grow any more. */
const QUIET_MS = 1_000;
const SMOKE = { rules: 1_000, peers: 5, questions: 10 };

const { values } = parseArgs({
  options: {
    rules: { type: 'string', default: '100000' },
    peers: { type: 'string', default: '100' },
    questions: { type: 'string', default: '100' },
    scale: { type: 'string' },
  },
});
const asked = { rules: +values.rules, peers: +values.peers, questions: +values.questions };
const { rules, peers, questions } = values.scale === '1' ? SMOKE : asked;

const folder = mkdtempSync(join(tmpdir(), 'bench-deaf-'));
const path = join(folder, 'br0.mgmt');
const child = spawn(process.execPath, [CHILD, path], { stdio: ['pipe', 'pipe', 'inherit'] });
await once(child.stdout, 'data');
const reader = await TimedClient.connect(path);
await reader.send(flowMods(FlowCommand.ADD, rules, 1));
const before = memory('VmRSS');
const deaf = await Promise.all(Array.from({ length: peers }, () => connectDeaf()));
const waited = await settle();
for (const socket of deaf) socket.destroy();
const dumped = await reader.send(Buffer.from(question(1)));
console.log(`${rules} rules, ${peers} deaf peers that ask for all of them ${questions} times each`);
console.log(`  memory: ${before} MB before, ${memory('VmHWM')} MB at most`);
console.log(`  a reader waits ${waited.toFixed(0)} ms at most meanwhile, and then gets`);
console.log(`  all rules in ${dumped.toFixed(0)} ms`);
reader.close();
child.stdin.end();
await once(child, 'exit');
rmSync(folder, { recursive: true, force: true });

async function connectDeaf(): Promise<Socket> {
  const socket = connect(path);
  await once(socket, 'connect');
  socket.on('error', () => {});
  socket.pause();
  socket.write(encodeHello([OF13], 1));
  for (let i = 0; i < questions; i++) socket.write(question(i));
  return socket;
}

/** Flow statistics of everything. */
function question(xid: number): Uint8Array {
  return encodeMessage(OF13, 'stats_request', xid, (body) => {
    body.u16(1).u16(0).zeros(4).u8(0xff).zeros(3).u32(ANY).u32(ANY).zeros(4);
    body.u64(0n).u64(0n).u16(1).u16(4).zeros(4);
  });
}

/** Until memory has stopped growing; the longest that the reader waited for an answer. */
async function settle(): Promise<number> {
  let longest = 0;
  for (let peak = 0; memory('VmHWM') > peak; await pause(QUIET_MS)) {
    peak = memory('VmHWM');
    longest = Math.max(longest, await reader.send(Buffer.alloc(0)));
  }
  return longest;
}

/** Of the switch, in MB. */
function memory(row: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Math.round(Number(new RegExp(`^${row}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024);
}
