/**
 * `--record` and `--inspect` of a scenario: its event log in a file, or its replay in a page.
 *
 * Loaded only where one of the options is given.
 */

import { SystemClock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { LogEntry } from '../inspector/log-entry.js';
import { LogFileWriter } from '../inspector/log-file-writer.js';
import type { Scenario } from '../inspector/scenarios/scenario.js';
import { ScenarioRecording } from '../inspector/scenarios/scenario-recording.js';
import { openScenario } from '../inspector/scenarios/scenario-shelf.js';
import type { Io } from './io.js';
import { showSession } from './session-page.js';
import { packageVersion } from './version.js';

export interface ScenarioChoice {
  readonly scenario: Scenario;
  readonly isRemedied: boolean;
}

/** Plays it to its end and writes down what happens; how many entries. Throws a `FileError`. */
export function recordScenario({ scenario, isRemedied }: ScenarioChoice, path: string): number {
  const waiting: LogEntry[] = [];
  const recording = new ScenarioRecording(scenario, {
    isRemedied,
    program: packageVersion(),
    take: (entries) => {
      waiting.push(...entries);
    },
  });
  const writer = new LogFileWriter(path, recording.header);
  for (let isMore = true; isMore; ) {
    isMore = recording.produce();
    for (const entry of waiting.splice(0)) writer.write(entry);
  }
  writer.close();
  return writer.entries;
}

/** Shows it from its beginning, and all others on demand, until somebody interrupts us. */
export async function watchScenario(
  { scenario, isRemedied }: ScenarioChoice,
  port: number,
  { io, log }: { readonly io: Io; readonly log: Log },
): Promise<void> {
  const clock = new SystemClock();
  const program = packageVersion();
  const session = openScenario(scenario.name, { clock, program, isRemedied });
  await showSession(session, { port, clock, log, io, isPlaying: true });
}
