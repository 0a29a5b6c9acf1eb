import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../src/base/virtual-clock.js';
import { createSwitch, type Switch } from '../src/switch.js';
import type { MirrorColumns } from '../src/switch-mirror.js';
import { packet } from '../src/switch-packet.js';

const SPAN: MirrorColumns = { name: 'span', selectSrcPort: ['p1'], outputPort: 'p3' };

interface Sent {
  readonly port: string;
  readonly size: number;
}

function create(...mirrors: readonly MirrorColumns[]): { sw: Switch; out: Sent[] } {
  const sw = createSwitch({ clock: new VirtualClock(), ports: 3, mirrors });
  const out: Sent[] = [];
  sw.transmitted.subscribe((batch) => {
    out.push(...batch.map(({ port, data }) => ({ port: port.name, size: data.length })));
  });
  return { sw, out };
}

const frame = packet('udp', { payloadSize: 200 });
const size = frame.length;

describe('createSwitch()', () => {
  it('copies packets, cut where that is asked for, and counts them', async () => {
    const { sw, out } = create({ ...SPAN, snaplen: 64 });
    for (let i = 0; i < 3; i++) {
      sw.inject('p1', frame);
      await sw.settled();
    }
    expect(out).toEqual([
      { port: 'p3', size: 64 },
      { port: 'p2', size },
      { port: 'p3', size: 64 },
      { port: 'p2', size },
      { port: 'p3', size: 64 },
      { port: 'p2', size },
    ]);
    await sw.stop();
    expect(sw.bridge().mirrors()).toEqual([{ name: 'span', packets: 3, bytes: 3 * size }]);
    expect(sw.conservation().ok).toBe(true);
  });

  it('refuses a mirror of a port that is not there', () => {
    expect(() => create({ ...SPAN, outputPort: 'p9' })).toThrow(
      'Cannot add mirror "span": the bridge has no port "p9"',
    );
  });
});

describe('SwitchBridge.setMirror()', () => {
  it('changes the datapath flows that there are, and so does deleteMirror()', async () => {
    const { sw, out } = create();
    sw.inject('p1', frame);
    await sw.settled();
    sw.bridge().setMirror(SPAN);
    await sw.revalidated();
    sw.inject('p1', frame);
    await sw.settled();
    expect(sw.bridge().deleteMirror('span')).toBe(true);
    await sw.revalidated();
    sw.inject('p1', frame);
    await sw.settled();
    expect(out.map(({ port }) => port)).toEqual(['p2', 'p3', 'p3', 'p2', 'p2', 'p3']);
  });
});
