/**
 * The embedded datapath: a whole datapath in this process. It puts the parts together: ports, the
 * fast path, the megaflow table, the upcall queues; and is their door.
 *
 * All work begins in one of three ways: an operation from the slow path, the receiving task that a
 * frame in an empty ring starts, and the task that passes on what an operation has sent. A
 * receiving task takes 32 frames and makes room for others; so handlers run between two bursts, and
 * a burst never overruns a queue of 128 that was empty. Subscribers (transmitted frames, waiting
 * handlers) run at the end of a task, when everything here is consistent: they may call anything.
 *
 * Answers to OVS's `lib/dpif-netdev.c`, with the upcall queues that it had until 2.3.
 *
 * Owner: of everything in it but the frames in flight.
 */

import { NEVER, type Observable } from 'rxjs';
import { instant, type OdpPort } from '../base/brands.js';
import type { Clock } from '../base/clock.js';
import type { Coverage } from '../base/coverage.js';
import { type Log, moduleLog, silentLog } from '../base/log.js';
import { copyFlow, type Flow } from '../packet/flow.js';
import { flowHash5Tuple } from '../packet/flow-hash.js';
import { RECIRC_ID } from '../packet/flow-layout.js';
import { Packet } from '../packet/packet.js';
import { ETH_HEADER_SIZE } from '../packet/protocol.js';
import { ActionExecutor } from './action-executor.js';
import type { UserspaceCookie } from './cookie.js';
import type { Dpif, DpifOp, DpStats, Errno, ExecuteOp, FlowDump, Upcall } from './dpif.js';
import { FastPath } from './fast-path.js';
import { TableDump } from './flow-dump.js';
import { FlowOperations } from './flow-operations.js';
import type { MaskTable } from './mask.js';
import { FLOWS_MAX, MegaflowTable } from './megaflow-table.js';
import { DatapathMeters } from './meter-table.js';
import type { Port } from './port.js';
import { PortTable } from './port-table.js';
import { UpcallQueue } from './upcall-queue.js';

/** Frames that one receiving task takes. Answers to `NETDEV_MAX_BURST`. */
export const BURST_MAX = 32;
/** Queues at most: what a thread's number fits in; far more than any machine has processors. */
const HANDLERS_MAX = 65_535;
/** Bytes of a frame that may be executed: what a packet's length fits in. */
const FRAME_SIZE_MAX = 65_535;

interface WaitingUpcall {
  readonly upcall: Upcall;
  /** Whose queue it goes into where nobody answers it at once. */
  readonly handler: number;
}

export interface EmbeddedDpifOptions {
  /** "type@base", as logs and `upcall/show` print it. */
  readonly name: string;
  readonly clock: Clock;
  readonly coverage: Coverage;
  /** Shared with whoever makes masks for this datapath, so that equal masks are one object. */
  readonly masks: MaskTable;
  readonly log?: Log;
  /** Flows that the table holds at most; default `FLOWS_MAX`. */
  readonly flowsMax?: number;
  /** VLAN tags that keys have, as `other_config:vlan-limit` says; default 1. */
  readonly vlanLimit?: number;
  /** Tests: what a dump returned becomes garbage when its thread goes on. */
  readonly poisonsDumps?: boolean;
  /**
   * The policy `inline`: called for each upcall of a frame, before the next is looked up; true: it
   * is taken care of, false: it is queued. The callee owns the upcall, and may use `operate`.
   * Absent: `queued`.
   */
  readonly upcallInline?: (upcall: Upcall) => boolean;
}

/**
 * A datapath with ports in this process.
 *
 * @example
 * import { Coverage, EmbeddedDpif, MaskTable, MemoryPort, odpPort, SystemClock } from 'upcall';
 *
 * const dpif = new EmbeddedDpif({
 *   name: 'mine@example',
 *   clock: new SystemClock(),
 *   coverage: new Coverage(),
 *   masks: new MaskTable(),
 * });
 * dpif.addPort(new MemoryPort({ name: 'p1', number: odpPort(1) }));
 * assert.equal(dpif.ports().length, 1);
 */
export class EmbeddedDpif implements Dpif {
  readonly name: string;
  /** What `meter` actions pass. */
  readonly meters: DatapathMeters;
  readonly #clock: Clock;
  readonly #coverage: Coverage;
  readonly #log: Log;
  readonly #table: MegaflowTable;
  readonly #ports = new PortTable();
  readonly #executor: ActionExecutor;
  readonly #fastPath: FastPath;
  readonly #receive: FastPath['receive'];
  readonly #operations: FlowOperations;
  readonly #poisonsDumps: boolean;
  readonly #upcallInline: ((upcall: Upcall) => boolean) | undefined;
  /** Of the frame that is being received, for `upcallInline`. */
  readonly #waiting: WaitingUpcall[] = [];
  #isAnswering = false;
  #queues: readonly UpcallQueue[] = [];
  #lostCount = 0;
  /** Misses of recirculated packets for which there was no room. */
  readonly #lostAgain = { packets: 0, bytes: 0 };
  readonly #recirculated = { packets: 0, bytes: 0 };
  #lostBytes = 0;
  /** When the running burst began, or the last one. */
  #burstAt = instant(0);
  #isReceiveScheduled = false;
  #isSettleScheduled = false;

  constructor(options: EmbeddedDpifOptions) {
    const vlanLimit = options.vlanLimit ?? 1;
    const { coverage } = options;
    this.name = options.name;
    this.#clock = options.clock;
    this.meters = new DatapathMeters(options.clock);
    this.#coverage = coverage;
    this.#log = moduleLog(options.log ?? silentLog, 'dpif_netdev');
    this.#poisonsDumps = options.poisonsDumps ?? false;
    this.#upcallInline = options.upcallInline;
    this.#table = new MegaflowTable(options.flowsMax ?? FLOWS_MAX);
    this.#operations = new FlowOperations(this.#table, options.masks);
    const sendUp = this.#sendUp;
    this.#executor = new ActionExecutor({
      ports: this.#ports,
      meters: this.meters,
      coverage,
      vlanLimit,
      sendUp,
      recirculated: this.#lookUpAgain,
    });
    this.#fastPath = new FastPath({
      table: this.#table,
      executor: this.#executor,
      coverage,
      vlanLimit,
      missed: this.#missed,
    });
    const { receive } = this.#fastPath;
    this.#receive = this.#upcallInline === undefined ? receive : this.#receiveInline;
  }

  /** 'EEXIST' where the number or the name is taken. */
  addPort(port: Port): Errno | undefined {
    if (!this.#ports.add(port)) return 'EEXIST';
    port.attach(this.#wake);
    return undefined;
  }

  /** 'ENODEV' where there is no such port; what waits in its ring is dropped. */
  removePort(number: OdpPort): Errno | undefined {
    const port = this.#ports.remove(number);
    if (port === undefined) return 'ENODEV';
    port.detach();
    return undefined;
  }

  /** In order of their numbers. */
  ports(): readonly Port[] {
    return this.#ports.list();
  }

  handlersSet(count: number): Errno | undefined {
    if (!Number.isInteger(count) || count < 0 || count > HANDLERS_MAX) return 'EINVAL';
    const old = this.#queues;
    this.#queues = Array.from({ length: count }, () => new UpcallQueue(this.#subscriberFailed));
    for (const queue of old) {
      for (let upcall = queue.shift(); upcall !== undefined; upcall = queue.shift()) {
        this.#countLost(upcall);
      }
      queue.close();
    }
    return undefined;
  }

  recv(handler: number): Upcall | Errno {
    return this.#queues[handler]?.shift() ?? 'EAGAIN';
  }

  recvWait(handler: number): Observable<void> {
    return this.#queues[handler]?.ready ?? NEVER;
  }

  operate(ops: readonly DpifOp[], done: () => void): void {
    for (const op of ops) {
      if (op.type === 'execute') this.#execute(op);
      else this.#operations.run(op);
    }
    if (this.#waiting.length > 0) this.#answer();
    this.#scheduleSettle();
    done();
  }

  flowDumpStart(): FlowDump {
    return new TableDump(this.#table, this.#poisonsDumps);
  }

  flowFlush(): Errno | undefined {
    this.#table.clear();
    return undefined;
  }

  getStats(): DpStats {
    return {
      flows: this.#table.count,
      masks: this.#table.maskCount,
      hit: this.#fastPath.hitCount,
      missed: this.#fastPath.missedCount,
      lost: this.#lostCount,
      invalid: this.#fastPath.invalidCount,
    };
  }

  /** Misses that found no room in an upcall queue: what `lost` of `getStats` counts. */
  get lost(): { readonly packets: number; readonly bytes: number } {
    return { packets: this.#lostCount, bytes: this.#lostBytes };
  }

  /** The same with those that had been recirculated. */
  get lostAll(): { readonly packets: number; readonly bytes: number } {
    const { packets, bytes } = this.#lostAgain;
    return { packets: this.#lostCount + packets, bytes: this.#lostBytes + bytes };
  }

  /** Packets that actions sent round, as often as they came. */
  get recirculated(): { readonly packets: number; readonly bytes: number } {
    return this.#recirculated;
  }

  /** Frames without an Ethernet header: what `invalid` of `getStats` counts. */
  get invalid(): { readonly packets: number; readonly bytes: number } {
    return { packets: this.#fastPath.invalidCount, bytes: this.#fastPath.invalidBytes };
  }

  /** The most masks that there have been at a time. */
  get masksMaximum(): number {
    return this.#table.maskCountMax;
  }

  /** The index of a queue; 0 where there is none. A pid dies with `handlersSet` to fewer. */
  portGetPid(_port: OdpPort, hash: number): number {
    return this.#queues.length === 0 ? 0 : hash % this.#queues.length;
  }

  /** Whether no frame and no upcall is on its way inside. */
  isQuiescent(): boolean {
    if (this.#isReceiveScheduled || this.#isSettleScheduled) return false;
    return this.#queues.every((queue) => queue.count === 0);
  }

  readonly #wake = (): void => {
    if (this.#isReceiveScheduled) return;
    this.#isReceiveScheduled = true;
    this.#clock.setTimeout(this.#receiveBurst, 0);
  };

  readonly #receiveBurst = (): void => {
    this.#isReceiveScheduled = false;
    this.#burstAt = this.#clock.now();
    this.#fastPath.beginBurst(this.#burstAt);
    this.#ports.receive(BURST_MAX, this.#receive);
    if (this.#ports.hasPending) this.#wake();
    this.#settle();
  };

  #scheduleSettle(): void {
    if (this.#isSettleScheduled) return;
    if (!this.#ports.hasSent && !this.#queues.some((queue) => queue.hasNews)) return;
    this.#isSettleScheduled = true;
    this.#clock.setTimeout(this.#settle, 0);
  }

  /** Passes on what was sent and what came up since the last time. */
  readonly #settle = (): void => {
    this.#isSettleScheduled = false;
    this.#ports.flush();
    for (const queue of this.#queues) queue.announce();
  };

  #execute(op: ExecuteOp): void {
    const { size } = op.packet;
    if (size < ETH_HEADER_SIZE || size > FRAME_SIZE_MAX) {
      op.error = 'EINVAL';
      return;
    }
    op.error = undefined;
    this.#executor.execute(op.packet.data, op.key, op.actions);
  }

  readonly #lookUpAgain = (frame: Uint8Array, key: Flow): void => {
    this.#recirculated.packets++;
    this.#recirculated.bytes += frame.length;
    this.#fastPath.lookUp(frame, key);
  };

  readonly #missed = (frame: Uint8Array, key: Flow): void => {
    const packet = new Packet(frame);
    const queuedAt = this.#burstAt;
    const upcall: Upcall = { type: 'miss', packet, key: copyFlow(key), queuedAt };
    const count = this.#queues.length;
    this.#raise(upcall, count === 0 ? 0 : flowHash5Tuple(key, 0) % count);
  };

  readonly #sendUp = (pid: number, packet: Packet, key: Flow, cookie: UserspaceCookie): void => {
    const upcall: Upcall = { type: 'action', packet, key, cookie };
    this.#raise(upcall, pid);
  };

  #raise(upcall: Upcall, handler: number): void {
    if (this.#upcallInline !== undefined) this.#waiting.push({ upcall, handler });
    else this.#queue(upcall, handler);
  }

  #queue(upcall: Upcall, handler: number): void {
    const queue = this.#queues[handler];
    if (queue === undefined || !queue.push(upcall)) this.#countLost(upcall);
  }

  readonly #receiveInline = (frame: Uint8Array, port: OdpPort): void => {
    this.#fastPath.receive(frame, port);
    if (this.#waiting.length > 0) this.#answer();
  };

  /** In order; those that an answer raises come behind, never within. */
  #answer(): void {
    if (this.#isAnswering) return;
    this.#isAnswering = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        if (this.#upcallInline?.(next.upcall) !== true) this.#queue(next.upcall, next.handler);
      }
    } finally {
      this.#isAnswering = false;
    }
  }

  /** A packet of an action has been counted by its flow: only misses are `lost`. */
  #countLost(upcall: Upcall): void {
    if (upcall.type === 'miss' && upcall.key[RECIRC_ID] !== 0) {
      this.#lostAgain.packets++;
      this.#lostAgain.bytes += upcall.packet.size;
      this.#coverage.inc('datapath_drop_upcall_error');
    } else if (upcall.type === 'miss') {
      this.#lostCount++;
      this.#lostBytes += upcall.packet.size;
      this.#coverage.inc('datapath_drop_upcall_error');
    } else {
      this.#coverage.inc('datapath_drop_userspace_action_error');
    }
  }

  readonly #subscriberFailed = (error: unknown): void => {
    this.#coverage.inc('subscriber_error');
    this.#log.error({ err: error, dpif: this.name }, 'subscriber to upcalls failed');
  };
}
