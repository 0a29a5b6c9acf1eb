import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../src/base/virtual-clock.js';
import { MemoryPort } from '../src/datapath/port.js';
import { createSwitch, type Switch } from '../src/switch.js';
import type { SwitchOptions } from '../src/switch-options.js';
import { packet } from '../src/switch-packet.js';

interface Sent {
  readonly port: string;
  /** The tag's protocol and TCI; empty where there is none. */
  readonly tag: string;
}

function create(ports: SwitchOptions['ports']): { sw: Switch; out: Sent[] } {
  const sw = createSwitch({ clock: new VirtualClock(), ...(ports === undefined ? {} : { ports }) });
  const out: Sent[] = [];
  sw.transmitted.subscribe((batch) => {
    for (const { port, data } of batch) {
      const hex = Buffer.from(data.subarray(12, 16)).toString('hex');
      out.push({ port: port.name, tag: /^8(100|8a8)/.test(hex) ? hex : '' });
    }
  });
  return { sw, out };
}

describe('createSwitch()', () => {
  it('makes access ports and trunks of its ports', async () => {
    const { sw, out } = create([
      { name: 'ten', tag: 10 },
      { name: 'twenty', tag: 20 },
      { name: 'trunk', trunks: [10] },
    ]);
    sw.inject('ten', packet('udp'));
    await sw.settled();
    expect(out).toEqual([{ port: 'trunk', tag: '8100000a' }]);
    sw.inject('trunk', packet('udp,dl_vlan=20'));
    await sw.settled();
    expect(out).toHaveLength(1);
  });

  it('puts a tag of its own around those of a tunnel port', async () => {
    const { sw, out } = create([{ name: 'in', vlanMode: 'dot1q-tunnel', tag: 7 }, 'out']);
    sw.inject('in', packet('udp'));
    await sw.settled();
    expect(out).toEqual([{ port: 'out', tag: '88a80007' }]);
  });

  it('lets protected ports send nothing to one another', async () => {
    const { sw, out } = create([
      { name: 'a', protected: true },
      { name: 'b', protected: true },
      'c',
    ]);
    sw.inject('a', packet('udp'));
    await sw.settled();
    expect(out.map(({ port }) => port)).toEqual(['c']);
  });

  it('refuses what is no VLAN', () => {
    expect(() => create([{ name: 'a', tag: 4096 }])).toThrow('Cannot use VLAN 4096');
  });
});

describe('Switch.setPort()', () => {
  it('changes the datapath flows that there are', async () => {
    const { sw, out } = create(2);
    sw.inject('p1', packet('udp'));
    await sw.settled();
    sw.setPort('p2', { vlanMode: 'native-tagged', tag: 5 });
    sw.setPort('p1', { tag: 5 });
    await sw.revalidated();
    sw.inject('p1', packet('udp'));
    await sw.settled();
    expect(out).toEqual([
      { port: 'p2', tag: '' },
      { port: 'p2', tag: '81000005' },
    ]);
    expect(sw.coverage.read('rev_reconfigure')).toBeGreaterThan(0);
  });

  it('sets back what is left out', async () => {
    const { sw, out } = create([{ name: 'p1', tag: 5, protected: true }, 'p2']);
    sw.setPort('p1', {});
    sw.inject('p1', packet('udp'));
    await sw.settled();
    expect(out).toEqual([{ port: 'p2', tag: '' }]);
  });

  it('refuses a port that is not there and a VLAN that is none, and changes nothing', () => {
    const { sw } = create([{ name: 'p1', tag: 5 }]);
    expect(() => sw.setPort('p9', {})).toThrow('Cannot find port "p9"');
    expect(() => sw.setPort('p1', { trunks: [-1] })).toThrow('Cannot use VLAN -1');
    expect(sw.bridge().ofproto.ports.map(({ vlan }) => vlan.tag)).toEqual([5]);
  });
});

describe('Switch.addPort()', () => {
  it('adds a port with its VLAN', async () => {
    const { sw, out } = create(1);
    sw.addPort((number) => new MemoryPort({ name: 'late', number }), { tag: 9 });
    sw.inject('late', packet('udp'));
    await sw.settled();
    expect(out).toEqual([{ port: 'p1', tag: '81000009' }]);
  });
});
