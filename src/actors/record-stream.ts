/**
 * Who listens to a udpif, and what they want to hear.
 *
 * Observers state their interest, for some things are dear: a record for each of 200,000 flows in
 * every dump, the steps of every translation. What is built is what somebody wants; what an
 * observer did not ask for it does not get, whatever the others ask for. While nobody listens each
 * place that has something to tell looks at one flag.
 *
 * Owner: one udpif. Hot path. Bench: `bench/dump.ts`.
 */

import { filter, Observable, Subject } from 'rxjs';
import { type ErrorReport, GuardedObservable } from '../base/guarded-observable.js';
import type { UdpifRecord } from './udpif-event.js';

/** Microseconds since any moment, with their fraction. */
export type Stopwatch = () => number;

/** What an observer wants to hear, besides what everybody does. */
export interface Interest {
  /**
   * `each`: a `verdict` record for each flow of each dump. In batches, as `verdicts`: `news`, flows
   * whose counters moved or that were not just kept; `changes`, only the latter.
   */
  readonly verdicts: 'each' | 'news' | 'changes' | 'none';
  /** Whether it hears of translations, step by step (`xlate`). */
  readonly traces: boolean;
  /** Measures batches and translations; the first observer's is the one that is used. */
  readonly stopwatch?: Stopwatch;
}

/** What `events` is: all that is told one by one. */
const EVERYDAY: Interest = { verdicts: 'each', traces: false };

export class RecordStream {
  /** What everybody hears. */
  readonly events: Observable<UdpifRecord>;
  /** Whether anybody wants a record for each verdict. */
  hearsEach = false;
  /** Whether anybody wants verdicts in batches. */
  hearsBatches = false;
  /** Whether moved counters alone are worth telling in batches. */
  hearsCounters = false;
  isTraced = false;
  stopwatch: Stopwatch | undefined;
  readonly #records = new Subject<UdpifRecord>();
  readonly #report: ErrorReport;
  readonly #interests: Interest[] = [];
  #upcallsTold = 0;

  constructor(report: ErrorReport) {
    this.#report = report;
    this.events = this.observe(EVERYDAY);
  }

  get isObserved(): boolean {
    return this.#records.observed;
  }

  /** What `interest` asks for; being subscribed to is what counts. */
  observe(interest: Interest): Observable<UdpifRecord> {
    const wanted = this.#records.pipe(filter(({ type }) => isWanted(interest, type)));
    const records = new Observable<UdpifRecord>((subscriber) => {
      this.#interests.push(interest);
      this.#weigh();
      const subscription = wanted.subscribe(subscriber);
      return () => {
        subscription.unsubscribe();
        this.#interests.splice(this.#interests.indexOf(interest), 1);
        this.#weigh();
      };
    });
    return new GuardedObservable(records, this.#report);
  }

  emit(record: UdpifRecord): void {
    this.#records.next(record);
  }

  /** A number for an upcall that is about to be told of. */
  numberUpcall(): number {
    return ++this.#upcallsTold;
  }

  complete(): void {
    this.#records.complete();
  }

  #weigh(): void {
    const wanted = new Set(this.#interests.map(({ verdicts }) => verdicts));
    this.hearsEach = wanted.has('each');
    this.hearsCounters = wanted.has('news');
    this.hearsBatches = this.hearsCounters || wanted.has('changes');
    this.isTraced = this.#interests.some(({ traces }) => traces);
    this.stopwatch = this.#interests.find(({ stopwatch }) => stopwatch !== undefined)?.stopwatch;
  }
}

function isWanted({ verdicts, traces }: Interest, type: UdpifRecord['type']): boolean {
  if (type === 'verdict') return verdicts === 'each';
  if (type === 'verdicts') return verdicts === 'news' || verdicts === 'changes';
  return type !== 'xlate' || traces;
}
