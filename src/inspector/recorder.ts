/**
 * The recorder: everything that a switch does, as log entries.
 *
 * It listens in three places, and nowhere else: to the udpif's records, to xstate's inspection of
 * its actors, and, now and then, to counters. In detail `full` nothing is left out: a replay of the
 * log shows what the switch did. `bounded` is for a switch that lives: one ukey in 64, verdicts
 * only where they say more than "keep", so many entries a second of each kind, the rest counted.
 *
 * A recorder changes nothing of what the switch does, sets no timer on a virtual clock, and ends
 * when the switch does. When it is closed, the switch is as if it had never been watched. What its
 * taker throws ends the recorder and harms nobody else.
 *
 * Owner: whoever made it; of the numbers that are in its entries, it is.
 */

import type { Subscription } from 'rxjs';
import type { Subscription as Inspection, InspectionEvent } from 'xstate';
import type { Stopwatch } from '../actors/record-stream.js';
import type { UdpifRecord } from '../actors/udpif-event.js';
import type { UkeyChoice } from '../actors/ukey-choice.js';
import { SystemClock } from '../base/clock.js';
import type { FlowKey } from '../datapath/flow-key.js';
import type { RuleRef } from '../datapath/translator.js';
import type { Switch } from '../switch.js';
import { ActionTexts } from './action-texts.js';
import { ActorRecorder } from './actor-recorder.js';
import { CycleRecorder } from './cycle-recorder.js';
import { EntrySink } from './entry-sink.js';
import { FlowLedger } from './flow-ledger.js';
import { FlowRecorder } from './flow-recorder.js';
import type { FlowNumber, LogEntry, LogHeader, RuleNumber } from './log-entry.js';
import { createHeader, type LogTitle } from './log-header.js';
import { RuleNumbers } from './rule-numbers.js';
import { SAMPLE_MS, SwitchSampler } from './switch-sampler.js';
import { UpcallRecorder } from './upcall-recorder.js';

/** Bytes of each upcall's frame: the headers of everything that a rule can match. */
export const FRAME_BYTES = 256;
/** Entries of each kind in a second of a live switch: more than anybody reads, and cheap. */
export const ENTRIES_PER_SECOND = 500;

export interface RecorderOptions extends LogTitle {
  readonly detail: 'full' | 'bounded';
  /** Takes the entries, in batches. The entries are its own. */
  readonly entries: (batch: readonly LogEntry[]) => void;
  /** Hears what `entries` threw; the recorder is closed then. */
  readonly failed?: (error: unknown) => void;
  /** Bytes of each upcall's frame that are kept. Default: `FRAME_BYTES`. */
  readonly frameBytes?: number;
  /** Between two samples, ms. Default: `SAMPLE_MS`. */
  readonly sampleMs?: number;
  /** Entries of each kind in a second; of `bounded` only. Default: `ENTRIES_PER_SECOND`. */
  readonly entriesPerSecond?: number;
  /** Which ukeys are followed. Default: all in `full`, sampled in `bounded`. */
  readonly ukeys?: UkeyChoice;
  /** Measures, in µs; one that stands still makes recordings the same each time. */
  readonly stopwatch?: Stopwatch;
}

/** Who takes which record. */
type Takers = {
  readonly [Type in UdpifRecord['type']]: (
    record: Extract<UdpifRecord, { readonly type: Type }>,
  ) => void;
};

/** Begins to record `target`. What is there already is told first. */
export function createRecorder(target: Switch, options: RecorderOptions): Recorder {
  return new Recorder(target, options);
}

export class Recorder {
  /** Of the log that the entries make up. */
  readonly header: LogHeader;
  readonly #target: Switch;
  readonly #options: RecorderOptions;
  readonly #sink: EntrySink;
  readonly #ledger = new FlowLedger();
  readonly #rules: RuleNumbers;
  readonly #upcalls: UpcallRecorder;
  readonly #flows: FlowRecorder;
  readonly #cycles: CycleRecorder;
  readonly #actors: ActorRecorder;
  readonly #takers: Takers;
  readonly #sampler: SwitchSampler;
  /** What inspectors heard of before us. */
  readonly #ukeysBefore: UkeyChoice;
  #records: Subscription | undefined;
  #inspection: Inspection | undefined;
  #isOpen = true;

  constructor(target: Switch, options: RecorderOptions) {
    const { udpif, profile, clock } = target;
    this.#target = target;
    this.#options = options;
    this.header = createHeader(target, options);
    const isFull = options.detail === 'full';
    const sink = new EntrySink({
      now: () => clock.now(),
      take: (entries) => this.#hand(entries),
      perSecond: isFull ? undefined : (options.entriesPerSecond ?? ENTRIES_PER_SECOND),
    });
    this.#sink = sink;
    const rules = new RuleNumbers(sink);
    this.#rules = rules;
    const flows = this.#ledger;
    const texts = new ActionTexts();
    const frameBytes = options.frameBytes ?? FRAME_BYTES;
    this.#upcalls = new UpcallRecorder({ sink, rules, texts, profile, frameBytes });
    const findUkey = (key: FlowKey) => udpif.ukey(key);
    this.#flows = new FlowRecorder({ sink, flows, rules, texts, profile, findUkey });
    this.#cycles = new CycleRecorder(sink);
    this.#actors = new ActorRecorder({ sink, flows, isUkeyFirst: profile.ukeyAtPut });
    this.#ukeysBefore = udpif.inspection.ukeys;
    this.#takers = this.#createTakers();
    this.#sampler = new SwitchSampler({
      target,
      sink,
      sampleMs: options.sampleMs ?? SAMPLE_MS,
      upcalls: () => this.#upcalls.count,
      ticked: () => this.#guard(() => this.#look(false)),
    });
    this.#attach(isFull);
    this.#guard(() => this.#tellWhatIs());
  }

  /** Whether it still records. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Entries so far, those included that `flush` has not handed on yet. */
  get count(): number {
    return this.#sink.count;
  }

  /** The number of a living flow, given now if it had none. */
  flowNumber(key: FlowKey): FlowNumber {
    return (this.#ledger.find(key) ?? this.#ledger.add(key)).flow;
  }

  /** The key of the living flow with this number. */
  flowKey(flow: FlowNumber): FlowKey | undefined {
    return this.#ledger.at(flow)?.key;
  }

  /** The number of a rule, which is told now if it had none. */
  ruleNumber(rule: RuleRef): RuleNumber {
    return this.#rules.of(rule);
  }

  /** Hands on the entries that wait for their batch to fill. */
  flush(): void {
    this.#guard(() => this.#sink.flush());
  }

  /** Ends the recording, with a last sample. May be called again. */
  close(): void {
    if (!this.#isOpen) return;
    this.#guard(() => this.#look(false));
    if (this.#isOpen) this.#detach();
  }

  #attach(isFull: boolean): void {
    const { udpif } = this.#target;
    const stopwatch = this.#options.stopwatch ?? systemStopwatch();
    const interest = { verdicts: isFull ? 'news' : 'changes', traces: true, stopwatch } as const;
    udpif.inspectUkeys(this.#options.ukeys ?? (isFull ? 'all' : 'sampled'));
    this.#inspection = udpif.inspectMoves((event) => this.#inspect(event));
    this.#records = udpif.observe(interest).subscribe({
      next: (record) => this.#guard(() => this.#take(record)),
      complete: () => this.close(),
    });
  }

  #detach(): void {
    this.#isOpen = false;
    this.#sampler.stop();
    this.#inspection?.unsubscribe();
    this.#records?.unsubscribe();
    this.#target.udpif.inspectUkeys(this.#ukeysBefore);
  }

  #tellWhatIs(): void {
    const { udpif } = this.#target;
    this.#actors.tellTree(udpif.actorTree());
    let told = 0;
    for (const ukey of udpif.ukeys()) {
      const key = ukey.slice.columns.keys[ukey.handle];
      const known = key === undefined ? undefined : this.#flows.mention(key);
      // What else there is, a page finds in the switch.
      if (known === undefined) break;
      this.#actors.tellUkeyState(known, ukey);
      told++;
    }
    const left = udpif.tallies().ukeys - told;
    if (left > 1) this.#sink.drop('put', left - 1);
    this.#sampler.sample();
  }

  #inspect(event: InspectionEvent): void {
    this.#guard(() => this.#actors.inspect(event));
  }

  #take(record: UdpifRecord): void {
    if (this.#sampler.isDue) this.#look(true);
    const take = this.#takers[record.type] as (record: UdpifRecord) => void;
    take(record);
  }

  #createTakers(): Takers {
    const upcalls = this.#upcalls;
    const flows = this.#flows;
    const cycles = this.#cycles;
    return {
      upcall: (record) => upcalls.read(record),
      xlate: (record) => upcalls.translate(record),
      batch: (record) => upcalls.operate(record),
      put: (record) => flows.put(record, upcalls.answered(record.upcall)),
      // Not asked for: they come in batches.
      verdict: () => {},
      verdicts: (record) => flows.look(record),
      modify: (record) => flows.modify(record),
      delete: (record) => flows.delete(record),
      lost: (record) => flows.lose(record),
      change: (record) => cycles.change(record),
      'cycle.start': (record) => cycles.start(record),
      'cycle.done': (record) => cycles.finish(record),
      'idle.crossed': (record) => cycles.cross(record),
      limit: (record) => cycles.limit(record),
      'dump.failed': (record) => cycles.failDump(record),
      uncredited: (record) => cycles.leaveUncredited(record),
      fault: (record) => cycles.fail(record),
    };
  }

  /** What is told once an interval: a sample, and what was left out since the last one. */
  #look(hasNews: boolean): void {
    this.#actors.catchUp();
    this.#sink.tellDropped();
    if (hasNews || this.#sampler.hasNews) this.#sampler.sample();
    this.#sink.flush();
  }

  #hand(entries: readonly LogEntry[]): void {
    this.#options.entries(entries);
  }

  /** Nothing that goes wrong here may reach the switch. */
  #guard(task: () => void): void {
    if (!this.#isOpen) return;
    try {
      task();
    } catch (error) {
      this.#detach();
      this.#options.failed?.(error);
    }
  }
}

function systemStopwatch(): Stopwatch {
  const clock = new SystemClock();
  return () => clock.monotonic() * 1000;
}
