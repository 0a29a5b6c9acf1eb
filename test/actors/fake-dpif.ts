/**
 * A datapath in a test's hands: a `Map` of flows, scripted failures, and a log of what was asked.
 *
 * Packets are `hit` onto flows or `miss`ed into a handler's queue; dumps can miss, repeat and
 * break; `operate` can answer late. Batches of a dump are poisoned when they are used up, as the
 * interface says that they may be.
 */

import { Observable, Subject } from 'rxjs';
import { instant, type OdpPort } from '../../src/base/brands.js';
import type { Clock } from '../../src/base/clock.js';
import type { UserspaceCookie } from '../../src/datapath/cookie.js';
import type {
  Dpif,
  DpifOp,
  DpStats,
  DumpedFlow,
  Errno,
  FlowDump,
  FlowStats,
  Upcall,
} from '../../src/datapath/dpif.js';
import { FlowKey } from '../../src/datapath/flow-key.js';
import type { Mask } from '../../src/datapath/mask.js';
import type { OdpActions } from '../../src/datapath/odp-actions.js';
import { copyFlow, type Flow } from '../../src/packet/flow.js';
import { Packet } from '../../src/packet/packet.js';

export interface FakeFlow {
  key: FlowKey;
  mask: Mask | undefined;
  actions: OdpActions;
  stats: FlowStats;
}

export class FakeDpif implements Dpif {
  readonly name: string;
  /** By the key's identity in text, for it must be found by content. */
  readonly flows = new Map<string, FakeFlow>();
  /** Every batch that came down, as it came. */
  readonly batches: (readonly DpifOp[])[] = [];
  /** Everything else that was asked, by name. */
  readonly calls: string[] = [];
  /** What the next operations of a type shall answer instead. */
  readonly failures: { type: DpifOp['type']; error: Errno }[] = [];
  /** Decides how often a flow comes in a dump; default once. */
  timesDumped: (flow: FakeFlow) => number = () => 1;
  /** In which order flows come in a dump. */
  orderDumped: (flows: FakeFlow[]) => FakeFlow[] = (flows) => flows;
  dumpError: Errno | undefined;
  handlersError: Errno | undefined;
  /** Misses that were queued when the queues were made anew. */
  dropped = 0;
  statsError: Errno | undefined;
  /** Answers of `operate` wait until `answer()`. */
  isLate = false;
  readonly #clock: Clock;
  readonly #arrivals = new Subject<number>();
  readonly #waiting: (() => void)[] = [];
  #queues: Upcall[][] = [];

  constructor(clock: Clock, name = 'fake@fake') {
    this.#clock = clock;
    this.name = name;
  }

  /** An upcall for `handler`'s queue. */
  queue(upcall: Upcall, handler = 0): void {
    this.#queues[handler]?.push(upcall);
    this.#arrivals.next(handler);
  }

  miss(key: Flow, handler = 0, size = 60): void {
    const packet = new Packet(new Uint8Array(size));
    this.queue({ type: 'miss', packet, key: copyFlow(key) }, handler);
  }

  action(key: Flow, cookie: UserspaceCookie | undefined): void {
    const packet = new Packet(new Uint8Array(60));
    const upcall = { type: 'action', packet, key: copyFlow(key) } as const;
    this.queue(cookie === undefined ? upcall : { ...upcall, cookie });
  }

  /** Packets on an installed flow; false where there is none. */
  hit(key: Flow, packets = 1, bytes = packets * 60, tcpFlags = 0): boolean {
    const flow = this.flow(key);
    if (flow === undefined) return false;
    flow.stats = {
      packets: flow.stats.packets + packets,
      bytes: flow.stats.bytes + bytes,
      used: this.#clock.now(),
      tcpFlags: flow.stats.tcpFlags | tcpFlags,
    };
    return true;
  }

  flow(key: Flow): FakeFlow | undefined {
    return this.flows.get(nameOf(FlowKey.from(key)));
  }

  /** A flow that nobody of ours has put. */
  plant(key: Flow, actions: OdpActions = [], mask?: Mask): void {
    const stats = { packets: 0, bytes: 0, used: instant(0), tcpFlags: 0 };
    const flowKey = FlowKey.from(key);
    this.flows.set(nameOf(flowKey), { key: flowKey, mask, actions, stats });
  }

  /** Removes a flow behind everybody's back; its counters. */
  steal(key: Flow): FlowStats | undefined {
    const name = nameOf(FlowKey.from(key));
    const stats = this.flows.get(name)?.stats;
    this.flows.delete(name);
    return stats;
  }

  /** Whether anybody waits for upcalls. */
  get isAwaited(): boolean {
    return this.#arrivals.observed;
  }

  /** Gives the answers that were held back. */
  answer(): void {
    for (const run of this.#waiting.splice(0)) run();
  }

  operations<Type extends DpifOp['type']>(type: Type): Extract<DpifOp, { type: Type }>[] {
    return this.batches.flat().filter((op) => op.type === type) as Extract<
      DpifOp,
      { type: Type }
    >[];
  }

  handlersSet(count: number): Errno | undefined {
    this.calls.push(`handlersSet ${count}`);
    if (this.handlersError !== undefined) return this.handlersError;
    this.dropped += this.#queues.flat().filter(({ type }) => type === 'miss').length;
    this.#queues = Array.from({ length: count }, () => []);
    return undefined;
  }

  recv(handler: number): Upcall | Errno {
    this.calls.push(`recv ${handler}`);
    return this.#queues[handler]?.shift() ?? 'EAGAIN';
  }

  recvWait(handler: number): Observable<void> {
    return new Observable((subscriber) => {
      if ((this.#queues[handler]?.length ?? 0) > 0) subscriber.next();
      return this.#arrivals.subscribe((of) => of === handler && subscriber.next());
    });
  }

  operate(ops: readonly DpifOp[], done: () => void): void {
    this.batches.push([...ops]);
    const run = (): void => {
      for (const op of ops) this.#carryOut(op);
      done();
    };
    if (this.isLate) this.#waiting.push(run);
    else run();
  }

  flowDumpStart(): FlowDump {
    this.calls.push('dumpStart');
    const repeated = [...this.flows.values()].flatMap((flow) =>
      Array.from({ length: this.timesDumped(flow) }, () => flow),
    );
    const flows = this.orderDumped(repeated);
    let next = 0;
    return {
      thread: () => {
        let batch: DumpedFlow[] = [];
        const poison = (): void => void batch.splice(0);
        return {
          next: (countMax) => {
            poison();
            batch = flows
              .slice(next, next + countMax)
              .map(({ key, mask, actions, stats }) => ({ key, mask, actions, stats }));
            next += batch.length;
            return batch;
          },
          end: poison,
        };
      },
      done: () => {
        this.calls.push('dumpDone');
        return this.dumpError;
      },
    };
  }

  flowFlush(): Errno | undefined {
    this.calls.push('flush');
    this.flows.clear();
    return undefined;
  }

  getStats(): DpStats | Errno {
    this.calls.push('getStats');
    if (this.statsError !== undefined) return this.statsError;
    return { flows: this.flows.size, masks: 0, hit: 0, missed: 0, lost: 0, invalid: 0 };
  }

  portGetPid(port: OdpPort, hash: number): number {
    this.calls.push(`portGetPid ${port}`);
    return hash % 7;
  }

  #carryOut(op: DpifOp): void {
    const at = this.failures.findIndex(({ type }) => type === op.type);
    if (at >= 0) {
      op.error = this.failures.splice(at, 1)[0]?.error;
      return;
    }
    if (op.type === 'put') this.#put(op);
    else if (op.type === 'delete') this.#delete(op);
    else if (op.type === 'get') this.#get(op);
  }

  #put(op: Extract<DpifOp, { type: 'put' }>): void {
    const name = nameOf(op.key);
    const known = this.flows.get(name);
    if (op.mode === 'modify') {
      if (known === undefined) op.error = 'ENOENT';
      else known.actions = op.actions;
    } else if (known !== undefined) {
      op.error = 'EEXIST';
    } else {
      const stats = { packets: 0, bytes: 0, used: instant(0), tcpFlags: 0 };
      this.flows.set(name, { key: op.key, mask: op.mask, actions: op.actions, stats });
    }
  }

  #delete(op: Extract<DpifOp, { type: 'delete' }>): void {
    const name = nameOf(op.key);
    const known = this.flows.get(name);
    if (known === undefined) {
      op.error = 'ENOENT';
      return;
    }
    this.flows.delete(name);
    op.stats = known.stats;
  }

  #get(op: Extract<DpifOp, { type: 'get' }>): void {
    const known = this.flows.get(nameOf(op.key));
    if (known === undefined) op.error = 'ENOENT';
    else op.flow = { ...known };
  }
}

function nameOf(key: FlowKey): string {
  return key.toFlow().join();
}
