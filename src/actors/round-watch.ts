/**
 * How long the three steps of a handler's round take, by the observers' stopwatch. A clock would
 * not do: a virtual one stands still meanwhile.
 *
 * Owner: one handler.
 */

import type { RecordStream } from './record-stream.js';
import type { BatchRecord } from './udpif-event.js';

type Step = 'read' | 'translate' | 'operate';

export class RoundWatch {
  readonly #records: RecordStream;
  #startedAt = 0;
  #read = 0;
  #translate = 0;
  #operate = 0;

  constructor(records: RecordStream) {
    this.#records = records;
  }

  /** A step begins. */
  start(): void {
    const { stopwatch } = this.#records;
    if (stopwatch !== undefined) this.#startedAt = stopwatch();
  }

  /** It has ended. */
  stop(step: Step): void {
    const { stopwatch } = this.#records;
    if (stopwatch === undefined) return;
    const us = stopwatch() - this.#startedAt;
    if (step === 'read') this.#read = us;
    else if (step === 'translate') this.#translate = us;
    else this.#operate = us;
  }

  /** Of the round that ends; undefined where nobody measures. */
  take(): BatchRecord['us'] {
    if (this.#records.stopwatch === undefined) return undefined;
    return [this.#read, this.#translate, this.#operate];
  }
}
