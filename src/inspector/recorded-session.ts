/**
 * A session over a log: a recording, or a replay that is recorded while it is looked at.
 *
 * It stands at one entry and shows what is so there; it steps, runs, seeks and plays in both
 * directions. At the head of a replay's log, going forward makes the replay go on: nothing in it
 * happens that nobody has asked for, and pausing loses nothing. What takes long is done in slices,
 * with other work in between; any new command ends what is under way.
 *
 * Owner: the cursor, the timeline, its timer. The store belongs to who fills it.
 */

import { type Observable, Subject } from 'rxjs';
import type { Clock, TimerId } from '../base/clock.js';
import { UpcallError } from '../base/errors.js';
import type { EntryStore } from './entry-store.js';
import { type EntryProducer, LogCursor } from './log-cursor.js';
import type { EntryNumber, LogHeader } from './log-entry.js';
import { goalOf, LogSearch, type SearchGoal } from './log-search.js';
import { MachineGraphs } from './machine-graphs.js';
import type { Moment } from './moment.js';
import { Playback, SPEED_MAX } from './playback.js';
import type { InspectorSession } from './session.js';
import { Timeline } from './timeline.js';
import { upcallPcap } from './upcall-pcap.js';
import type { Position, ViewDocuments, ViewName, ViewQueries } from './view-data.js';
import { makeView } from './views.js';
import type { TimeCommand } from './wire.js';
import { WorkSlice } from './work-slice.js';

export interface RecordedSessionOptions {
  readonly header: LogHeader;
  readonly store: EntryStore;
  /** Of a store that entries have already gone from; default: a new one. */
  readonly timeline?: Timeline;
  /** Real time, to play by and to do long work in slices. */
  readonly clock: Clock;
  /** Makes the log longer; absent: it is complete. */
  readonly producer?: EntryProducer;
  /** Where to stand; default: at the last entry. */
  readonly at?: EntryNumber;
  /** Times real time; 0: as fast as it goes; default: 1. */
  readonly speed?: number;
}

/** What is being done in slices. */
interface Work {
  /** In how many ms to go on; undefined: it is done. Throws where it cannot be. */
  run(): number | undefined;
  /** What waits for it. */
  settle(error?: unknown): void;
}

export class RecordedSession implements InspectorSession {
  readonly header: LogHeader;
  readonly changes: Observable<void>;
  readonly #changes = new Subject<void>();
  readonly #store: EntryStore;
  readonly #clock: Clock;
  readonly #kind: Position['kind'];
  readonly #timeline: Timeline;
  readonly #graphs: MachineGraphs;
  readonly #cursor: LogCursor;
  readonly #playback: Playback;
  #work: Work | undefined;
  #timer: TimerId | undefined;

  constructor(options: RecordedSessionOptions) {
    const { header, store, clock, producer } = options;
    this.header = header;
    this.changes = this.#changes.asObservable();
    this.#store = store;
    this.#clock = clock;
    this.#kind = producer === undefined ? 'recording' : 'replay';
    this.#timeline = options.timeline ?? new Timeline(store, header);
    this.#graphs = new MachineGraphs(header);
    this.#cursor = new LogCursor(store, producer, options.at ?? store.last);
    const target = { cursor: this.#cursor, time: () => this.#time() };
    this.#playback = new Playback(clock, target, options.speed ?? 1);
  }

  position(): Position {
    const model = this.#timeline.at(this.#cursor.n);
    const dropped = Object.fromEntries(model.dropped);
    const { evicted } = this.#store;
    return {
      kind: this.#kind,
      n: model.n,
      last: this.#store.last,
      t: model.t,
      startedAt: this.header.startedAt,
      isRunning: this.#work !== undefined,
      pauses: 'everything',
      speed: this.#playback.speed,
      isComplete: this.#cursor.isComplete,
      dropped: evicted === 0 ? dropped : { ...dropped, 'old entries': evicted },
    };
  }

  view<View extends ViewName>(view: View, query: ViewQueries[View]): ViewDocuments[View] {
    return makeView(this.#moment(), view, query);
  }

  /** Resolves when it is done, or when another command has ended it. */
  async command(command: TimeCommand): Promise<void> {
    const goal = goalOf(command);
    if (goal !== undefined) return this.#search(goal);
    switch (command.do) {
      case 'pause':
        return this.#stop();
      case 'resume':
        return this.#play();
      case 'seek':
        return this.#seek(command.n);
      case 'speed':
        return this.#setSpeed(command.speed);
    }
  }

  pcap(filter: string): Uint8Array {
    return upcallPcap(this.#moment(), filter);
  }

  close(): void {
    this.#stop();
    this.#timeline.close();
    this.#changes.complete();
  }

  #moment(): Moment {
    const model = this.#timeline.at(this.#cursor.n);
    return { header: this.header, store: this.#store, model, graphs: this.#graphs };
  }

  /** Switch time at the cursor, without adding anything up. */
  #time(): number {
    return this.#store.at(this.#cursor.n)?.t ?? this.header.startedAt;
  }

  /** What is over starts again from its beginning, as any player does it. */
  #play(): void {
    this.#stop();
    if (this.#cursor.isAtEnd) this.#cursor.n = this.#timeline.first;
    this.#playback.anchor();
    this.#start({ run: () => this.#playback.play(), settle: () => {} });
  }

  #search(goal: SearchGoal): Promise<void> {
    this.#stop();
    const search = new LogSearch(this.#cursor, goal, () => this.#timeline.first);
    return new Promise((resolve, reject) => {
      this.#start({
        run: () => (search.run(new WorkSlice(this.#clock)) === 'found' ? undefined : 0),
        settle: (error) => (error === undefined ? resolve() : reject(error)),
      });
    });
  }

  /** As far as the log is known; only going forward step by step makes more of it. */
  #seek(n: number): void {
    const { last } = this.#store;
    const { first } = this.#timeline;
    if (!Number.isInteger(n) || n < first || n > last) {
      throw new UpcallError(`Cannot seek to entry ${n}: there are ${first} to ${last}`);
    }
    const isPlaying = this.#work !== undefined;
    this.#stop();
    this.#cursor.n = n;
    if (isPlaying && !this.#cursor.isAtEnd) this.#play();
    else this.#changes.next();
  }

  #setSpeed(speed: number): void {
    if (!Number.isFinite(speed) || speed < 0 || speed > SPEED_MAX) {
      const range = `give 0 (as fast as it goes) to ${SPEED_MAX} times real time`;
      throw new UpcallError(`Cannot play at speed ${speed}: ${range}`);
    }
    this.#playback.speed = speed;
    this.#changes.next();
  }

  #start(work: Work): void {
    this.#work = work;
    this.#runSlice();
  }

  /** Ends what is under way; it stays where it has come to. */
  #stop(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#finish(this.#work);
  }

  #runSlice(): void {
    this.#timer = undefined;
    const work = this.#work;
    if (work === undefined) return;
    try {
      const delayMs = work.run();
      if (delayMs === undefined) this.#finish(work);
      else {
        this.#timer = this.#clock.setTimeout(() => this.#runSlice(), delayMs);
        this.#changes.next();
      }
    } catch (error) {
      this.#finish(work, error);
    }
  }

  #finish(work: Work | undefined, error?: unknown): void {
    if (work === undefined) return;
    this.#work = undefined;
    work.settle(error);
    this.#changes.next();
  }
}
