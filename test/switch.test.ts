import { describe, expect, it } from 'vitest';
import { SystemClock, type TimerId } from '../src/base/clock.js';
import type { Log } from '../src/base/log.js';
import { VirtualClock } from '../src/base/virtual-clock.js';
import type { Translator } from '../src/datapath/translator.js';
import { createSwitch, type Switch } from '../src/switch.js';
import type { SwitchOptions } from '../src/switch-options.js';
import { packet } from '../src/switch-packet.js';
import { Runtime } from '../src/switch-runtime.js';

const TO_BOB = packet('udp,dl_src=02:00:00:00:00:0a,dl_dst=02:00:00:00:00:0b');
const TO_ALICE = packet('udp,dl_src=02:00:00:00:00:0b,dl_dst=02:00:00:00:00:0a');

function setUp(options: SwitchOptions = {}) {
  const clock = new VirtualClock({ start: 1_000 });
  const sw = createSwitch({ ports: 3, clock, ...options });
  const out: string[] = [];
  sw.transmitted.subscribe((batch) => out.push(...batch.map(({ port }) => port.name)));
  return { clock, sw, out };
}

/** What is out after `frame` has come in at `port`. */
async function send(sw: Switch, out: string[], port: number | string, frame: Uint8Array) {
  out.length = 0;
  sw.inject(port, frame);
  await sw.settled();
  return [...out];
}

/** The machine's clock, with the timers that it has to run yet. */
class CountingClock extends SystemClock {
  readonly pending = new Set<TimerId>();

  override setTimeout(task: () => void, delayMs: number): TimerId {
    const id = super.setTimeout(() => {
      this.pending.delete(id);
      task();
    }, delayMs);
    this.pending.add(id);
    return id;
  }

  override clearTimeout(id: TimerId): void {
    this.pending.delete(id);
    super.clearTimeout(id);
  }
}

function createRecordingLog() {
  const messages: string[] = [];
  const note = (_: object, message: string) => void messages.push(message);
  const log: Log = { error: note, warn: note, info: note, debug: note };
  return { log, messages };
}

describe('Switch.inject()', () => {
  it('does nothing until the switch runs', async () => {
    const { sw, out } = setUp();
    expect(sw.inject(1, TO_BOB)).toBe(true);
    expect(out).toEqual([]);
    await sw.settled();
    expect(out).toEqual(['p2', 'p3']);
  });

  it('cannot re-enter a running operation from a subscriber', async () => {
    const { sw, out } = setUp({ ports: ['a', 'b'] });
    let isInside = false;
    sw.port('b').transmitted.subscribe(() => {
      expect(isInside).toBe(false);
      isInside = true;
      sw.inject('b', TO_ALICE);
      isInside = false;
    });
    expect(await send(sw, out, 'a', TO_BOB)).toEqual(['b', 'a']);
  });

  it('finds ports by name and number, and says which there are', () => {
    const { sw } = setUp({ ports: ['a', 'b'] });
    expect(sw.port(2)).toBe(sw.port('b'));
    expect(() => sw.inject('c', TO_BOB)).toThrow('Cannot find port "c": the switch has a, b');
    expect(() => sw.inject(3, TO_BOB)).toThrow('Cannot find port "3"');
  });
});

describe('Switch.transmitted', () => {
  it('goes on when a subscriber throws, and reports it', async () => {
    const { log, messages } = createRecordingLog();
    const { sw, out } = setUp({ log });
    sw.transmitted.subscribe(() => {
      throw new Error('thrown by a subscriber');
    });
    expect(await send(sw, out, 1, TO_BOB)).toEqual(['p2', 'p3']);
    expect(messages).toContain('subscriber to transmitted packets failed');
    expect(sw.coverage.read('subscriber_error')).toBe(2);
    await sw.stop();
    expect(sw.conservation().ok).toBe(true);
  });

  it('ends when the switch stops', async () => {
    const { sw } = setUp();
    let hasEnded = false;
    sw.transmitted.subscribe({ complete: () => (hasEnded = true) });
    await sw.stop();
    expect(hasEnded).toBe(true);
  });
});

describe('Switch.readTransmitted()', () => {
  it('lets a reader fall behind by so much and no more', async () => {
    const { sw } = setUp();
    const stream = sw.readTransmitted(3);
    for (let i = 0; i < 4; i++) sw.inject(1, TO_BOB);
    await sw.stop();
    const names: string[] = [];
    for await (const { port } of stream) names.push(port.name);
    expect(names).toHaveLength(3);
    expect(stream.dropped).toBe(5);
  });
});

describe('Switch rules', () => {
  it('are added, modified and removed while packets flow', async () => {
    const { sw, out } = setUp({ flows: 'priority=1,actions=drop' });
    expect(await send(sw, out, 1, TO_BOB)).toEqual([]);
    sw.addFlow('priority=10,udp,actions=output:p2');
    await sw.revalidated();
    expect(await send(sw, out, 1, TO_BOB)).toEqual(['p2']);
    expect(sw.modifyFlows('udp,actions=output:3')).toBe(1);
    await sw.revalidated();
    expect(await send(sw, out, 1, TO_BOB)).toEqual(['p3']);
    expect(sw.deleteFlows('priority=10,udp', { strict: true })).toBe(1);
    await sw.revalidated();
    expect(await send(sw, out, 1, TO_BOB)).toEqual([]);
  });

  it('are dumped as ovs-ofctl prints them, with counters', async () => {
    const { sw } = setUp({ flows: 'priority=5,udp,actions=output:2' });
    sw.inject(1, TO_BOB);
    await sw.settled();
    expect(sw.dumpFlows()).toBe(
      ` cookie=0x0, duration=0s, table=0, n_packets=1, n_bytes=${TO_BOB.length}, idle_age=0, ` +
        'priority=5,udp actions=output:2\n',
    );
  });

  it('that are wrong are refused with their place, and none of their text is added', () => {
    const { sw } = setUp({ flows: 'actions=drop' });
    const add = () => sw.addFlows('priority=2,actions=drop\npriority=3,frob=1,actions=drop');
    expect(add).toThrow(/flows:2:12/);
    expect(sw.rules().filter((rule) => !rule.hidden)).toHaveLength(1);
  });
});

describe('Switch.dumpMegaflows()', () => {
  it('prints datapath flows as dpctl/dump-flows does', async () => {
    const { sw } = setUp({ flows: 'actions=output:2' });
    sw.inject(1, TO_BOB);
    await sw.settled();
    expect(sw.dumpMegaflows()).toBe(
      'recirc_id(0),in_port(1),packet_type(ns=0,id=0),eth_type(0x0800),ipv4(frag=no), ' +
        'packets:0, bytes:0, used:never, actions:2\n',
    );
    expect(sw.megaflows()).toMatchObject([{ packets: 0, actions: '2' }]);
  });
});

describe('Switch with two bridges', () => {
  it('lets the port choose the bridge', async () => {
    const { sw, out } = setUp({
      bridges: [
        { name: 'left', ports: ['a', 'b'] },
        { name: 'right', ports: ['c', 'd'], flows: 'in_port=1,actions=output:2' },
      ],
    });
    expect(await send(sw, out, 'a', TO_BOB)).toEqual(['b']);
    expect(await send(sw, out, 'c', TO_BOB)).toEqual(['d']);
    expect(sw.port('d')).toMatchObject({ bridge: 'right', number: 2, datapathNumber: 4 });
    expect(sw.bridge('right').dumpFlows()).toContain('in_port=1 actions=output:2');
    expect(() => sw.bridge('middle')).toThrow('Cannot find bridge "middle"');
  });
});

describe('createSwitch()', () => {
  it.each([
    [{ ports: ['a', 'a'] }, 'Cannot add port "a": the name is taken'],
    [{ bridges: [{ name: 'b' }, { name: 'b' }] }, 'Cannot add bridge "b": the name is taken'],
    [{ ports: 70_000 }, 'Cannot add 70000 ports: a bridge has from 0 to 65279'],
    [{ handlers: 0 }, 'Cannot set threads: 0 handlers'],
    [{ flows: 'tp_dst=80,actions=drop' }, 'Cannot parse flows:1:1'],
  ])('refuses %j', (options, message) => {
    expect(() => setUp(options)).toThrow(message);
  });

  it('looks at as many VLAN tags as it is told to', async () => {
    const tags = { vlanLimit: 2, flows: 'dl_type=0x0800,actions=output:2' } as const;
    const tagged = packet('udp');
    const frame = new Uint8Array([...tagged.subarray(0, 12), 0x81, 0, 0, 5, ...tagged.slice(12)]);
    const { sw, out } = setUp(tags);
    expect(await send(sw, out, 1, frame)).toEqual(['p2']);
    expect(sw.dumpMegaflows()).toContain('eth_type(0x8100)');
  });
});

describe('Switch with a translator that throws', () => {
  it('reports it and serves every other packet', async () => {
    const { log, messages } = createRecordingLog();
    let isFaulty = true;
    const wrapTranslator = (inner: Translator): Translator => ({
      receive: (key) => inner.receive(key),
      translate: (request) => {
        if (isFaulty) throw new Error('thrown by a translator');
        return inner.translate(request);
      },
      createCache: () => inner.createCache(),
      revalidations: inner.revalidations,
      netflowExists: () => inner.netflowExists(),
    });
    const { sw, out } = setUp({ log, wrapTranslator });
    expect(await send(sw, out, 1, TO_BOB)).toEqual([]);
    expect(messages.length).toBeGreaterThan(0);
    isFaulty = false;
    expect(await send(sw, out, 1, TO_BOB)).toEqual(['p2', 'p3']);
    expect(sw.udpif.status().uncredited.translator.packets).toBe(1);
  });
});

describe('Switch.events', () => {
  it('tells of upcalls, puts and deletions with their reasons', async () => {
    const { clock, sw } = setUp();
    const told: string[] = [];
    sw.events.subscribe((event) => {
      if (event.type === 'delete') told.push(`delete ${event.reason}`);
      else if (event.type === 'upcall' || event.type === 'put') told.push(event.type);
    });
    sw.inject(1, TO_BOB);
    clock.advance(11_000);
    expect(told).toEqual(['upcall', 'put', 'delete flow_idle']);
  });
});

describe('Switch.stop()', () => {
  it('lets packets finish, leaves no flow, and accounts for all packets', async () => {
    const { sw, out } = setUp();
    for (let i = 0; i < 200; i++) sw.inject(1, TO_BOB);
    await sw.stop();
    expect(out).toHaveLength(400);
    expect(sw.megaflows()).toEqual([]);
    expect(sw.conservation()).toMatchObject({ packetsIn: 200, packetsCredited: 200, ok: true });
  });

  it('may be called twice, and refuses packets from then on', async () => {
    const { sw } = setUp();
    expect(sw.stop()).toBe(sw.stop());
    await sw[Symbol.asyncDispose]();
    expect(sw.inject(1, TO_BOB)).toBe(false);
    expect(sw.conservation().packetsIn).toBe(0);
  });

  it('leaves nothing that would keep the process alive', async () => {
    const clock = new CountingClock();
    const { sw, out } = setUp({ clock });
    expect(await send(sw, out, 1, TO_BOB)).toEqual(['p2', 'p3']);
    expect(clock.pending.size).toBeGreaterThan(0);
    await sw.stop();
    expect(clock.pending.size).toBe(0);
    expect(sw.conservation().ok).toBe(true);
  });
});

describe('Runtime', () => {
  it('reaches every switch that shares it, and no other', async () => {
    const runtime = new Runtime();
    const first = setUp({ runtime });
    const second = setUp({ runtime });
    const other = setUp();
    expect(runtime.setFlowLimit(['7'])).toBe('set flow_limit to 7');
    expect(first.sw.udpif.status().flowLimit).toBe(7);
    expect(second.sw.udpif.status().flowLimit).toBe(7);
    expect(other.sw.udpif.status().flowLimit).toBe(10_000);
    await first.sw.stop();
    expect(runtime.udpifs).toEqual([second.sw.udpif]);
  });

  it('gives the megaflow switch to switches that come later', async () => {
    const runtime = new Runtime();
    expect(runtime.switchMegaflows(false)).toBe('megaflows disabled');
    const { sw } = setUp({ runtime, flows: 'actions=output:2' });
    sw.inject(1, TO_BOB);
    await sw.settled();
    expect(sw.dumpMegaflows()).toContain('eth(src=02:00:00:00:00:0a,dst=02:00:00:00:00:0b)');
  });
});

describe('createSwitch({ profile, costModel })', () => {
  it('makes the slow path of that profile, whose dumps cost what is said', async () => {
    const costModel = { dumpedFlowUs: 700_000, revalidatedFlowUs: 0, jitterFraction: 0 };
    const { sw, clock } = setUp({ profile: 'ovs-2.3', costModel });
    sw.inject(1, TO_BOB);
    clock.advance(500);
    expect(sw.udpif.status().dumpDurationMs).toBe(700);
    expect([...sw.udpif.ukeys()].map((ukey) => ukey.getSnapshot().value)).toEqual(['unmarked']);
    await sw.stop();
  });
});
