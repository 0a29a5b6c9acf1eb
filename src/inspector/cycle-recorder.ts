/**
 * The leader's cycles as entries, what made them necessary, and what went wrong.
 *
 * Owner: one recorder.
 */

import type {
  ChangeRecord,
  CycleDoneRecord,
  CycleStartRecord,
  DumpFailedRecord,
  FaultRecord,
  IdleCrossedRecord,
  LimitRecord,
  UncreditedRecord,
} from '../actors/udpif-event.js';
import type { EntrySink } from './entry-sink.js';

export class CycleRecorder {
  readonly #sink: EntrySink;
  /** Why answers may have changed since the last cycle began. */
  readonly #reasons = new Set<string>();

  constructor(sink: EntrySink) {
    this.#sink = sink;
  }

  change({ reason }: ChangeRecord): void {
    this.#reasons.add(reason);
    if (this.#sink.admits('change')) this.#sink.add({ k: 'change', reason });
  }

  start({ cycle, flows, needsRevalidation }: CycleStartRecord): void {
    const reasons = needsRevalidation ? [...this.#reasons] : [];
    this.#reasons.clear();
    this.#sink.add({ k: 'cycle.start', cycle, flows, needsRevalidation, reasons });
  }

  finish(record: CycleDoneRecord): void {
    const { cycle, startedAt, flows, flowsDumped, flowsRevalidated } = record;
    const { flowLimit, durationMs, intervalMs } = record;
    const dumped = { cycle, startedAt, flows, flowsDumped, flowsRevalidated };
    this.#sink.add({ k: 'cycle.done', ...dumped, flowLimit, durationMs, intervalMs });
  }

  cross({ cycles, until }: IdleCrossedRecord): void {
    this.#sink.add({ k: 'idle', cycles, until });
  }

  limit({ from, to, cause }: LimitRecord): void {
    this.#sink.add({ k: 'limit', from, to, cause });
  }

  failDump({ error }: DumpFailedRecord): void {
    this.#trouble('dump.failed', `the dump failed: ${error}`);
  }

  leaveUncredited({ cause, packets, bytes }: UncreditedRecord): void {
    if (!this.#sink.admits('trouble')) return;
    const text = `nobody is credited with ${packets} packets: ${cause}`;
    this.#sink.add({ k: 'trouble', what: 'uncredited', text, packets, bytes });
  }

  fail({ where, error }: FaultRecord): void {
    this.#trouble('fault', `${where}: ${error instanceof Error ? error.message : String(error)}`);
  }

  #trouble(what: 'dump.failed' | 'fault', text: string): void {
    if (this.#sink.admits('trouble')) this.#sink.add({ k: 'trouble', what, text });
  }
}
