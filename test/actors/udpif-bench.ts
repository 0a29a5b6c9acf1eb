/**
 * A udpif on a virtual clock with the fakes around it, and short words for what tests do with it.
 */

import { createUdpif, type Udpif, type UdpifOptions } from '../../src/actors/udpif.js';
import type { UdpifRecord } from '../../src/actors/udpif-event.js';
import { Coverage } from '../../src/base/coverage.js';
import type { Log } from '../../src/base/log.js';
import { createRng } from '../../src/base/rng.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { MaskTable } from '../../src/datapath/mask.js';
import { currentProfile } from '../../src/machines/profiles.js';
import { createFlow, type Flow } from '../../src/packet/flow.js';
import { DL_TYPE, IN_PORT, NW_DST, NW_PROTO, TCP_FLAGS } from '../../src/packet/flow-layout.js';
import { FakeDpif } from './fake-dpif.js';
import { FakeTranslator } from './fake-translator.js';

export interface Settings {
  flowLimit: number;
  maxIdle: number;
  maxRevalidator: number;
  minRevalidatePps: number;
}

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: object;
}

export interface Bench {
  readonly clock: VirtualClock;
  readonly coverage: Coverage;
  readonly dpif: FakeDpif;
  readonly translator: FakeTranslator;
  readonly udpif: Udpif;
  readonly settings: Settings;
  readonly logged: LogLine[];
  /** All that happens, from the first moment on where `isObserved`. */
  readonly records: UdpifRecord[];
}

export interface BenchOptions extends Partial<UdpifOptions> {
  readonly handlers?: number;
  readonly revalidators?: number;
  readonly initial?: Partial<Settings>;
  readonly isObserved?: boolean;
  readonly isStarted?: boolean;
  /** Of the datapath. */
  readonly name?: string;
}

export const START = 1_000_000;

/** A running udpif, its first cycle done and nothing to do. */
export function createBench(options: BenchOptions = {}): Bench {
  const clock = new VirtualClock({ start: START });
  const coverage = new Coverage();
  const dpif = new FakeDpif(clock, options.name);
  const translator = new FakeTranslator();
  const logged: LogLine[] = [];
  const settings: Settings = {
    flowLimit: 200_000,
    maxIdle: 10_000,
    maxRevalidator: 500,
    minRevalidatePps: 5,
    ...options.initial,
  };
  const { handlers = 1, revalidators = 1, isObserved, isStarted = true, ...given } = options;
  const udpif = createUdpif({
    dpif,
    translator,
    clock,
    coverage,
    rng: createRng(1),
    log: logInto(logged),
    masks: new MaskTable(),
    profile: currentProfile,
    settings: {
      flowLimit: () => settings.flowLimit,
      maxIdle: () => settings.maxIdle,
      maxRevalidator: () => settings.maxRevalidator,
      minRevalidatePps: () => settings.minRevalidatePps,
    },
    ...given,
  });
  const records: UdpifRecord[] = [];
  if (isObserved) udpif.events.subscribe((record) => records.push(record));
  if (isStarted) udpif.setThreads(handlers, revalidators);
  clock.runDue();
  return { clock, coverage, dpif, translator, udpif, settings, logged, records };
}

/** Lets the next cycle run, and what follows at once from it. */
export function runCycle({ clock, udpif }: Bench): void {
  clock.advanceTo(udpif.nextDeadline() ?? clock.now());
}

/** A revalidating cycle, as soon as it may start. */
export function revalidate({ clock, udpif }: Bench): void {
  udpif.revalidate('flow_table');
  clock.advance(5);
}

/** An IPv4 flow that came in on `port`, told from others by `id`. */
export function flowOf(id: number, port = 1, words: Record<number, number> = {}): Flow {
  const flow = createFlow();
  flow[IN_PORT] = port;
  flow[DL_TYPE] = 0x0800_0000;
  flow[NW_PROTO] = 6;
  flow[NW_DST] = id;
  flow[TCP_FLAGS] = 0x0002_0000;
  for (const [word, value] of Object.entries(words)) flow[Number(word)] = value;
  return flow;
}

function logInto(lines: LogLine[]): Log {
  const at =
    (level: string) =>
    (fields: object, message: string): void =>
      void lines.push({ level, message, fields });
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}
