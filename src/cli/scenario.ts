/**
 * `upcall scenario [NAME]`: lists the situations that people complain about, or plays one of them
 * and prints what to look at, with the numbers that prove it.
 *
 * A scenario is played twice, as it was and with its remedy, so that the numbers can be compared.
 * What is printed is decided by the scenario alone: the same command prints the same bytes.
 */

import { SystemClock } from '../base/clock.js';
import { UpcallError } from '../base/errors.js';
import type { Measure, Scenario } from '../inspector/scenarios/scenario.js';
import { findScenario, scenarios } from '../inspector/scenarios/scenarios.js';
import type { Arguments } from './arguments.js';
import { type Command, EXIT_FAILURE, EXIT_OK } from './command.js';
import { PORT_HELP, readInspectPort } from './inspect-option.js';
import type { Io } from './io.js';
import { createLogger } from './logger.js';
import { formatScenario, formatScenarioList, type ScenarioDocument } from './scenario-report.js';
import { UsageError } from './usage-error.js';

export const scenarioCommand: Command = {
  name: 'scenario',
  summary: 'Play a situation that people complain about; print what to look at, and its numbers.',
  synopsis: '[NAME] [OPTION...]',
  options: [
    { name: 'json', help: 'print one JSON document instead of the report' },
    { name: 'inspect', value: 'PORT', isValueOptional: true, help: `show it: ${PORT_HELP}` },
    { name: 'record', value: 'FILE', help: 'write its event log to a file, for "upcall inspect"' },
    { name: 'remedied', help: 'show or record it with its remedy' },
  ],
  run: scenario,
};

async function scenario(args: Arguments, io: Io): Promise<number> {
  const chosen = chosenScenario(args.positionals);
  if (chosen === undefined) return list(args, io);
  const document = await compare(chosen);
  io.stdout.write(args.has('json') ? asJson(document) : formatScenario(document));
  await look(chosen, args, io);
  return document.isConserved ? EXIT_OK : EXIT_FAILURE;
}

/** Undefined: none was named. */
function chosenScenario(names: readonly string[]): Scenario | undefined {
  const [name, another] = names;
  if (another !== undefined) {
    throw new UsageError(`Cannot play scenarios: one at a time, and "${another}" is a second`);
  }
  if (name === undefined) return undefined;
  try {
    return findScenario(name);
  } catch (error) {
    if (error instanceof UpcallError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function list(args: Arguments, io: Io): number {
  const option = ['inspect', 'record', 'remedied'].find((name) => args.has(name));
  if (option !== undefined) {
    throw new UsageError(`Cannot play a scenario with --${option}: name one of them`);
  }
  const texts = scenarios.map(({ text }) => text);
  io.stdout.write(args.has('json') ? asJson(texts) : formatScenarioList(texts));
  return EXIT_OK;
}

async function compare(chosen: Scenario): Promise<ScenarioDocument> {
  const asItWas = await play(chosen, false);
  const remedied = await play(chosen, true);
  const numbers = asItWas.measures.map(({ name, text, value }, i) => {
    return { name, text, asItWas: value, remedied: remedied.measures[i]?.value ?? Number.NaN };
  });
  return { ...chosen.text, numbers, isConserved: asItWas.isConserved && remedied.isConserved };
}

async function play(
  chosen: Scenario,
  isRemedied: boolean,
): Promise<{ measures: readonly Measure[]; isConserved: boolean }> {
  const run = chosen.start({ isRemedied });
  run.finish();
  const measures = run.measures();
  await run.target.stop();
  return { measures, isConserved: run.target.conservation().ok };
}

/** Writes its log, shows it in a page: what was asked for. */
async function look(chosen: Scenario, args: Arguments, io: Io): Promise<void> {
  const port = readInspectPort(args);
  const path = args.text('record');
  if (port === undefined && path === undefined) return;
  // Nobody else shall load a server.
  const { recordScenario, watchScenario } = await import('./scenario-inspection.js');
  const choice = { scenario: chosen, isRemedied: args.has('remedied') };
  if (path !== undefined) {
    const count = recordScenario(choice, path);
    io.stderr.write(`wrote ${count} entries to ${path}; "upcall inspect ${path}" shows them\n`);
  }
  if (port === undefined) return;
  const clock = new SystemClock();
  await watchScenario(choice, port, { io, log: createLogger(args, io, () => clock.now()) });
}

function asJson(document: unknown): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
