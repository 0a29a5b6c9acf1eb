/**
 * How the surroundings of a ukey of profile `ovs-2.3` make each of its events happen.
 *
 * The datapath answers late. A second flow, whose port nobody knows and which therefore goes when
 * it is hit, holds the dump up until its deletion is answered: so the first one stays marked for
 * as long as a path wants.
 */

import type { AnyUkeyEvent } from '../../src/actors/ukey-moves.js';
import { FlowKey } from '../../src/datapath/flow-key.js';
import type { Ukey2014Event } from '../../src/machines/ukey-2014-machine.js';
import { output } from '../actors/fake-translator.js';
import { type Bench, flowOf, revalidate, runCycle } from '../actors/udpif-bench.js';
import { provokeDeletion } from './deletion-provocations.js';

type EventOf<Type extends Ukey2014Event['type']> = Extract<Ukey2014Event, { type: Type }>;

/** Where a path is when an event is wanted. */
export interface Scene {
  readonly bench: Bench;
  readonly state: string | undefined;
  readonly upcoming: readonly Ukey2014Event[];
}

const FLOW = flowOf(1);
const UNKNOWN_PORT = 0;
/** Holds up the dump that finds it. */
const OBSTACLE = flowOf(2, UNKNOWN_PORT);

/** The flow's ukey, as if it was just made: kept and swept once, with nothing counted. */
export function createUkey2014(bench: Bench): void {
  bench.dpif.miss(FLOW);
  bench.clock.runDue();
  runCycle(bench);
  bench.dpif.isLate = true;
}

/** Makes `event` happen to the ukey of the flow. */
export function provokeUkey2014Event(event: Ukey2014Event, scene: Scene): void {
  const { bench, state } = scene;
  if (event.type === 'ukey.sweep') letSweep(bench);
  else if (state === 'marked') sendFromOutside(event, bench);
  else if (event.type === 'stats.accept') bringCounters(event, scene);
  else if (event.type === 'flow.keep') dump(bench);
  else provokeDeletion2014(event, bench);
}

/** Deletions that the cycle waits for are answered; some are refused, some find no flow. */
function letSweep({ clock, dpif, udpif }: Bench): void {
  const [gone] = [...udpif.ukeys()];
  switch (gone?.getSnapshot().context.reason) {
    case 'flow_limit':
      dpif.failures.push({ type: 'delete', error: 'EBUSY' });
      break;
    case 'flow_idle':
      dpif.steal(FLOW);
  }
  clock.runDue();
  dpif.answer();
  clock.runDue();
}

/** Nobody in the slow path sends these to a marked ukey; anybody may. */
function sendFromOutside(event: Ukey2014Event, { udpif }: Bench): void {
  udpif.ukey(FlowKey.from(FLOW))?.send(event as AnyUkeyEvent);
}

/** A dump brings them where the path goes on with the dump's verdict, else the sweep's fetch. */
function bringCounters({ stats }: EventOf<'stats.accept'>, { bench, upcoming }: Scene): void {
  const { clock, dpif } = bench;
  const counted = dpif.flow(FLOW)?.stats.packets ?? 0;
  if (counted < stats.packets) dpif.hit(FLOW, stats.packets - counted);
  if (upcoming[0]?.type === 'flow.keep') {
    dump(bench);
    return;
  }
  dpif.timesDumped = () => 0;
  revalidate(bench);
  dpif.answer();
  clock.runDue();
  dpif.timesDumped = () => 1;
}

/** A dump that finds the flow right and is held up behind it. */
function dump(bench: Bench): void {
  bench.dpif.plant(OBSTACLE);
  bench.dpif.hit(OBSTACLE);
  runCycle(bench);
}

function provokeDeletion2014({ reason }: EventOf<'flow.delete'>, bench: Bench): void {
  const { clock, dpif, translator } = bench;
  switch (reason) {
    case 'flow_missing_dp':
      dpif.steal(FLOW);
      revalidate(bench);
      // It asks for the flow first.
      dpif.answer();
      clock.runDue();
      break;
    case 'xlation_error':
      translator.answer = () => ({ actions: output(7) });
      revalidate(bench);
      break;
    default:
      provokeDeletion(reason, bench);
  }
}
