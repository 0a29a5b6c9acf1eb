/**
 * All machines by name, for `upcall machines`, the drawings in `docs/` and the tests.
 */

import type { AnyStateMachine } from 'xstate';
import { barrierMachine } from './barrier-machine.js';
import { handlerMachine } from './handler-machine.js';
import { leaderMachine } from './leader-machine.js';
import { revalidatorMachine } from './revalidator-machine.js';
import { udpifMachine } from './udpif-machine.js';
import { ukey2014Machine } from './ukey-2014-machine.js';
import { ukeyMachine } from './ukey-machine.js';

export interface MachineEntry {
  /** The machine's id. */
  readonly name: string;
  readonly machine: AnyStateMachine;
  /** One sentence. */
  readonly summary: string;
}

export const machines: readonly MachineEntry[] = [
  entry(udpifMachine, 'Starts and stops handlers and revalidators, and purges in between.'),
  entry(handlerMachine, 'Takes upcalls in batches, has them translated and does the outcome.'),
  entry(leaderMachine, 'Revalidator 0: runs the cycle and adapts the flow limit.'),
  entry(revalidatorMachine, "Follows the leader: dumps and sweeps its share of a cycle's flows."),
  entry(barrierMachine, 'Lets the revalidators go on when all of them have come.'),
  entry(ukeyMachine, "The slow path's shadow of one datapath flow."),
  entry(ukey2014Machine, 'The same as Open vSwitch 2.3 had it: a mark and a flag.'),
];

/** The entry of the machine called `name`. */
export function findMachine(name: string): MachineEntry | undefined {
  return machines.find((candidate) => candidate.name === name);
}

function entry(machine: AnyStateMachine, summary: string): MachineEntry {
  return { name: machine.id, machine, summary };
}
