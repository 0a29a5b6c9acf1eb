/**
 * `upcall machines [NAME]`: the state machines of the slow path, as Mermaid drawings or as the JSON
 * that `createMachine` accepts.
 *
 * With a name: that machine. Without: all of them, Mermaid under headings, JSON as one array.
 */

import { drawJson, drawMermaid } from '../machines/drawing.js';
import { findMachine, type MachineEntry, machines } from '../machines/registry.js';
import type { Arguments } from './arguments.js';
import { type Command, EXIT_OK } from './command.js';
import type { Io } from './io.js';
import { UsageError } from './usage-error.js';

export const machinesCommand: Command = {
  name: 'machines',
  summary: 'Print the state machines of the slow path.',
  synopsis: '[NAME] [--format mermaid|json]',
  options: [{ name: 'format', value: 'FORMAT', help: 'mermaid (default) or json' }],
  run: async (args, io) => printMachines(args, io),
};

function printMachines(args: Arguments, io: Io): number {
  const format = args.choice('format', ['mermaid', 'json']) ?? 'mermaid';
  const entry = chosenMachine(args.positionals);
  io.stdout.write(format === 'json' ? asJson(entry) : asMermaid(entry));
  return EXIT_OK;
}

/** Undefined: all of them. */
function chosenMachine(names: readonly string[]): MachineEntry | undefined {
  const [name, another] = names;
  if (name === undefined) return undefined;
  if (another !== undefined) {
    throw new UsageError(`Cannot print machines: one name at most, and "${another}" is a second`);
  }
  const entry = findMachine(name);
  if (entry !== undefined) return entry;
  const known = machines.map((candidate) => candidate.name).join(', ');
  throw new UsageError(`Cannot print machines: there is no machine "${name}"; there are ${known}`);
}

function asMermaid(entry: MachineEntry | undefined): string {
  if (entry !== undefined) return drawMermaid(entry.machine);
  const drawn = machines.map(({ name, summary, machine }) => {
    return `%% ${name}: ${summary}\n${drawMermaid(machine)}`;
  });
  return drawn.join('\n');
}

function asJson(entry: MachineEntry | undefined): string {
  const data = entry ? drawJson(entry.machine) : machines.map(({ machine }) => drawJson(machine));
  return `${JSON.stringify(data, undefined, 2)}\n`;
}
