import { describe, expect, it } from 'vitest';
import { odpPort } from '../../src/base/brands.js';
import type { Upcall } from '../../src/datapath/dpif.js';
import { BURST_MAX } from '../../src/datapath/embedded-dpif.js';
import { POISON_KEY } from '../../src/datapath/flow-dump.js';
import { NO_ACTIONS } from '../../src/datapath/odp-actions.js';
import { MemoryPort } from '../../src/datapath/port.js';
import { UPCALL_QUEUE_MAX } from '../../src/datapath/upcall-queue.js';
import * as L from '../../src/packet/flow-layout.js';
import { testDpifConformance } from './dpif-conformance.js';
import {
  COOKIE,
  createBed,
  deleteOp,
  dumpAll,
  executeOp,
  frameOf,
  keyOf,
  maskOf,
  NO_PORT,
  operate,
  output,
  putOp,
} from './fixture.js';

testDpifConformance('EmbeddedDpif', () => createBed());
testDpifConformance('EmbeddedDpif without poison', () => createBed({ poisonsDumps: false }));

const A = frameOf(
  'udp,dl_src=02:00:00:00:00:01,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=1,tp_dst=53',
);
const B = frameOf(
  'udp,dl_src=02:00:00:00:00:01,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=2,tp_dst=53',
);
const MASK = maskOf('udp,tp_src=0xffff');

describe('EmbeddedDpif.addPort()', () => {
  it('refuses a number or a name that is taken', () => {
    const { dpif } = createBed();
    expect(dpif.addPort(new MemoryPort({ name: 'new', number: odpPort(1) }))).toBe('EEXIST');
    expect(dpif.addPort(new MemoryPort({ name: 'p1', number: odpPort(9) }))).toBe('EEXIST');
  });

  it('lists ports by number', () => {
    const { dpif } = createBed();
    dpif.addPort(new MemoryPort({ name: 'zero', number: odpPort(0) }));
    expect(dpif.ports().map((port) => port.name)).toEqual(['zero', 'p1', 'p2', 'p3']);
  });
});

describe('EmbeddedDpif.removePort()', () => {
  it('drops what waits in the ring and takes no more', () => {
    const { dpif, port, settle } = createBed();
    port(1).inject(A);
    expect(dpif.removePort(odpPort(1))).toBeUndefined();
    expect(port(1).inject(A)).toBe(false);
    settle();
    expect(port(1).stats).toMatchObject({ rxPackets: 0, rxDropped: 2 });
    expect(dpif.getStats().missed).toBe(0);
  });

  it('answers ENODEV for a port that is not there', () => {
    expect(createBed().dpif.removePort(NO_PORT)).toBe('ENODEV');
  });

  it('makes outputs to the port count as dropped', () => {
    const { dpif, coverage } = createBed();
    operate(dpif, executeOp(A, [output(77)]));
    expect(coverage.read('datapath_drop_invalid_port')).toBe(1);
  });
});

describe('EmbeddedDpif receiving', () => {
  it('does nothing inside inject', () => {
    const { dpif, port } = createBed();
    port(1).inject(A);
    expect(dpif.getStats().missed).toBe(0);
    expect(dpif.isQuiescent()).toBe(false);
  });

  it('takes 32 frames a task and lets others run in between', () => {
    const { clock, dpif, port } = createBed();
    for (let i = 0; i < BURST_MAX + 1; i++) port(i === 0 ? 2 : 1).inject(A);
    const counts: number[] = [];
    clock.setTimeout(() => counts.push(dpif.getStats().missed), 0);
    clock.runDue();
    expect([counts, dpif.getStats().missed]).toEqual([[BURST_MAX], BURST_MAX + 1]);
  });

  it('counts a frame without room for a header as received and invalid', () => {
    const { dpif, coverage, port, receive } = createBed();
    receive(1, new Uint8Array(13));
    expect(dpif.getStats()).toMatchObject({ hit: 0, missed: 0, invalid: 1 });
    expect(port(1).stats.rxPackets).toBe(1);
    expect(coverage.read('datapath_drop_rx_invalid_packet')).toBe(1);
  });

  it('looks up packets that the exact-match cache knows by flows that have come since', () => {
    const { dpif, receive, sent } = createBed();
    operate(dpif, putOp(keyOf(A), MASK, [output(2)]));
    receive(1, A);
    operate(dpif, deleteOp(keyOf(A)), putOp(keyOf(B), MASK, [output(3)]));
    receive(1, A);
    expect(sent(2)).toHaveLength(1);
    expect(dpif.getStats()).toMatchObject({ hit: 1, missed: 1 });
    expect(sent(3)).toEqual([]);
  });

  it('holds 128 upcalls a handler and counts the others as lost', () => {
    const { dpif, coverage, receive } = createBed();
    for (let i = 0; i < UPCALL_QUEUE_MAX + 2; i++) receive(1, A);
    expect(dpif.getStats()).toMatchObject({ missed: UPCALL_QUEUE_MAX + 2, lost: 2 });
    expect(coverage.read('datapath_drop_upcall_error')).toBe(2);
  });

  it('keeps lost packets of actions apart: their flow has counted them', () => {
    const { dpif, coverage, receive } = createBed();
    const actions = [{ type: 'userspace', pid: 9, cookie: COOKIE } as const];
    operate(dpif, putOp(keyOf(A), MASK, actions));
    receive(1, A);
    expect(dpif.getStats()).toMatchObject({ hit: 1, missed: 0, lost: 0 });
    expect(coverage.read('datapath_drop_userspace_action_error')).toBe(1);
  });

  it('keeps packets of one connection in one queue', () => {
    const { dpif, receive } = createBed();
    dpif.handlersSet(4);
    for (let i = 0; i < 5; i++) receive(1, A);
    const counts = [0, 1, 2, 3].map((handler) => {
      let count = 0;
      while (typeof dpif.recv(handler) !== 'string') count++;
      return count;
    });
    expect(counts.sort()).toEqual([0, 0, 0, 5]);
  });
});

describe('EmbeddedDpif sending', () => {
  it('cannot be re-entered by a subscriber that injects what it gets', () => {
    const { dpif, port, receive, sent } = createBed();
    operate(dpif, putOp(keyOf(A, 1), MASK, [output(2)]), putOp(keyOf(A, 2), MASK, [output(3)]));
    let packetsDuring: number | undefined;
    port(2).transmitted.subscribe((batch) => {
      const before = dpif.getStats().hit;
      for (const frame of batch) port(2).inject(frame);
      packetsDuring = dpif.getStats().hit - before;
    });
    receive(1, A);
    expect(packetsDuring).toBe(0);
    expect(sent(3)).toEqual([A]);
  });

  it('emits nothing inside operate', () => {
    const { dpif, sent, settle } = createBed();
    operate(dpif, executeOp(A, [output(2)]));
    expect(sent(2)).toEqual([]);
    settle();
    expect(sent(2)).toEqual([A]);
  });

  it('emits one batch an operation', () => {
    const { dpif, port, settle } = createBed();
    const sizes: number[] = [];
    port(2).transmitted.subscribe((batch) => sizes.push(batch.length));
    operate(dpif, executeOp(A, [output(2)]), executeOp(B, [output(2)]));
    settle();
    expect(sizes).toEqual([2]);
  });
});

describe('EmbeddedDpif.isQuiescent()', () => {
  it('is true, and nothing is pending, once all was sent and taken', () => {
    const { clock, dpif, receive } = createBed();
    operate(dpif, putOp(keyOf(A), MASK, [output(2)]));
    receive(1, A);
    receive(1, B);
    expect(dpif.isQuiescent()).toBe(false);
    dpif.recv(0);
    expect(dpif.isQuiescent()).toBe(true);
    operate(dpif);
    expect(clock.nextDeadline()).toBeUndefined();
  });
});

describe('EmbeddedDpif.operate()', () => {
  it('makes a mask that ignores the VLAN look at VID and CFI', () => {
    const { dpif } = createBed();
    operate(dpif, putOp(keyOf(A), maskOf('eth_type=0xffff'), NO_ACTIONS));
    expect(dumpAll(dpif)[0]?.mask?.words[L.VLAN0]).toBe(L.VLAN_VID_MASK | L.VLAN_CFI);
  });

  it('keeps a mask that looks at some of the VLAN', () => {
    const { dpif } = createBed();
    const mask = maskOf('vlan_tci=0x1000/0x1000');
    operate(dpif, putOp(keyOf(A), mask, NO_ACTIONS));
    expect(dumpAll(dpif)[0]?.mask).toBe(mask);
  });

  it('answers ENOSPC where the table is full', () => {
    const { dpif } = createBed({ flowsMax: 1 });
    const second = putOp(keyOf(B), MASK, NO_ACTIONS);
    operate(dpif, putOp(keyOf(A), MASK, NO_ACTIONS), second);
    expect(second.error).toBe('ENOSPC');
    expect(dpif.getStats().flows).toBe(1);
  });

  it('announces upcalls of its own executions afterwards, not inside', () => {
    const { dpif, settle } = createBed();
    let count = 0;
    dpif.recvWait(0).subscribe(() => count++);
    operate(dpif, executeOp(A, [{ type: 'userspace', pid: 0, cookie: COOKIE }]));
    expect(count).toBe(0);
    settle();
    expect(count).toBe(1);
  });
});

describe('EmbeddedDpif.flowDumpStart()', () => {
  it('poisons what a thread keeps past its next batch', () => {
    const { dpif } = createBed();
    operate(dpif, putOp(keyOf(A), MASK, NO_ACTIONS));
    const thread = dpif.flowDumpStart().thread();
    const [kept] = thread.next(50);
    expect(kept?.key.equals(keyOf(A))).toBe(true);
    thread.next(50);
    expect(kept?.key).toBe(POISON_KEY);
    expect(kept?.stats.packets).toBeNaN();
  });
});

describe('EmbeddedDpif.recvWait()', () => {
  it('reports a subscriber that throws, and serves the others', () => {
    const { dpif, coverage, receive } = createBed();
    let count = 0;
    dpif.recvWait(0).subscribe(() => {
      throw new Error('thrown by a subscriber');
    });
    dpif.recvWait(0).subscribe(() => count++);
    receive(1, A);
    expect([count, coverage.read('subscriber_error')]).toEqual([1, 1]);
  });
});

describe('EmbeddedDpif with inline upcalls', () => {
  it('asks on a miss, so that the next packet of the burst already hits', () => {
    const seen: Upcall[] = [];
    const bed = createBed({
      upcallInline: (upcall) => {
        seen.push(upcall);
        operate(
          bed.dpif,
          putOp(keyOf(upcall.packet.data), MASK, [output(2)]),
          executeOp(upcall.packet.data, [output(2)]),
        );
        return true;
      },
    });
    bed.port(1).inject(A);
    bed.port(1).inject(A);
    bed.settle();
    expect(bed.dpif.getStats()).toMatchObject({ hit: 1, missed: 1, lost: 0 });
    expect([seen.length, bed.sent(2).length, bed.dpif.recv(0)]).toEqual([1, 2, 'EAGAIN']);
  });

  it('queues what the callback does not take', () => {
    const { dpif, receive } = createBed({ upcallInline: () => false });
    receive(1, A);
    expect(dpif.recv(0)).toMatchObject({ type: 'miss' });
  });
});
