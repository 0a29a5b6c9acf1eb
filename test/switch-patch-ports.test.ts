import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../src/base/virtual-clock.js';
import { createSwitch, type Switch } from '../src/switch.js';
import type { SwitchOptions } from '../src/switch-options.js';
import { packet } from '../src/switch-packet.js';

const BRIDGES: NonNullable<SwitchOptions['bridges']> = [
  { ports: ['a1', 'a2', { name: 'ab', peer: 'ba' }] },
  { ports: ['b1', 'b2', { name: 'ba', peer: 'ab' }] },
];

function create(bridges = BRIDGES): { sw: Switch; out: string[] } {
  const sw = createSwitch({ clock: new VirtualClock(), bridges });
  const out: string[] = [];
  sw.transmitted.subscribe((batch) => out.push(...batch.map(({ port }) => port.name)));
  return { sw, out };
}

async function send(sw: Switch, port: string, flow = 'udp'): Promise<void> {
  sw.inject(port, packet(flow));
  await sw.settled();
}

describe('createSwitch()', () => {
  it('joins bridges by patch ports, which are one datapath flow', async () => {
    const { sw, out } = create();
    await send(sw, 'a1');
    await send(sw, 'a1');
    expect(out).toEqual(['a2', 'b1', 'b2', 'a2', 'b1', 'b2']);
    expect(sw.megaflows().map(({ actions }) => actions)).toEqual(['2,3,4']);
    expect(sw.ports.map(({ name }) => name)).toEqual(['a1', 'a2', 'b1', 'b2']);
  });

  it('teaches the other bridge where a host is', async () => {
    const { sw, out } = create();
    await send(sw, 'a1');
    await sw.revalidated();
    out.length = 0;
    await send(sw, 'b2', 'udp,dl_src=02:00:00:00:00:02,dl_dst=02:00:00:00:00:01');
    expect(out).toEqual(['a1']);
  });

  it('counts a packet at both ends, in both bridges, and once as arrived', async () => {
    const { sw } = create();
    for (let i = 0; i < 3; i++) await send(sw, 'a1');
    await sw.stop();
    const [ab, ba] = sw.bridges.map(({ ofproto }) => ofproto.ports[2]?.patch?.counters);
    const bytes = 3 * packet('udp').length;
    expect(ab).toEqual({ rxPackets: 0, rxBytes: 0, txPackets: 3, txBytes: bytes });
    expect(ba).toEqual({ rxPackets: 3, rxBytes: bytes, txPackets: 0, txBytes: 0 });
    expect(sw.bridges.map(({ ofproto }) => ofproto.tables.matched[0])).toEqual([3, 3]);
    expect(sw.bridges.map(({ ofproto }) => ofproto.credited.packets)).toEqual([3, 0]);
    expect(sw.bridges.map((bridge) => bridge.rules()[0]?.packets)).toEqual([3, 3]);
    expect(sw.conservation().ok).toBe(true);
  });

  it('changes datapath flows when rules of the other bridge change', async () => {
    const { sw, out } = create();
    await send(sw, 'a1');
    sw.bridge('br1').addFlow('priority=9,actions=output:b2');
    await sw.revalidated();
    out.length = 0;
    await send(sw, 'a1');
    expect(out).toEqual(['a2', 'b2']);
  });
});

describe('Switch.addPatchPort()', () => {
  it('joins two ends when the second one comes, and parts them when one goes', async () => {
    const { sw, out } = create([{ ports: ['a1'] }, { ports: ['b1'] }]);
    sw.addPatchPort('x', 'y');
    await send(sw, 'a1');
    sw.addPatchPort('y', 'x', { bridge: 'br1' });
    await sw.revalidated();
    await send(sw, 'a1');
    expect(sw.removePatchPort('x')).toBe(true);
    expect(sw.removePatchPort('x')).toBe(false);
    await sw.revalidated();
    await send(sw, 'a1');
    expect(out).toEqual(['b1']);
  });

  it('does not join with a port that names another one', async () => {
    const { sw, out } = create([{ ports: ['a1', 'x2'] }, { ports: ['b1'] }]);
    sw.addPatchPort('x', 'y');
    sw.addPatchPort('y', 'z', { bridge: 'br1' });
    await send(sw, 'a1');
    expect(out).toEqual(['x2']);
  });

  it('puts what comes in into the VLAN of the port', async () => {
    const { sw, out } = create([{ ports: ['a1'] }, { ports: [{ name: 'b1', tag: 5 }, 'b2'] }]);
    sw.addPatchPort('x', 'y');
    sw.addPatchPort('y', 'x', { bridge: 'br1' });
    sw.setPort('y', { tag: 5 });
    await send(sw, 'a1');
    expect(out).toEqual(['b1', 'b2']);
    expect(sw.megaflows().map(({ actions }) => actions)).toEqual(['2,push_vlan(vid=5,pcp=0),3']);
  });

  it('refuses a name that is taken', () => {
    const { sw } = create();
    for (const name of ['a1', 'ba']) {
      expect(() => sw.addPatchPort(name, 'x')).toThrow(`Cannot add port "${name}": the name is`);
    }
  });
});
