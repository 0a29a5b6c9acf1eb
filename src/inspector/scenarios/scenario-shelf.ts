/**
 * Scenarios for the page: the list, and a session over each that plays as far as somebody looks.
 */

import type { Clock } from '../../base/clock.js';
import { EntryStore } from '../entry-store.js';
import { RecordedSession } from '../recorded-session.js';
import type { ScenarioShelf } from '../shown-session.js';
import { ScenarioRecording } from './scenario-recording.js';
import { findScenario, scenarios } from './scenarios.js';

export interface ScenarioSessionOptions {
  /** Real time, to play by. */
  readonly clock: Clock;
  /** Plays it with its remedy. Default: false. */
  readonly isRemedied?: boolean;
  /** Times real time; 0: as fast as it goes; default: 1. */
  readonly speed?: number;
  /** The package's version. */
  readonly program?: string;
}

/** Stands at the beginning. Throws an `UpcallError` where there is none of that name. */
export function openScenario(name: string, options: ScenarioSessionOptions): RecordedSession {
  const { clock, speed = 1, ...about } = options;
  const store = new EntryStore();
  const producer = new ScenarioRecording(findScenario(name), {
    ...about,
    take: (entries) => {
      for (const entry of entries) store.append(entry);
    },
  });
  return new RecordedSession({ header: producer.header, store, clock, producer, speed });
}

/** What a server shows in its list; a scenario that is chosen begins to play. */
export function createScenarioShelf(options: ScenarioSessionOptions): ScenarioShelf {
  return {
    list: scenarios.map(({ text: { name, title, look } }) => ({ name, title, look })),
    open: async (name) => {
      const session = openScenario(name, options);
      await session.command({ do: 'resume' });
      return session;
    },
  };
}
