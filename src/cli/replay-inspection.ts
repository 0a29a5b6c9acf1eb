/**
 * `--inspect` and `--record`: a replay that is looked at, or written down, while it happens.
 *
 * Looked at, the replay goes on only as far as somebody wants to see: one task of the virtual clock
 * or one burst of packets a time (`ReplayRun.step`), each with the entries that came of it. Pausing
 * loses no packet, for the next one is not let in before. What happens is the same, in the same
 * order, as in a replay that nobody looks at.
 *
 * Owner: the recorder, the log file, the server. Loaded only where one of the options is given.
 */

import { SystemClock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import { EntryStore } from '../inspector/entry-store.js';
import type { LogEntry } from '../inspector/log-entry.js';
import { LogFileWriter } from '../inspector/log-file-writer.js';
import { createHeader } from '../inspector/log-header.js';
import { RecordedSession } from '../inspector/recorded-session.js';
import { createRecorder, type Recorder } from '../inspector/recorder.js';
import type { Switch } from '../switch.js';
import type { Io } from './io.js';
import type { ReplayRun } from './replay-run.js';
import { showSession } from './session-page.js';
import { packageVersion } from './version.js';
import { wallTime } from './wall-clock.js';

export interface InspectionInput {
  readonly target: Switch;
  readonly run: ReplayRun;
  /** What the log is of. */
  readonly title: string;
  /** Where the log goes; undefined: nowhere. */
  readonly record: string | undefined;
  /** Whether it will be looked at. */
  readonly isWatched: boolean;
  readonly log: Log;
}

export interface WatchOptions {
  readonly port: number;
  /** Times real time; 0: as fast as it goes. */
  readonly speed: number;
}

export class ReplayInspection {
  readonly #input: InspectionInput;
  readonly #recorder: Recorder;
  readonly #writer: LogFileWriter | undefined;
  readonly #store: EntryStore | undefined;
  /** What went wrong while recording: nobody is there to catch it until `close()`. */
  #error: unknown;

  /** Records from now on. Throws a `FileError` where the file cannot be made. */
  constructor(input: InspectionInput) {
    const { target, title, record, isWatched } = input;
    const about = { title, program: packageVersion(), recordedAt: wallTime() };
    this.#input = input;
    this.#store = isWatched ? new EntryStore() : undefined;
    this.#writer =
      record === undefined ? undefined : new LogFileWriter(record, createHeader(target, about));
    this.#recorder = createRecorder(target, {
      ...about,
      detail: 'full',
      entries: (entries) => this.#take(entries),
      failed: (error) => {
        this.#error = error;
      },
    });
  }

  /** Shows the replay, which goes on as the page wants it to, until somebody interrupts us. */
  async watch({ port, speed }: WatchOptions, io: Io): Promise<void> {
    const store = this.#store ?? new EntryStore();
    const clock = new SystemClock();
    const producer = { produce: () => this.#produce(io) };
    const { header } = this.#recorder;
    const session = new RecordedSession({ header, store, clock, producer, speed });
    const { log } = this.#input;
    await showSession(session, { port, clock, log, io, isPlaying: true });
    this.#reportEnd(io);
  }

  /** Ends the recording. Throws where not everything could be written. */
  close(): void {
    this.#recorder.close();
    if (this.#error !== undefined) throw this.#error;
    this.#writer?.close();
  }

  /** Goes on by one step; false after the last one. */
  #produce(io: Io): boolean {
    const isMore = this.#input.run.step();
    this.#recorder.flush();
    if (!isMore) this.#reportLastPacket(io);
    return isMore;
  }

  #take(entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      this.#store?.append(entry);
      this.#writer?.write(entry);
    }
  }

  #reportLastPacket(io: Io): void {
    const { done } = this.#input.run;
    io.stderr.write(`all ${done} packets have entered; the switch stays up to be looked at\n`);
  }

  #reportEnd(io: Io): void {
    const { done, total } = this.#input.run;
    if (done < total) io.stderr.write(`ended after ${done} of ${total} packets\n`);
  }
}
