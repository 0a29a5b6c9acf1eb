/**
 * A scenario that is recorded while it is played: a log that grows by a step of the scenario when
 * somebody wants to see more of it.
 *
 * Owner: the run and its recorder. Nothing in it happens that nobody has asked for, and nothing of
 * it keeps the process alive: who has seen enough lets go of it.
 */

import type { EntryProducer } from '../log-cursor.js';
import type { LogEntry, LogHeader } from '../log-entry.js';
import type { LogTitle } from '../log-header.js';
import { createRecorder, type Recorder } from '../recorder.js';
import type { Scenario, ScenarioRun } from './scenario.js';

export interface ScenarioRecordingOptions extends Omit<LogTitle, 'title'> {
  /** Plays it with its remedy. Default: false. */
  readonly isRemedied?: boolean;
  readonly take: (entries: readonly LogEntry[]) => void;
}

export class ScenarioRecording implements EntryProducer {
  readonly run: ScenarioRun;
  readonly #recorder: Recorder;
  #error: unknown;

  constructor(scenario: Scenario, options: ScenarioRecordingOptions) {
    const { isRemedied = false, take, ...about } = options;
    const { title, remedy } = scenario.text;
    this.run = scenario.start({ isRemedied });
    this.#recorder = createRecorder(this.run.target, {
      ...about,
      title: isRemedied ? `${title}, remedied: ${remedy}` : title,
      detail: 'full',
      entries: take,
      failed: (error) => {
        this.#error = error;
      },
    });
    // What there is before anything happens, so that there is something to stand at.
    this.#recorder.flush();
  }

  get header(): LogHeader {
    return this.#recorder.header;
  }

  /** Throws what `take` threw. */
  produce(): boolean {
    const isMore = this.run.step();
    if (isMore) this.#recorder.flush();
    else this.#recorder.close();
    if (this.#error !== undefined) throw this.#error;
    return isMore;
  }

  /** Records what is left of it. */
  finish(): void {
    while (this.produce());
  }
}
