/**
 * A recording, opened to be looked at.
 */

import type { Clock } from '../base/clock.js';
import { EntryStore, type EntryStoreOptions } from './entry-store.js';
import { readLog, readLogHeader } from './log-file-reader.js';
import { RecordedSession } from './recorded-session.js';
import { Timeline } from './timeline.js';

export interface OpenRecordingOptions extends EntryStoreOptions {
  /** Real time, to play by. */
  readonly clock: Clock;
}

/**
 * Reads a recording into memory; the session stands at its end. One that was cut short says so in
 * its title. Rejects with a `FileError` for a file that is none.
 */
export async function openRecording(
  path: string,
  { clock, ...storeOptions }: OpenRecordingOptions,
): Promise<RecordedSession> {
  const header = await readLogHeader(path);
  const store = new EntryStore(storeOptions);
  // Hears of entries that do not fit any more, and so must listen before there are any.
  const timeline = new Timeline(store, header);
  const { isCutShort } = await readLog(path, (entry) => store.append(entry));
  const title = isCutShort ? `${header.title} (cut short)` : header.title;
  return new RecordedSession({ header: { ...header, title }, store, clock, timeline });
}
