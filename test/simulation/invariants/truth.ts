/** L1: after a cycle that began after the last change, the datapath does what the rules say. */

import { sameActions } from '../../../src/actors/same-actions.js';
import { composeSlowPath } from '../../../src/actors/slow-path-action.js';
import type { DumpedFlow } from '../../../src/datapath/dpif.js';
import { NO_ACTIONS, type OdpActions } from '../../../src/datapath/odp-actions.js';
import { formatOdpActions } from '../../../src/datapath/odp-actions-text.js';
import type { Flow, FlowMask } from '../../../src/packet/flow.js';
import { DP_START, FLOW_WORDS, IN_PORT } from '../../../src/packet/flow-layout.js';
import { KeyMap } from '../key-map.js';
import type { World } from '../world.js';
import type { Complaint, Invariant } from './invariant.js';

export const L1: Invariant = {
  id: 'L1',
  holds: 'a flow that was there before a cycle that began after the last change is right after it',
  watch: (world) => {
    /** Whether something has changed since the last cycle that ended began. */
    let isStale = true;
    let isCycleStale = true;
    /** Flows whose deletion or modification failed: the next cycle sees to them. */
    const excused = new KeyMap<true>();
    /** Puts under way, with the cycle that they were sent in: they may come into a later one. */
    const underWay = new KeyMap<number>();
    let cycle = 0;
    let hasNews = true;
    return {
      hear: (fact) => {
        if (fact.type === 'submitted') {
          for (const op of fact.ops) if (op.type === 'put') underWay.set(op.key, cycle);
        } else if (fact.type === 'reval.changed') {
          isStale = true;
          isCycleStale = true;
        } else if (fact.type === 'answered') {
          hasNews = true;
          for (const op of fact.ops) {
            if (op.type !== 'delete' && op.type !== 'put') continue;
            const isLate = op.type === 'put' && underWay.get(op.key) !== cycle;
            if (isLate || op.error !== undefined) excused.set(op.key, true);
            if (op.type === 'put') underWay.delete(op.key);
          }
        } else if (fact.type === 'record') {
          if (fact.record.type === 'cycle.start') {
            cycle++;
            isCycleStale = false;
            excused.clear();
          } else if (fact.record.type === 'cycle.done') {
            isStale = isCycleStale;
            hasNews = true;
          }
        }
        return undefined;
      },
      check: () => {
        if (isStale || !hasNews || !world.isCycling) return undefined;
        if (world.sw.udpif.isRevalidationPending) return undefined;
        hasNews = false;
        for (const flow of world.flows()) {
          if (excused.has(flow.key) || !isSettled(world, flow)) continue;
          const complaint = compare(world, flow);
          if (complaint !== undefined) return complaint;
        }
        return undefined;
      },
    };
  },
};

/** States of a ukey whose flow is there and should be right. */
const SETTLED: readonly string[] = ['operational', 'marked', 'unmarked'];

function isSettled({ sw, ledger }: World, { key }: DumpedFlow): boolean {
  const state = sw.udpif.ukey(key)?.getSnapshot().value;
  return SETTLED.includes(String(state)) && !ledger.foreign.has(key);
}

function compare(world: World, { key, mask, actions, stats }: DumpedFlow): Complaint {
  const wanted = translate(world, key.toFlow(), stats.tcpFlags);
  if (!sameActions(wanted.actions, actions)) {
    const should = formatOdpActions(wanted.actions);
    return `a flow does "${formatOdpActions(actions)}" where the rules say "${should}"`;
  }
  if (mask === undefined || wanted.mask === undefined) return undefined;
  for (let i = DP_START; i < FLOW_WORDS; i++) {
    const lacking = (wanted.mask[i] ?? 0) & ~(mask.words[i] ?? 0);
    if (lacking !== 0 && i !== IN_PORT) return `a flow's mask lacks bits of word ${i}`;
  }
  return undefined;
}

interface Wanted {
  readonly actions: OdpActions;
  readonly mask?: FlowMask;
}

/** What the rules say now, asked without anybody noticing. */
function translate({ translator, dpif }: World, key: Flow, tcpFlags: number): Wanted {
  const ingress = translator.inner.receive(key);
  if (typeof ingress === 'string') return { actions: NO_ACTIONS };
  const cache = translator.inner.createCache();
  const request = { ingress, tcpFlags, mayLearn: false, cache, skipWildcards: false };
  const { slow, actions, mask } = translator.inner.translate(request);
  return { actions: slow === 0 ? actions : composeSlowPath(dpif, ingress, slow), mask };
}
