/**
 * The dump of a cycle, shared by its revalidators.
 *
 * It is closed when the last of them has no more flows, for the sweep must know whether the dump
 * was complete: a flow that a broken dump did not bring has not been missed (B-30).
 *
 * Owner: the leader, who opens it. Rows U-082, U-084, U-091.
 */

import type { Errno, FlowDump, FlowDumpThread } from '../datapath/dpif.js';

export class OpenDump {
  readonly #dump: FlowDump;
  #threadsLeft: number;
  #error: Errno | undefined;

  constructor(dump: FlowDump, threads: number) {
    this.#dump = dump;
    this.#threadsLeft = threads;
  }

  /** Why the dump is not complete; known once all threads have ended. */
  get error(): Errno | undefined {
    return this.#error;
  }

  thread(): FlowDumpThread {
    return this.#dump.thread();
  }

  endThread(thread: FlowDumpThread): void {
    thread.end();
    this.#threadsLeft--;
    if (this.#threadsLeft === 0) this.#error = this.#dump.done();
  }
}
