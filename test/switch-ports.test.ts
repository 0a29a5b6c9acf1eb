import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ofpPort } from '../src/base/brands.js';
import { VirtualClock } from '../src/base/virtual-clock.js';
import { MemoryPort, type Port, type PortLink } from '../src/datapath/port.js';
import { createSwitch, type Switch } from '../src/switch.js';
import { packet } from '../src/switch-packet.js';
import type { SwitchOptions } from '../src/switch-options.js';

function create(options: SwitchOptions = {}): { sw: Switch; out: string[] } {
  const sw = createSwitch({ clock: new VirtualClock(), ports: 2, ...options });
  const out: string[] = [];
  sw.transmitted.subscribe((batch) => out.push(...batch.map(({ port }) => port.name)));
  return { sw, out };
}

const memory = (name: string) => (number: MemoryPort['number']) => new MemoryPort({ name, number });

describe('Switch.addPort()', () => {
  it('adds a port while packets flow: floods reach it, and its own are switched', async () => {
    const { sw, out } = create();
    sw.inject('p1', packet('udp'));
    await sw.settled();
    const port = sw.addPort(memory('p3'));
    await sw.revalidated();
    sw.inject('p1', packet('udp'));
    await sw.settled();
    expect([port.number, port.datapathNumber, out]).toEqual([3, 3, ['p2', 'p2', 'p3']]);
    sw.inject('p3', packet('udp,dl_src=02:00:00:00:00:03,dl_dst=02:00:00:00:00:01'));
    await sw.settled();
    expect(out.at(-1)).toBe('p1');
  });

  it('adds it to the bridge and under the number that it is told', async () => {
    const { sw, out } = create({ bridges: [{ ports: 1 }, { ports: 1 }] });
    const port = sw.addPort(memory('late'), { bridge: 'br1', number: ofpPort(40) });
    sw.bridge('br1').addFlow('priority=1,in_port=late,actions=in_port');
    sw.inject('late', packet('udp'));
    await sw.settled();
    expect([port.bridge, port.number, out]).toEqual(['br1', 40, ['late']]);
  });

  it('refuses a name or a number that is taken, and changes nothing', () => {
    const { sw } = create();
    expect(() => sw.addPort(memory('p2'))).toThrow('Cannot add port "p2": the name is taken');
    expect(() => sw.addPort(memory('x'), { number: ofpPort(1) })).toThrow('number 1 is taken');
    expect(sw.ports.map(({ name }) => name)).toEqual(['p1', 'p2']);
    expect(sw.datapath.ports()).toHaveLength(2);
    expect(sw.bridge().ofproto.ports).toHaveLength(2);
  });
});

describe('Switch.removePort()', () => {
  it('takes it out of floods and forgets the addresses behind it', async () => {
    const { sw, out } = create({ ports: 3 });
    sw.inject('p3', packet('udp,dl_src=02:00:00:00:00:03'));
    await sw.settled();
    out.length = 0;
    sw.removePort('p3');
    sw.inject('p1', packet('udp,dl_dst=02:00:00:00:00:03'));
    await sw.settled();
    expect(out).toEqual(['p2']);
    expect(() => sw.port('p3')).toThrow('Cannot find port "p3"');
  });

  it('gives its numbers to nobody else', () => {
    const { sw } = create();
    sw.removePort('p2');
    const port = sw.addPort(memory('p2'));
    expect([port.number, port.datapathNumber]).toEqual([3, 3]);
  });

  it('loses no packet from the accounts, whatever is on its way', async () => {
    const { sw } = create({ ports: 3 });
    const flows = Array.from({ length: 40 }, (_, i) => packet(`udp,tp_src=${i},tp_dst=9`));
    for (const frame of [...flows, ...flows]) sw.inject('p3', frame);
    await sw.settled();
    for (const frame of flows) sw.inject('p3', frame);
    sw.removePort('p3');
    for (const frame of flows) sw.inject('p1', frame);
    await sw.revalidated();
    await sw.stop();
    expect(sw.conservation()).toMatchObject({ packetsIn: 120, ok: true });
  });

  it('counts a miss whose port was removed before its turn', async () => {
    const clock = new VirtualClock();
    const { sw } = create({ clock });
    sw.inject('p1', packet('udp'));
    // The frame is received, and waits for its handler.
    while (sw.port('p1').port.pendingCount > 0) clock.runOne();
    sw.removePort('p1');
    await sw.stop();
    expect(sw.udpif.status().uncredited.unassociated.packets).toBe(1);
    expect(sw.conservation()).toMatchObject({ packetsIn: 1, packetsCredited: 0, ok: true });
  });
});

describe('A port with a link', () => {
  it('makes its bridge look at its flows again when the link comes or goes', async () => {
    const { sw } = create();
    const changes = new Subject<PortLink>();
    const link = { isUp: true, hasCarrier: true, mtu: 1500, address: new Uint8Array(6) };
    const port = sw.addPort((number): Port => {
      const made = new MemoryPort({ name: 'wire', number });
      return Object.assign(made, { link, linkChanges: changes });
    });
    expect(port.link).toBe(link);
    await sw.revalidated();
    const before = sw.coverage.read('rev_port_toggled');
    changes.next({ ...link, hasCarrier: false });
    await sw.revalidated();
    expect(sw.coverage.read('rev_port_toggled')).toBe(before + 1);
    await sw.stop();
  });
});
