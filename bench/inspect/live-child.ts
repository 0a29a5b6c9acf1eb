/**
 * A busy switch in a process of its own, with the inspector's server: `live-child.js UPCALLS FLOWS
 * MS`. Says its address when as many flows exist as there shall be, then, every MS, what the switch
 * did and what the inspector's turns took. Ends when it is told to; says then whether every packet
 * was accounted for.
 */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { silentLog } from '../../src/base/log.js';
import { startServer } from '../../src/inspector/inspector-server.js';
import { LiveSession } from '../../src/inspector/live-session.js';
import { LiveLoad } from './live-load.js';
import { TimedClock } from './timed-clock.js';

/** Since the last ones. */
export interface LiveFigures {
  readonly flows: number;
  readonly upcallsPerSecond: number;
  /** CPU time of the inspector's own turns, ms: the one in a hundred, the longest, all of them. */
  readonly turns: { readonly p99: number; readonly longest: number; readonly share: number };
  /** How late the event loop was, ms; other programs' doing included. */
  readonly gaps: { readonly p50: number; readonly p99: number; readonly longest: number };
  readonly heapBytes: number;
}

export interface LiveEnd {
  readonly isConserved: boolean;
  readonly packets: number;
}

export type LiveMessage =
  | { readonly url: string }
  | { readonly figures: LiveFigures }
  | { readonly end: LiveEnd };

const POLL_MS = 100;
const NS_PER_MS = 1e6;

const [upcalls = '1000', flows = '1000', ms = '1000'] = process.argv.slice(2);
const load = new LiveLoad({ upcallsPerSecond: Number(upcalls), flows: Number(flows) });
load.start();
await untilFull();
const clock = new TimedClock();
const session = new LiveSession({ target: load.sw, clock, log: silentLog });
const page = pathToFileURL(`${process.cwd()}/dist/inspector/page/`);
const server = await startServer({ session, port: 0, clock, pagePlaces: [page] });
const gaps = monitorEventLoopDelay({ resolution: 1 });
gaps.enable();
let before = snapshot();
clock.take();
const timer = setInterval(() => say({ figures: figures() }), Number(ms));
process.once('message', () => void end());
say({ url: server.url });

async function untilFull(): Promise<void> {
  while (load.sw.datapath.getStats().flows < Number(flows)) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function snapshot(): { at: number; missed: number } {
  return { at: performance.now(), missed: load.sw.datapath.getStats().missed };
}

function figures(): LiveFigures {
  const now = snapshot();
  const seconds = (now.at - before.at) / 1000;
  const turns = clock.take();
  const taken = {
    flows: load.sw.datapath.getStats().flows,
    upcallsPerSecond: (now.missed - before.missed) / seconds,
    turns: {
      p99: turns[Math.floor(0.99 * turns.length)] ?? 0,
      longest: turns.at(-1) ?? 0,
      share: turns.reduce((sum, turn) => sum + turn, 0) / (1000 * seconds),
    },
    gaps: {
      p50: gaps.percentile(50) / NS_PER_MS,
      p99: gaps.percentile(99) / NS_PER_MS,
      longest: gaps.max / NS_PER_MS,
    },
    heapBytes: process.memoryUsage().heapUsed,
  };
  gaps.reset();
  before = now;
  return taken;
}

async function end(): Promise<void> {
  clearInterval(timer);
  await server.close();
  await load.stop();
  const { ok, packetsIn } = load.sw.conservation();
  say({ end: { isConserved: ok, packets: packetsIn } });
  process.disconnect();
}

function say(message: LiveMessage): void {
  process.send?.(message);
}
