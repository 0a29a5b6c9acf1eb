/**
 * `npm run soak -- [--minutes N] [--connections N] [--leak KB]`: an `upcall run` with 200
 * connections, half of which never read, under traffic of which every packet goes to all of them.
 *
 * Prints memory and what the switch counts, and exits with 1 where memory grows on after it has
 * warmed up (`memory-growth.ts` says what that is), somebody who reads is not answered, or a packet
 * is unaccounted for at the end. `--leak` plants a leak in the daemon, of so many kB a second.
 */

import { parseArgs } from 'node:util';
import { GROWTH_MAX, growthOf, type MemorySample } from './memory-growth.js';
import { SoakedDaemon } from './soaked-daemon.js';
import { SoakPeer } from './soak-peer.js';

const MINUTE_MS = 60_000;
const ROUND_MS = 20;
const FRAMES_A_ROUND = 20;
const REPORTS_COUNT = 10;
/** Questions of each deaf one at the beginning: as much as is ever kept for it is kept soon. */
const DEAF_QUESTIONS = 10;
/** MB that memory may be altogether. */
const MEMORY_MAX = 512;
const ECHO_MS_MAX = 10_000;
const COUNTERS = /^(ofconn_\w+|packet_in_overflow|ofp_error_sent|ofconn_fault).*total: \d+$/gm;

/** Of UDP from 10.0.0.1 to 10.0.0.2. */
const IP_HEADER = '450003e000000000401100000a0000010a000002';
/** Bytes in UDP: what a deaf one does not read shall soon fill what the kernel keeps for it. */
const DATA_SIZE = 964;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    connections: { type: 'string', default: '200' },
    leak: { type: 'string', default: '0' },
  },
});
const totalMs = Number(values.minutes) * MINUTE_MS;
const count = Number(values.connections);
if (!(totalMs > 0) || !Number.isInteger(count)) {
  console.error('soak: Cannot run: --minutes is a positive number, --connections a whole one');
  process.exit(2);
}

const daemon = await SoakedDaemon.start(Number(values.leak));
const peers: SoakPeer[] = [];
for (let i = 0; i < count; i++)
  peers.push(await SoakPeer.connect(daemon.port, i % 2 === 0, i >> 1));
const memory: MemorySample[] = [];
let sent = 0;
await soak();
process.exit((await conclude()) ? 0 : 1);

async function soak(): Promise<void> {
  const start = performance.now();
  let nextReport = 0;
  for (let i = 0; i < DEAF_QUESTIONS; i++) {
    for (const peer of peers) if (!peer.isReader) peer.ask();
    await pause(ROUND_MS);
  }
  for (let round = 0; performance.now() - start < totalMs; round++) {
    await daemon.receive(`p${1 + (round % 3)}`, framesOf(round));
    sent += FRAMES_A_ROUND;
    peers[round % count]?.ask();
    if (round % 10 === 0) reader(round / 10)?.changeFlow(round / 10);
    memory.push({ ms: performance.now() - start, memory: daemon.memory });
    if (performance.now() - start >= nextReport) {
      nextReport += totalMs / REPORTS_COUNT;
      tell(performance.now() - start);
    }
    await pause(ROUND_MS);
  }
}

function reader(index: number): SoakPeer | undefined {
  const readers = peers.filter(({ isReader }) => isReader);
  return readers[index % readers.length];
}

/** UDP between a few hosts and many ports. */
function framesOf(round: number): string[] {
  return Array.from({ length: FRAMES_A_ROUND }, (_, i) => {
    const port = ((round * FRAMES_A_ROUND + i) % 2_000) + 1_024;
    const hosts = `02000000000${round % 8}02000000001${i % 8}`;
    const ports = `${port.toString(16).padStart(4, '0')}0035`;
    return `${hosts}0800${IP_HEADER}${ports}03cc0000${'00'.repeat(DATA_SIZE)}`;
  });
}

function tell(ms: number): void {
  const open = peers.filter(({ isOpen }) => isOpen).length;
  const packetIns = sum(({ packetIns }) => packetIns);
  const others = sum(({ others }) => others);
  console.log(
    `${(ms / 1000).toFixed(0)} s: ${daemon.memory.toFixed(0)} MB, ${open} connections, ` +
      `${sent} frames sent, ${packetIns} packet-ins and ${others} other messages read`,
  );
}

async function conclude(): Promise<boolean> {
  const isOpen = peers.every((peer) => peer.isOpen);
  const counters = (await daemon.command('coverage/show')).match(COUNTERS) ?? [];
  const echoMsMax = Math.max(...peers.map((peer) => peer.echoMsMax));
  const highest = Math.max(...memory.map((sample) => sample.memory));
  for (const peer of peers) peer.close();
  const end = await daemon.stop();
  const isConserved = end.endsWith('every packet is accounted for');
  console.log(counters.join('\n'));
  const { middle, last, isBounded } = growthOf(memory, totalMs);
  console.log(
    `memory: median ${middle.toFixed(0)} MB of the middle third, ` +
      `${last.toFixed(0)} MB of the last; ${highest.toFixed(0)} MB at most`,
  );
  console.log(`longest echo ${echoMsMax.toFixed(0)} ms`);
  console.log(end);
  const complaints = [
    isOpen ? '' : 'somebody was cut off',
    isBounded
      ? ''
      : `memory grows: ${(last - middle).toFixed(0)} MB from the middle to the last third, ` +
        `${GROWTH_MAX} MB at most are allowed`,
    highest < MEMORY_MAX ? '' : `memory is not less than ${MEMORY_MAX} MB`,
    isConserved ? '' : 'a packet is unaccounted for',
    echoMsMax < ECHO_MS_MAX ? '' : 'somebody waited too long for an echo',
  ].filter((complaint) => complaint !== '');
  for (const complaint of complaints) console.log(`soak: ${complaint}`);
  return complaints.length === 0;
}

function sum(of: (peer: SoakPeer) => number): number {
  return peers.reduce((total, peer) => total + of(peer), 0);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
