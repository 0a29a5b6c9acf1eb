/** S4, S5, S19 and S20: phases do not mix, a cycle's premises stand still, cycles are counted. */

import type { AnyMachineSnapshot } from 'xstate';
import type { Fact } from '../fact.js';
import { KeyMap } from '../key-map.js';
import type { World } from '../world.js';
import type { Complaint, Invariant } from './invariant.js';

export const S4: Invariant = {
  id: 'S4',
  holds: 'nobody dumps while another sweeps, and nobody works while the leader starts or finishes',
  watch: (world) => {
    let threads = 0;
    let hasSwept = false;
    return {
      hear: (fact) => {
        if (fact.type === 'dump.joined') threads++;
        if (fact.type === 'dump.left') threads--;
        if (isRecord(fact, 'cycle.start')) hasSwept = false;
        if (isVerdict(fact, 'sweep')) hasSwept = true;
        if (threads > 0 && hasSwept) return 'a revalidator sweeps while another one dumps';
        const isEdge = isRecord(fact, 'cycle.start') || isRecord(fact, 'cycle.done');
        return isEdge && threads > 0 ? 'a cycle starts or ends while somebody dumps' : undefined;
      },
      look: () => lookAtPhases(world),
    };
  },
};

function lookAtPhases(world: World): Complaint {
  const phases = revalidators(world).map(phaseOf);
  const isMixed = phases.includes('dumping') && phases.includes('sweeping');
  return isMixed ? `revalidators are in ${phases.join(', ')}` : undefined;
}

/** `working` only: who waits at a barrier is still in the phase that it has finished. */
function phaseOf(snapshot: AnyMachineSnapshot): string {
  for (const phase of ['dumping', 'sweeping']) {
    if (snapshot.value === phase || snapshot.matches({ [phase]: 'working' })) return phase;
  }
  return 'no phase';
}

/** Snapshots of the running revalidators, the leader first. */
function revalidators({ sw }: World): readonly AnyMachineSnapshot[] {
  const actors = [...sw.udpif.actorTree().children()].map(({ actor }) => actor);
  return actors
    .filter(({ id }) => id === 'leader' || id.startsWith('revalidator-'))
    .map((actor) => actor.getSnapshot());
}

export const S5: Invariant = {
  id: 'S5',
  holds: 'need_revalidate and reval_exit are constant within a cycle',
  watch: (world) => {
    let cycle = 0;
    let first: string | undefined;
    const look = (): Complaint => {
      const leader = revalidators(world)[0];
      const isWorking = leader?.matches('dumping') || leader?.matches('sweeping');
      if (leader === undefined || isWorking !== true) return undefined;
      const { needsRevalidation, isExiting } = leader.context;
      const premises = `needs revalidation: ${needsRevalidation}, exiting: ${isExiting}`;
      first ??= premises;
      return first === premises ? undefined : `in cycle ${cycle}: ${first}, then ${premises}`;
    };
    return {
      look,
      hear: (fact) => {
        if (isRecord(fact, 'cycle.start')) {
          cycle++;
          first = undefined;
        }
        return fact.type === 'dump.joined' || fact.type === 'dump.done' ? look() : undefined;
      },
    };
  },
};

export const S19: Invariant = {
  id: 'S19',
  holds: 'dump_seq counts the completed cycles, and every dump that is started is done',
  watch: ({ sw }) => {
    let cycles = 0;
    let open = 0;
    return {
      hear: (fact) => {
        if (isRecord(fact, 'cycle.done')) cycles++;
        if (fact.type === 'dump.started') open++;
        if (fact.type === 'dump.done') open--;
        return open === 0 || open === 1 ? undefined : `${open} dumps are open`;
      },
      check: () => {
        if (open !== 0) return 'a dump is open at rest';
        const counted = sw.udpif.dumpSeq.read() - 1;
        return counted === cycles
          ? undefined
          : `dump_seq grew ${counted} times in ${cycles} cycles`;
      },
    };
  },
};

export const S20: Invariant = {
  id: 'S20',
  holds: 'a flow that comes twice in a dump is judged once',
  watch: () => {
    const judged = new KeyMap<true>();
    return {
      hear: (fact) => {
        if (isRecord(fact, 'cycle.start')) judged.clear();
        if (fact.type !== 'record' || fact.record.type !== 'verdict') return undefined;
        const { phase, key } = fact.record;
        if (phase !== 'dump') return undefined;
        if (judged.has(key)) return `${key.hash} was judged twice in one dump`;
        judged.set(key, true);
        return undefined;
      },
    };
  },
};

function isRecord(fact: Fact, type: 'cycle.start' | 'cycle.done'): boolean {
  return fact.type === 'record' && fact.record.type === type;
}

function isVerdict(fact: Fact, phase: 'dump' | 'sweep'): boolean {
  return fact.type === 'record' && fact.record.type === 'verdict' && fact.record.phase === phase;
}
