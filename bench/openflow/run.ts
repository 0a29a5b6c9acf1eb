/**
 * `npm run bench:openflow [-- --flows N] [--runs N] [--profile]`: 100,000 flow-mods over one
 * connection with a barrier behind them, on our switch and on a real ovs-vswitchd, in turn.
 *
 * Prints rates and the peak memory of both. `--scale 1` runs everything once with few flows;
 * `--profile` writes a CPU profile of ours. Where Open vSwitch is missing, ours is measured alone.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hasOvsPeer, OvsPeer } from '../../test/interop/ovs-peer.js';
import { FlowCommand, flowMods } from './flow-mods.js';
import { TimedClient } from './timed-client.js';

const CHILD = fileURLToPath(new URL('switch-child.js', import.meta.url));
const SMOKE_FLOWS = 1_000;
/** The kernel counts CPU in hundredths of a second. */
const TICK_MS = 10;

const { values } = parseArgs({
  options: {
    flows: { type: 'string', default: '100000' },
    runs: { type: 'string', default: '3' },
    scale: { type: 'string' },
    profile: { type: 'boolean', default: false },
  },
});
const isSmoke = values.scale === '1';
const flows = isSmoke ? SMOKE_FLOWS : Number(values.flows);
const runs = isSmoke ? 1 : Number(values.runs);

/** What is sent, in this order. */
const LOADS = {
  add: flowMods(FlowCommand.ADD, flows, 1),
  modify: flowMods(FlowCommand.MODIFY_STRICT, flows, 2),
  delete: flowMods(FlowCommand.DELETE_STRICT, flows, 2),
};
type Load = keyof typeof LOADS;
const NAMES = Object.keys(LOADS) as Load[];

interface Measured {
  /** Milliseconds until the barrier was answered. */
  readonly ms: Readonly<Record<Load, number>>;
  /** Of CPU meanwhile: on a busy machine the fairer figure. */
  readonly cpuMs: Readonly<Record<Load, number>>;
  /** Peak resident memory, in kB. */
  readonly peak: number;
}

const ours: Measured[] = [];
const theirs: Measured[] = [];
for (let run = 0; run < runs; run++) {
  ours.push(await measureOurs());
  if (hasOvsPeer) theirs.push(await measureTheirs());
}
print();

async function measureOurs(): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-openflow-'));
  const path = join(folder, 'br0.mgmt');
  const flags = values.profile ? ['--cpu-prof', '--cpu-prof-dir=.'] : [];
  const child = spawn(process.execPath, [...flags, CHILD, path], { stdio: 'pipe' });
  try {
    await once(child.stdout, 'data');
    return await measure(path, child.pid ?? 0);
  } finally {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function ended(child: ChildProcess): Promise<void> {
  child.stdin?.end();
  if (child.exitCode === null) await once(child, 'exit');
}

async function measureTheirs(): Promise<Measured> {
  const peer = await OvsPeer.start({ portCount: 2 });
  try {
    return await measure(peer.openFlowTarget.replace('unix:', ''), peer.pid);
  } finally {
    peer.stop();
  }
}

async function measure(path: string, pid: number): Promise<Measured> {
  const client = await TimedClient.connect(path);
  const ms = { add: 0, modify: 0, delete: 0 };
  const cpuMs = { ...ms };
  for (const name of NAMES) {
    const before = cpuOf(pid);
    ms[name] = await client.send(LOADS[name]);
    cpuMs[name] = cpuOf(pid) - before;
  }
  client.close();
  return { ms, cpuMs, peak: peakOf(pid) };
}

/** Milliseconds of CPU that all threads of a process have had. */
function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** `VmHWM` of a process. */
function peakOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
}

function print(): void {
  console.log(`${flows} flow-mods of each kind, one connection, median of ${runs} (flow-mods/s)`);
  for (const name of NAMES) {
    console.log(`  ${name.padEnd(6)} ${compared(({ ms }) => ms[name])}`);
    console.log(`  ${''.padEnd(6)} ${compared(({ cpuMs }) => cpuMs[name])} by CPU time`);
  }
  const [mine, real] = [ours, theirs].map((all) => median(all.map(({ peak }) => peak)) / 1024);
  console.log(`  peak memory: ours ${mine?.toFixed(0)} MB, ovs-vswitchd ${real?.toFixed(0)} MB`);
}

/** Rates of both by the milliseconds that `of` says, and how many times theirs ours is. */
function compared(of: (measured: Measured) => number): string {
  const [mine = 0, real = 0] = [ours, theirs].map((all) => median(all.map(of)));
  const rate = (ms: number): string => (ms > 0 ? Math.round((flows / ms) * 1000).toString() : '-');
  const ratio = mine > 0 && real > 0 ? (real / mine).toFixed(2) : '-';
  return `ours ${rate(mine)}, ovs-vswitchd ${rate(real)}, ratio ${ratio}`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
