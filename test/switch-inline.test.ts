import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../src/base/virtual-clock.js';
import type { Dpif } from '../src/datapath/dpif.js';
import { createSwitch } from '../src/switch.js';
import type { SwitchOptions } from '../src/switch-options.js';
import { packet } from '../src/switch-packet.js';

const FIRST = packet('udp,dl_src=02:00:00:00:00:0a,dl_dst=02:00:00:00:00:0b,udp_src=1');
const BURST = 8;
const LATE_MS = 20;

/** Lets promises go on that wait for no clock. */
async function turns(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

function setUp(options: SwitchOptions = {}) {
  const clock = new VirtualClock({ start: 1_000 });
  const sw = createSwitch({ ports: 3, clock, upcalls: 'inline', ...options });
  return { clock, sw };
}

describe('A switch whose upcalls are inline', () => {
  it('has the flow before the next packet of a burst is looked up', async () => {
    const { sw } = setUp({ flows: 'actions=output:2' });
    await sw.settled();
    for (let i = 0; i < BURST; i++) sw.inject(1, FIRST);
    await sw.settled();
    const { missed, hit } = sw.datapath.getStats();
    expect({ missed, hit }).toEqual({ missed: 1, hit: BURST - 1 });
    await sw.stop();
    expect(sw.conservation().ok).toBe(true);
  });

  it('answers the packets that queue up meanwhile where they are queued', async () => {
    const { sw } = setUp({ flows: 'actions=output:2', upcalls: 'queued' });
    await sw.settled();
    for (let i = 0; i < BURST; i++) sw.inject(1, FIRST);
    await sw.settled();
    expect(sw.datapath.getStats().missed).toBe(BURST);
    await sw.stop();
  });

  it('sends what an answer brings up after that answer', async () => {
    const { sw } = setUp({ flows: 'actions=controller,output:2' });
    await sw.settled();
    let packetIns = 0;
    sw.packetIns.subscribe((batch) => {
      packetIns += batch.length;
    });
    for (let i = 0; i < BURST; i++) sw.inject(1, FIRST);
    await sw.settled();
    expect(packetIns).toBe(BURST);
    expect(sw.port(2).stats.txPackets).toBe(BURST);
    await sw.stop();
    expect(sw.conservation().ok).toBe(true);
  });

  it('waits with its stop for a put that is answered late', async () => {
    const { sw, clock } = setUp({ flows: 'actions=output:2', wrapDpif: (dpif) => late(dpif) });
    await sw.settled();
    sw.inject(1, FIRST);
    await sw.settled();
    let isStopped = false;
    const stopping = sw.stop().then(() => {
      isStopped = true;
    });
    await turns();
    expect(isStopped).toBe(false);
    clock.advance(LATE_MS);
    await stopping;
    expect(sw.datapath.getStats().flows).toBe(0);
    expect(sw.conservation().ok).toBe(true);

    function late(dpif: Dpif): Dpif {
      return {
        name: dpif.name,
        handlersSet: (count) => dpif.handlersSet(count),
        recv: (handler) => dpif.recv(handler),
        recvWait: (handler) => dpif.recvWait(handler),
        operate: (ops, done) => {
          const isLate = ops.some(({ type }) => type === 'put');
          dpif.operate(ops, isLate ? () => void clock.setTimeout(done, LATE_MS) : done);
        },
        flowDumpStart: () => dpif.flowDumpStart(),
        flowFlush: () => dpif.flowFlush(),
        getStats: () => dpif.getStats(),
        portGetPid: (port, hash) => dpif.portGetPid(port, hash),
      };
    }
  });

  it('queues upcalls while the udpif restarts, and loses none', async () => {
    const { sw, clock } = setUp({ flows: 'actions=output:2' });
    await sw.settled();
    sw.udpif.synchronize();
    for (let i = 0; i < BURST; i++) sw.inject(1, FIRST);
    await sw.settled();
    clock.advance(1_000);
    await sw.settled();
    expect(sw.port(2).stats.txPackets).toBe(BURST);
    await sw.stop();
    expect(sw.conservation().ok).toBe(true);
  });
});
