/**
 * # The datapath interface
 *
 * **What.** A datapath is a table of flows, each a masked key with actions and counters, and a set
 * of ports. It forwards packets that match a flow and sends up those that do not. It remembers; it
 * never decides. `Dpif` is the door through which the slow path (`src/actors/`) sees any datapath.
 *
 * **Why.** The slow path must not know whether the flows live in this process, in a kernel or in a
 * test's hands. What it may rely on is written here, and a conformance suite
 * (`test/datapath/dpif-conformance.ts`) holds every implementation to it.
 *
 * **How.** Operations go down in batches (`operate`), strictly in order; one operation's failure
 * does not stop the others; outcomes are written into the operations, never thrown. A flow's
 * counters start at 0 when it is put, survive a modify, and are returned by its deletion as they
 * were at that instant: no packet is counted after. A failed deletion leaves `stats` undefined, so
 * that nobody can subtract from it. `execute` touches no counters.
 *
 * **Dumps are not snapshots.** Every returned flow existed at some moment after the start; a flow
 * may be missed, or come twice; counters of one life of a flow never decrease. The flows of a
 * batch, and all that hangs on them, belong to the caller until its following `next()` or `end()`.
 *
 * **Usage.** Handlers pull upcalls with `recv` after `recvWait` fired; revalidators call
 * `flowDumpStart`, then `thread()` each, then `next(50)` until it is empty.
 *
 * **Concurrency.** Nothing here re-enters its caller except `done` of `operate`, which may run
 * before `operate` returns. Everything may be called at any moment between two operations.
 *
 * Answers to OVS's `lib/dpif.h` and `lib/dpif-provider.h`.
 */

import type { Observable } from 'rxjs';
import type { Instant, OdpPort } from '../base/brands.js';
import type { Flow } from '../packet/flow.js';
import type { Packet } from '../packet/packet.js';
import type { UserspaceCookie } from './cookie.js';
import type { FlowKey } from './flow-key.js';
import type { Mask } from './mask.js';
import type { OdpActions } from './odp-actions.js';

/** Why an operation failed, by its POSIX name. */
export type Errno =
  | 'EAGAIN'
  | 'EBUSY'
  | 'EEXIST'
  | 'EFBIG'
  | 'EINVAL'
  | 'EIO'
  | 'ENODEV'
  | 'ENOENT'
  | 'ENOSPC';

/** A flow's counters. */
export interface FlowStats {
  packets: number;
  /** Bytes of whole frames, without FCS. */
  bytes: number;
  /** When the last packet came; 0: never. */
  used: Instant;
  /** TCP flags of all its packets, or-ed. */
  tcpFlags: number;
}

/** A packet that the datapath sends up. The receiver owns it, the key included. */
export interface Upcall {
  readonly type: 'miss' | 'action';
  readonly packet: Packet;
  /** The packet's exact key; its in_port is a datapath port. */
  readonly key: Flow;
  /** Of an action upcall: what its `userspace` action carried. */
  readonly cookie?: UserspaceCookie;
  /** When it was queued, where the datapath says so. */
  readonly queuedAt?: Instant;
}

export interface PutOp {
  readonly type: 'put';
  /** `create` fails with EEXIST where the flow (or an overlapping one) is; `modify` with ENOENT. */
  readonly mode: 'create' | 'modify';
  readonly key: FlowKey;
  /** Undefined: exact match. */
  readonly mask: Mask | undefined;
  readonly actions: OdpActions;
  error: Errno | undefined;
}

export interface DeleteOp {
  readonly type: 'delete';
  readonly key: FlowKey;
  error: Errno | undefined;
  /** The final counters, where it succeeded. */
  stats: FlowStats | undefined;
}

export interface ExecuteOp {
  readonly type: 'execute';
  readonly packet: Packet;
  /** The packet's key: its metadata (in_port, marks) for the execution. */
  readonly key: Flow;
  readonly actions: OdpActions;
  /** The datapath cannot do some action by itself (`SlowReason.ACTION`). */
  readonly needsHelp: boolean;
  error: Errno | undefined;
}

export interface GetOp {
  readonly type: 'get';
  readonly key: FlowKey;
  error: Errno | undefined;
  flow: DumpedFlow | undefined;
}

export type DpifOp = PutOp | DeleteOp | ExecuteOp | GetOp;

/** One flow of a dump; owned by the dumping thread until its following `next()` or `end()`. */
export interface DumpedFlow {
  readonly key: FlowKey;
  /** Undefined: exact match. */
  readonly mask: Mask | undefined;
  readonly actions: OdpActions;
  readonly stats: Readonly<FlowStats>;
}

export interface FlowDumpThread {
  /** At most `countMax` flows; none: this thread is finished (the end, or an error). */
  next(countMax: number): readonly DumpedFlow[];
  end(): void;
}

export interface FlowDump {
  /** One for each revalidator; each flow goes to one of them. */
  thread(): FlowDumpThread;
  /** Once, after all threads ended; the first error of the dump, if any. */
  done(): Errno | undefined;
}

export interface DpStats {
  readonly flows: number;
  readonly masks: number;
  readonly hit: number;
  readonly missed: number;
  readonly lost: number;
  readonly invalid: number;
}

export interface Dpif {
  /** "type@base", as logs and `upcall/show` print it. */
  readonly name: string;
  /** Sets up `count` upcall queues, before any handler starts; old handler ids and pids die. */
  handlersSet(count: number): Errno | undefined;
  /** The oldest upcall of a handler's queue; never blocks; 'EAGAIN' where it is empty. */
  recv(handler: number): Upcall | Errno;
  /**
   * Fires while something is queued for `handler`: at once on subscription, else when one arrives.
   */
  recvWait(handler: number): Observable<void>;
  /** Runs `ops` in order, writes each one's outcome into it, then calls `done` (maybe at once). */
  operate(ops: readonly DpifOp[], done: () => void): void;
  flowDumpStart(): FlowDump;
  /** Removes every flow; their counters are gone. */
  flowFlush(): Errno | undefined;
  getStats(): DpStats | Errno;
  /** The upcall queue id for packets of `port` (`ODPP_NONE`: any) with this 5-tuple hash. */
  portGetPid(port: OdpPort, hash: number): number;
}
