/**
 * How the surroundings of a ukey make its flow go, for the reasons that are the same whatever the
 * profile.
 */

import type { DeleteReason } from '../../src/machines/delete-reasons.js';
import { NW_DST, NW_SRC } from '../../src/packet/flow-layout.js';
import { maskOf, output } from '../actors/fake-translator.js';
import { type Bench, revalidate, runCycle } from '../actors/udpif-bench.js';

/** A port that flows come in at while nobody has said otherwise. */
const PORT = 1;

export function provokeDeletion(reason: DeleteReason, bench: Bench): void {
  const { clock, settings, translator, udpif } = bench;
  switch (reason) {
    case 'flow_idle':
      clock.jump(clock.now() + settings.maxIdle + 1);
      clock.runDue();
      break;
    case 'flow_limit':
      udpif.setFlowLimit(0);
      runCycle(bench);
      break;
    case 'flow_wildcarded':
      translator.answer = () => ({ actions: output(2), mask: maskOf(NW_DST, NW_SRC) });
      revalidate(bench);
      break;
    case 'no_ofproto':
      translator.unknownPorts.add(PORT);
      revalidate(bench);
      break;
    case 'purge':
      udpif.purge();
      clock.runDue();
      break;
    default:
      throw new Error(`Cannot provoke "${reason}": each profile has its own way`);
  }
}
