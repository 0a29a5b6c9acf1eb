/**
 * What every `Dpif` must do, as `dpif.ts` says it: a suite to be run on each implementation.
 */

import { beforeEach, describe, expect, it } from 'vitest';
import { odpPort } from '../../src/base/brands.js';
import type { Dpif, Upcall } from '../../src/datapath/dpif.js';
import { NO_ACTIONS } from '../../src/datapath/odp-actions.js';
import {
  COOKIE,
  deleteOp,
  dumpAll,
  executeOp,
  frameOf,
  getOp,
  keyFlowOf,
  keyOf,
  maskOf,
  operate,
  output,
  putOp,
} from './fixture.js';

/** A datapath with ports 1 to 3 and one handler, and a way to reach its ports. */
export interface DpifUnderTest {
  readonly dpif: Dpif;
  /** Hands a frame to a port and lets the datapath finish. */
  receive(port: number, frame: Uint8Array): void;
  /** Frames sent through a port since the last call. */
  sent(port: number): Uint8Array[];
  /** Lets everything happen that is due. */
  settle(): void;
}

/** Frames of three flows that differ in their UDP ports. */
const [A, B, C] = [1, 2, 3].map((port) =>
  frameOf(`udp,dl_src=02:00:00:00:00:01,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=${port},tp_dst=53`),
) as [Uint8Array, Uint8Array, Uint8Array];
const PORTS_MASK = maskOf('udp,tp_src=0xffff');
const TYPE_MASK = maskOf('eth_type=0xffff');

/** Declares the suite for the datapaths that `create` makes. */
export function testDpifConformance(name: string, create: () => DpifUnderTest): void {
  describe(`${name} as a Dpif`, () => {
    let bed: DpifUnderTest;
    beforeEach(() => {
      bed = create();
    });
    describe('put', () => testPut(() => bed));
    describe('delete', () => testDelete(() => bed));
    describe('get', () => testGet(() => bed));
    describe('execute', () => testExecute(() => bed));
    describe('upcalls', () => testUpcalls(() => bed));
    describe('dump', () => testDump(() => bed));
    describe('flush and statistics', () => testFlush(() => bed));
  });
}

type Access = () => DpifUnderTest;

function nextUpcall(bed: DpifUnderTest): Upcall {
  const upcall = bed.dpif.recv(0);
  if (typeof upcall === 'string') throw new Error(`No upcall: ${upcall}`);
  return upcall;
}

function testPut(bed: Access): void {
  it('installs a flow that packets then follow', () => {
    const put = putOp(keyOf(A), PORTS_MASK, [output(2)]);
    operate(bed().dpif, put);
    bed().receive(1, A);
    expect(put.error).toBeUndefined();
    expect(bed().sent(2)).toEqual([A]);
  });

  it('refuses a key that exists with EEXIST, and keeps the old actions', () => {
    operate(bed().dpif, putOp(keyOf(A), PORTS_MASK, [output(2)]));
    const again = putOp(keyOf(A), PORTS_MASK, [output(3)]);
    operate(bed().dpif, again);
    bed().receive(1, A);
    expect(again.error).toBe('EEXIST');
    expect(bed().sent(2)).toHaveLength(1);
  });

  it('refuses a flow whose key an overlapping flow matches with EEXIST', () => {
    operate(bed().dpif, putOp(keyOf(A), TYPE_MASK, [output(2)]));
    const overlapping = putOp(keyOf(B), PORTS_MASK, [output(3)]);
    operate(bed().dpif, overlapping);
    expect(overlapping.error).toBe('EEXIST');
  });

  it('takes no mask for an exact match', () => {
    operate(bed().dpif, putOp(keyOf(A), undefined, [output(2)]));
    bed().receive(1, A);
    bed().receive(1, B);
    expect(bed().sent(2)).toEqual([A]);
  });

  it('modifies actions and keeps the counters', () => {
    operate(bed().dpif, putOp(keyOf(A), PORTS_MASK, [output(2)]));
    bed().receive(1, A);
    operate(bed().dpif, putOp(keyOf(A), PORTS_MASK, [output(3)], 'modify'));
    bed().receive(1, A);
    expect(bed().sent(3)).toEqual([A]);
    expect(dumpAll(bed().dpif)[0]?.stats.packets).toBe(2);
  });

  it('refuses to modify what is not there with ENOENT', () => {
    const modify = putOp(keyOf(A), PORTS_MASK, [output(3)], 'modify');
    operate(bed().dpif, modify);
    expect(modify.error).toBe('ENOENT');
  });

  it('does not count the packet that missed', () => {
    bed().receive(1, A);
    const upcall = nextUpcall(bed());
    operate(
      bed().dpif,
      putOp(keyOf(A), PORTS_MASK, [output(2)]),
      executeOp(upcall.packet.data, [output(2)]),
    );
    bed().settle();
    expect(bed().sent(2)).toEqual([A]);
    const stats = { packets: 0, bytes: 0, used: 0, tcpFlags: 0 };
    expect(dumpAll(bed().dpif)[0]?.stats).toEqual(stats);
  });
}

function testDelete(bed: Access): void {
  it('returns the counters at that instant', () => {
    operate(bed().dpif, putOp(keyOf(A), PORTS_MASK, [output(2)]));
    bed().receive(1, A);
    bed().receive(1, A);
    const removal = deleteOp(keyOf(A));
    operate(bed().dpif, removal);
    expect(removal.error).toBeUndefined();
    expect(removal.stats).toMatchObject({ packets: 2, bytes: 2 * A.length });
  });

  it('answers ENOENT without counters for a flow that is not there', () => {
    const removal = deleteOp(keyOf(A));
    operate(bed().dpif, removal);
    expect(removal).toMatchObject({ error: 'ENOENT', stats: undefined });
  });

  it('makes packets miss, and a new life begin at zero', () => {
    operate(bed().dpif, putOp(keyOf(A), PORTS_MASK, [output(2)]));
    bed().receive(1, A);
    operate(bed().dpif, deleteOp(keyOf(A)));
    bed().receive(1, A);
    expect(nextUpcall(bed()).type).toBe('miss');
    operate(bed().dpif, putOp(keyOf(A), PORTS_MASK, [output(2)]));
    expect(dumpAll(bed().dpif)[0]?.stats.packets).toBe(0);
  });
}

function testGet(bed: Access): void {
  it('finds a flow by its key', () => {
    const actions = [output(2)];
    operate(bed().dpif, putOp(keyOf(A), PORTS_MASK, actions));
    const get = getOp(keyOf(A));
    operate(bed().dpif, get);
    expect(get.error).toBeUndefined();
    expect(get.flow?.key.equals(keyOf(A))).toBe(true);
    expect(get.flow?.mask?.covers(PORTS_MASK)).toBe(true);
    expect(get.flow?.actions).toEqual(actions);
  });

  it('finds by key alone, not by what the mask would match', () => {
    operate(bed().dpif, putOp(keyOf(A), TYPE_MASK, NO_ACTIONS));
    const get = getOp(keyOf(B));
    operate(bed().dpif, get);
    expect(get).toMatchObject({ error: 'ENOENT', flow: undefined });
  });
}

function testExecute(bed: Access): void {
  it('sends a packet without touching a flow', () => {
    operate(bed().dpif, putOp(keyOf(A), PORTS_MASK, NO_ACTIONS));
    const execute = executeOp(A, [output(2), output(3)]);
    operate(bed().dpif, execute);
    bed().settle();
    expect(execute.error).toBeUndefined();
    expect([bed().sent(2), bed().sent(3)]).toEqual([[A], [A]]);
    expect(dumpAll(bed().dpif)[0]?.stats.packets).toBe(0);
  });

  it('succeeds with no actions', () => {
    const execute = executeOp(A, NO_ACTIONS);
    operate(bed().dpif, execute);
    bed().settle();
    expect(execute.error).toBeUndefined();
    expect(bed().sent(2)).toEqual([]);
  });

  it('refuses what is no Ethernet frame with EINVAL, and goes on', () => {
    const short = executeOp(new Uint8Array(13), [output(2)]);
    operate(bed().dpif, short, executeOp(A, [output(2)]));
    bed().settle();
    expect(short.error).toBe('EINVAL');
    expect(bed().sent(2)).toEqual([A]);
  });

  it('runs operations strictly in order', () => {
    const removal = deleteOp(keyOf(A));
    const second = putOp(keyOf(A), PORTS_MASK, [output(3)]);
    operate(bed().dpif, putOp(keyOf(A), PORTS_MASK, [output(2)]), removal, second);
    expect([removal.error, second.error]).toEqual([undefined, undefined]);
  });
}

function testUpcalls(bed: Access): void {
  it('answers EAGAIN where nothing is queued or no such handler is', () => {
    expect([bed().dpif.recv(0), bed().dpif.recv(7)]).toEqual(['EAGAIN', 'EAGAIN']);
  });

  it('sends misses up in order, with packet and key', () => {
    bed().receive(1, A);
    bed().receive(2, B);
    const [first, second] = [nextUpcall(bed()), nextUpcall(bed())];
    expect(first).toMatchObject({ type: 'miss', packet: { data: A } });
    expect(first.key).toEqual(keyFlowOf(A, 1));
    expect(second.key).toEqual(keyFlowOf(B, 2));
  });

  it('sends up what a flow says, with its cookie', () => {
    const pid = bed().dpif.portGetPid(odpPort(1), 12345);
    const actions = [{ type: 'userspace', pid, cookie: COOKIE } as const];
    operate(bed().dpif, putOp(keyOf(A), PORTS_MASK, actions));
    bed().receive(1, A);
    const upcall = nextUpcall(bed());
    expect(upcall).toMatchObject({ type: 'action', cookie: COOKIE, packet: { data: A } });
    expect(upcall.key).toEqual(keyFlowOf(A, 1));
  });

  it('fires for who waits: at once where something is queued, else when it comes', () => {
    let early = 0;
    let late = 0;
    bed()
      .dpif.recvWait(0)
      .subscribe(() => early++);
    bed().receive(1, A);
    bed()
      .dpif.recvWait(0)
      .subscribe(() => late++);
    expect([early, late]).toEqual([1, 1]);
  });

  it('forgets queued upcalls when the handlers are set, and counts misses as lost', () => {
    bed().receive(1, A);
    expect(bed().dpif.handlersSet(2)).toBeUndefined();
    expect([bed().dpif.recv(0), bed().dpif.recv(1)]).toEqual(['EAGAIN', 'EAGAIN']);
    expect(bed().dpif.getStats()).toMatchObject({ missed: 1, lost: 1 });
  });

  it('drops and counts what a full queue cannot take', () => {
    for (let i = 0; i < 1000; i++) bed().receive(1, A);
    let count = 0;
    while (typeof bed().dpif.recv(0) !== 'string') count++;
    expect(count).toBeGreaterThan(0);
    expect(bed().dpif.getStats()).toMatchObject({ missed: 1000, lost: 1000 - count });
  });
}

function testDump(bed: Access): void {
  it('returns nothing of an empty table', () => {
    expect(dumpAll(bed().dpif)).toEqual([]);
  });

  it('returns every flow once, whatever the size of the batches', () => {
    for (const frame of [A, B, C]) operate(bed().dpif, putOp(keyOf(frame), PORTS_MASK, []));
    for (const countMax of [1, 2, 50]) {
      const hashes = dumpAll(bed().dpif, countMax).map((flow) => flow.key.hash);
      expect(new Set(hashes)).toEqual(new Set([A, B, C].map((frame) => keyOf(frame).hash)));
      expect(hashes).toHaveLength(3);
    }
  });

  it('parts the flows among the threads', () => {
    for (const frame of [A, B, C]) operate(bed().dpif, putOp(keyOf(frame), PORTS_MASK, []));
    const dump = bed().dpif.flowDumpStart();
    const threads = [dump.thread(), dump.thread()];
    const counts = [0, 0];
    for (let turn = 0; turn < 6; turn++) {
      counts[turn % 2] = (counts[turn % 2] ?? 0) + (threads[turn % 2]?.next(1).length ?? 0);
    }
    expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(3);
    expect(Math.min(...counts)).toBeGreaterThan(0);
    expect(dump.done()).toBeUndefined();
  });

  it('survives deletions and puts between two batches', () => {
    for (const frame of [A, B]) operate(bed().dpif, putOp(keyOf(frame), PORTS_MASK, []));
    const thread = bed().dpif.flowDumpStart().thread();
    const first = thread.next(1)[0]?.key;
    operate(bed().dpif, deleteOp(keyOf(A)), deleteOp(keyOf(B)));
    operate(bed().dpif, putOp(keyOf(C), PORTS_MASK, []));
    const rest = [...thread.next(50)].map((flow) => flow.key.hash);
    expect(first).toBeDefined();
    expect(rest.every((hash) => hash === keyOf(C).hash)).toBe(true);
    expect(thread.next(50)).toEqual([]);
  });

  it('gives nothing to a thread that has ended', () => {
    operate(bed().dpif, putOp(keyOf(A), PORTS_MASK, []));
    const thread = bed().dpif.flowDumpStart().thread();
    thread.end();
    expect(thread.next(50)).toEqual([]);
  });
}

function testFlush(bed: Access): void {
  it('removes every flow', () => {
    operate(bed().dpif, putOp(keyOf(A), PORTS_MASK, []), putOp(keyOf(B), PORTS_MASK, []));
    expect(bed().dpif.getStats()).toMatchObject({ flows: 2, masks: 1 });
    expect(bed().dpif.flowFlush()).toBeUndefined();
    expect(bed().dpif.getStats()).toMatchObject({ flows: 0, masks: 0 });
    expect(dumpAll(bed().dpif)).toEqual([]);
  });

  it('counts each packet as hit, missed or invalid', () => {
    operate(bed().dpif, putOp(keyOf(A), PORTS_MASK, []));
    for (const frame of [A, A, B, new Uint8Array(13)]) bed().receive(1, frame);
    expect(bed().dpif.getStats()).toMatchObject({ hit: 2, missed: 1, lost: 0, invalid: 1 });
  });

  it('keeps the flags of all TCP packets and the time of the last', () => {
    const tcp = 'tcp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=1,tp_dst=2,tcp_flags=';
    const [syn, ack] = [frameOf(`${tcp}syn`), frameOf(`${tcp}ack`)];
    operate(bed().dpif, putOp(keyOf(syn), TYPE_MASK, []));
    bed().receive(1, syn);
    bed().receive(1, ack);
    const stats = dumpAll(bed().dpif)[0]?.stats;
    expect(stats).toMatchObject({ packets: 2, tcpFlags: 0x12 });
    expect(stats?.used).toBeGreaterThan(0);
  });
}
