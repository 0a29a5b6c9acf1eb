/**
 * Plays a scenario to its end and stops its switch, for tests that look at the numbers.
 *
 * A run is the same each time, so tests of one file share it.
 */

import { findScenario } from '../../../src/inspector/scenarios/scenarios.js';

export interface PlayedScenario {
  /** A measure by its name. */
  readonly number: (name: string) => number;
  readonly isConserved: boolean;
}

const played = new Map<string, Promise<PlayedScenario>>();

export function playScenario(name: string, isRemedied: boolean): Promise<PlayedScenario> {
  const key = `${name} ${isRemedied}`;
  const known = played.get(key) ?? play(name, isRemedied);
  played.set(key, known);
  return known;
}

async function play(name: string, isRemedied: boolean): Promise<PlayedScenario> {
  const run = findScenario(name).start({ isRemedied });
  run.finish();
  const numbers = new Map(run.measures().map((measure) => [measure.name, measure.value]));
  await run.target.stop();
  return {
    number: (measure) => numbers.get(measure) ?? Number.NaN,
    isConserved: run.target.conservation().ok,
  };
}
