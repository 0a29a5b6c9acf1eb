/**
 * The datapath as the slow path sees it in the simulator: the real one, behind faults.
 *
 * Faults are honest: an operation that fails has no effect, ENOENT means that somebody else has
 * removed the flow a moment before, EEXIST that somebody else has put it. Operations may be carried
 * out late, or be answered late. What happens is told as facts, and goes into the ledger.
 *
 * Owner: one run.
 */

import type { Observable } from 'rxjs';
import type { OdpPort } from '../../src/base/brands.js';
import type { Clock } from '../../src/base/clock.js';
import type {
  Dpif,
  DpifOp,
  DpStats,
  DumpedFlow,
  Errno,
  FlowDump,
  GetOp,
  Upcall,
} from '../../src/datapath/dpif.js';
import { FlowKey } from '../../src/datapath/flow-key.js';
import { NO_ACTIONS } from '../../src/datapath/odp-actions.js';
import type { Faults } from './faults.js';
import type { Ledger } from './ledger.js';
import { type DumpSurroundings, SpoiltDump } from './spoilt-dump.js';

export interface DpifSurroundings extends DumpSurroundings {
  readonly clock: Clock;
  readonly faults: Faults;
  readonly ledger: Ledger;
}

const nothing = (): void => {};

export class FaultyDpif implements Dpif {
  readonly name: string;
  readonly #inner: Dpif;
  readonly #surroundings: DpifSurroundings;
  #lateCount = 0;

  constructor(inner: Dpif, surroundings: DpifSurroundings) {
    this.name = inner.name;
    this.#inner = inner;
    this.#surroundings = surroundings;
  }

  /** Operations that are not answered yet. */
  get lateCount(): number {
    return this.#lateCount;
  }

  handlersSet(count: number): Errno | undefined {
    return this.#surroundings.faults.takeFailure('handlers') ?? this.#inner.handlersSet(count);
  }

  recv(handler: number): Upcall | Errno {
    const { faults, tell } = this.#surroundings;
    const error = faults.takeFailure('receive');
    if (error !== undefined) return error;
    const upcall = this.#inner.recv(handler);
    if (typeof upcall !== 'string') tell({ type: 'upcall.read', handler, upcall });
    return upcall;
  }

  recvWait(handler: number): Observable<void> {
    return this.#inner.recvWait(handler);
  }

  operate(ops: readonly DpifOp[], done: () => void): void {
    const { faults, tell, clock } = this.#surroundings;
    tell({ type: 'submitted', ops });
    const lateness = faults.takeLateness();
    if (lateness === undefined) {
      this.#run(ops);
      tell({ type: 'answered', ops, isIntact: true });
      done();
      return;
    }
    const before = digestOf(ops);
    this.#lateCount++;
    if (lateness.way === 'answer') this.#run(ops);
    clock.setTimeout(() => {
      if (lateness.way === 'work') this.#run(ops);
      this.#lateCount--;
      tell({ type: 'answered', ops, isIntact: digestOf(ops) === before });
      done();
    }, lateness.ms);
  }

  flowDumpStart(): FlowDump {
    const { faults, tell } = this.#surroundings;
    tell({ type: 'dump.started' });
    const way = faults.takeDumpWay();
    return new SpoiltDump(this.#inner.flowDumpStart(), way, this.#surroundings);
  }

  flowFlush(): Errno | undefined {
    const error = this.#surroundings.faults.takeFailure('flush');
    if (error !== undefined) return error;
    this.#surroundings.ledger.flushed(this.flows());
    return this.#inner.flowFlush();
  }

  getStats(): DpStats | Errno {
    const { faults, tell } = this.#surroundings;
    const stats = faults.takeFailure('stats') ?? this.#inner.getStats();
    tell({ type: 'counted', flows: typeof stats === 'string' ? undefined : stats.flows });
    return stats;
  }

  portGetPid(port: OdpPort, hash: number): number {
    return this.#inner.portGetPid(port, hash);
  }

  /** What is truly there, the caller's to keep. */
  flows(): readonly DumpedFlow[] {
    const flows: DumpedFlow[] = [];
    const dump = this.#inner.flowDumpStart();
    const thread = dump.thread();
    for (let batch = thread.next(64); batch.length > 0; batch = thread.next(64)) {
      for (const { key, mask, actions, stats } of batch) {
        flows.push({ key, mask, actions, stats: { ...stats } });
      }
    }
    thread.end();
    dump.done();
    return flows;
  }

  /** Somebody else deletes a flow; whether it was there. */
  steal(key: FlowKey): boolean {
    const get: GetOp = { type: 'get', key, error: undefined, flow: undefined };
    this.#inner.operate([get], nothing);
    if (get.flow === undefined) return false;
    this.#surroundings.ledger.stolen(get.flow);
    this.#inner.operate([{ type: 'delete', key, error: undefined, stats: undefined }], nothing);
    return true;
  }

  #run(ops: readonly DpifOp[]): void {
    for (const op of ops) this.#runOne(op);
  }

  #runOne(op: DpifOp): void {
    const { faults, ledger } = this.#surroundings;
    const error = faults.takeFailure(
      op.type === 'put' && op.mode === 'modify' ? 'modify' : op.type,
    );
    if (error === undefined || this.#makeTrue(op, error)) {
      this.#inner.operate([op], nothing);
    } else {
      op.error = error;
      if (op.type === 'delete') op.stats = undefined;
    }
    if (op.type === 'put' && op.mode === 'create' && op.error === undefined) ledger.put(op.key);
    if (op.type !== 'delete') return;
    if (op.error === undefined) ledger.deleted(op.key);
    else if (op.error === 'ENOENT') ledger.deletionMissed();
    else ledger.deletionRefused(op.key);
  }

  /** Whether the reason for `error` was brought about, so that the operation fails by itself. */
  #makeTrue(op: DpifOp, error: Errno): boolean {
    if (op.type === 'execute' || op.type === 'get') return false;
    if (error === 'ENOENT') {
      this.steal(op.key);
      return true;
    }
    if (error !== 'EEXIST' || op.type !== 'put') return false;
    const { key, mask } = op;
    const other: DpifOp = { type: 'put', mode: 'create', key, mask, actions: NO_ACTIONS, error };
    this.#inner.operate([other], nothing);
    if (other.error === undefined) this.#surroundings.ledger.putByOthers(key);
    return true;
  }
}

/** Says whether keys and packets are still what they were. */
function digestOf(ops: readonly DpifOp[]): string {
  return ops.map(digestOfOne).join();
}

function digestOfOne(op: DpifOp): string {
  if (op.type !== 'execute') return `${op.type} ${FlowKey.from(op.key.toFlow()).hash}`;
  const sum = op.packet.data.reduce((a, byte) => (Math.imul(a, 31) + byte) | 0, op.actions.length);
  return `${op.type} ${FlowKey.from(op.key).hash} ${sum}`;
}
