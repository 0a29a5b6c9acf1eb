/**
 * The door of `upcall/inspector`: a running switch in a page, a switch's log in a file.
 *
 * Whoever does not come in here loads neither a server nor a WebSocket.
 */

import { type Clock, SystemClock } from '../base/clock.js';
import { type Log, silentLog } from '../base/log.js';
import type { Switch } from '../switch.js';
import { startServer } from './inspector-server.js';
import { LiveSession } from './live-session.js';
import { createScenarioShelf } from './scenarios/scenario-shelf.js';
import type { ScenarioShelf } from './shown-session.js';

export { EntryStore } from './entry-store.js';
export { type InspectorServer, type ServerOptions, startServer } from './inspector-server.js';
export { LiveSession, type LiveSessionOptions } from './live-session.js';
export type { LogEntry, LogHeader } from './log-entry.js';
export { readLog, readLogHeader } from './log-file-reader.js';
export { LogFileWriter } from './log-file-writer.js';
export { RecordedSession, type RecordedSessionOptions } from './recorded-session.js';
export { createRecorder, type Recorder, type RecorderOptions } from './recorder.js';
export { openRecording } from './recording.js';
export {
  type Measure,
  Scenario,
  ScenarioRun,
  type ScenarioStart,
  type ScenarioText,
} from './scenarios/scenario.js';
export {
  ScenarioRecording,
  type ScenarioRecordingOptions,
} from './scenarios/scenario-recording.js';
export {
  createScenarioShelf,
  openScenario,
  type ScenarioSessionOptions,
} from './scenarios/scenario-shelf.js';
export { findScenario, scenarios } from './scenarios/scenarios.js';
export type { InspectorSession } from './session.js';
export type { ScenarioShelf } from './shown-session.js';
export type { Position, ViewDocuments, ViewName, ViewQueries } from './view-data.js';
export { INSPECTOR_PORT, type TimeCommand } from './wire.js';

export interface InspectorOptions {
  /** 0: any that is free. Default: `INSPECTOR_PORT`. */
  readonly port?: number;
  /** To listen on; for an address that others can reach a token is made. Default: 127.0.0.1. */
  readonly host?: string;
  /** What a page must know. Default: none on loopback, elsewhere a random one. */
  readonly token?: string;
  /** What the page is headed with. Default: "live". */
  readonly title?: string;
  /** What a page may play besides. Default: all that there are. */
  readonly scenarios?: ScenarioShelf;
  /** Default: silent. */
  readonly log?: Log;
  /** Real time. Default: a `SystemClock`. */
  readonly clock?: Clock;
}

export interface Inspector {
  /** What to open in a browser; it has the token in it, where one is needed. */
  readonly url: string;
  /** Lets all pages go; the switch is as if it had never been watched. */
  close(): Promise<void>;
}

/**
 * Shows a switch that is running in a page, on loopback unless asked otherwise. Rejects with an
 * `UpcallError` where the port cannot be had.
 *
 * @example
 * import { createSwitch } from 'upcall';
 * import { startInspector } from 'upcall/inspector';
 *
 * const sw = createSwitch({ ports: 2 });
 * const inspector = await startInspector(sw, { port: 0 });
 * assert.match(inspector.url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
 * await inspector.close();
 * await sw.stop();
 */
export async function startInspector(
  target: Switch,
  options: InspectorOptions = {},
): Promise<Inspector> {
  const { title, clock = new SystemClock(), log = silentLog, ...place } = options;
  const scenarios = options.scenarios ?? createScenarioShelf({ clock });
  const session = new LiveSession({ target, clock, log, title });
  try {
    return await startServer({ ...place, session, clock, log, scenarios });
  } catch (error) {
    session.close();
    throw error;
  }
}
