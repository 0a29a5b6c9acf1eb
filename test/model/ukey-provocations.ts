/**
 * How the surroundings of a ukey make each of its events happen.
 *
 * The datapath answers late, so that a put or a deletion is under way until it is said what becomes
 * of it.
 */

import type { UkeyEvent } from '../../src/machines/ukey-machine.js';
import { output } from '../actors/fake-translator.js';
import { type Bench, flowOf, revalidate, runCycle } from '../actors/udpif-bench.js';
import { provokeDeletion } from './deletion-provocations.js';

type EventOf<Type extends UkeyEvent['type']> = Extract<UkeyEvent, { type: Type }>;

const FLOW = flowOf(1);
/** Longer than a packet may be away where revalidating costs too much. */
const LONG_MS = 300;

/** Makes `event` happen to the ukey of the flow, if its state lets it. */
export function provokeUkeyEvent(event: UkeyEvent, bench: Bench): void {
  const { clock, dpif } = bench;
  switch (event.type) {
    case 'ukey.install':
    case 'ukey.replace':
      dpif.miss(FLOW);
      clock.runDue();
      break;
    case 'put.succeeded':
    case 'deletion.succeeded':
      dpif.answer();
      break;
    case 'put.failed':
      answerWith(bench, { type: 'put', error: 'EEXIST' });
      break;
    case 'modify.failed':
      answerWith(bench, { type: 'put', error: 'EINVAL' });
      break;
    case 'deletion.missed':
      answerWith(bench, { type: 'delete', error: 'ENOENT' });
      break;
    case 'deletion.refused':
      answerWith(bench, { type: 'delete', error: 'EBUSY' });
      break;
    case 'flow.dumped':
      dpif.plant(FLOW);
      runCycle(bench);
      break;
    case 'ukey.sweep':
      runCycle(bench);
      break;
    default:
      settleModification(bench);
      provokeVerdict(event, bench);
  }
}

/** What a dump, or the sweep after it, finds about a flow that is there. */
function provokeVerdict(
  event: EventOf<'flow.keep' | 'flow.modify' | 'dump.missed' | 'flow.delete'>,
  bench: Bench,
): void {
  const { dpif, translator } = bench;
  switch (event.type) {
    case 'flow.keep':
      countPackets(bench, event.stats.packets);
      runCycle(bench);
      break;
    case 'flow.modify':
      countPackets(bench, event.stats.packets);
      // Another port each time, so that the actions differ from the last ones.
      translator.answer = () => ({ actions: output(event.stats.packets + 10) });
      revalidate(bench);
      break;
    case 'dump.missed':
      dpif.timesDumped = () => 0;
      runCycle(bench);
      dpif.timesDumped = () => 1;
      break;
    case 'flow.delete':
      provokeOwnDeletion(event, bench);
  }
}

function provokeOwnDeletion({ reason }: EventOf<'flow.delete'>, bench: Bench): void {
  const { clock, settings, translator } = bench;
  switch (reason) {
    case 'xlation_error':
      translator.answer = () => {
        throw new Error('no answer');
      };
      revalidate(bench);
      break;
    case 'too_expensive':
      clock.jump(clock.now() + LONG_MS);
      settings.maxRevalidator = 2;
      revalidate(bench);
      break;
    case 'flow_missing_dp':
    case 'update_fail':
      runCycle(bench);
      break;
    default:
      provokeDeletion(reason, bench);
  }
}

function answerWith(
  { dpif }: Bench,
  failure: {
    readonly type: 'put' | 'delete';
    readonly error: 'EEXIST' | 'EINVAL' | 'ENOENT' | 'EBUSY';
  },
): void {
  dpif.failures.push(failure);
  dpif.answer();
}

/** A modification that may still fail does not; the cycle that asked for it ends. */
function settleModification({ dpif, clock, udpif }: Bench): void {
  const isPutUnderWay = [...udpif.ukeys()].some((ukey) => ukey.getSnapshot().matches('visible'));
  if (!isPutUnderWay) dpif.answer();
  clock.runDue();
}

/** Lets the datapath have counted `packets` of the flow. */
function countPackets({ dpif }: Bench, packets: number): void {
  const counted = dpif.flow(FLOW)?.stats.packets ?? 0;
  dpif.hit(FLOW, packets - counted);
}
