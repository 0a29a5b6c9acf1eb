import { describe, expect, it } from 'vitest';
import { odpPort } from '../../src/base/brands.js';
import { MemoryPort } from '../../src/datapath/port.js';
import * as L from '../../src/netdev/linux-numbers.js';
import { describePort, numberedFrame } from '../datapath/port-conformance.js';
import { DeviceFixture, receiveAll } from './device-fixture.js';

describePort('MemoryPort', () => {
  const port = new MemoryPort({ name: 'p1', number: odpPort(1) });
  const sent: Uint8Array[] = [];
  port.transmitted.subscribe((batch) => sent.push(...batch));
  return { port, arrive: (frame) => void port.inject(frame), sent: () => sent };
});

describePort('DevicePort of a TAP device', () => {
  const fixture = new DeviceFixture();
  return {
    port: fixture.openTap(),
    arrive: (frame) => fixture.kernel.arrive('tap0', frame),
    sent: () => fixture.sent('tap0'),
  };
});

describePort('DevicePort of a packet socket', () => {
  const fixture = new DeviceFixture();
  return {
    port: fixture.openPacketSocket(),
    arrive: (frame) => fixture.kernel.arrive('veth1', frame),
    sent: () => fixture.sent('veth1'),
  };
});

describe('DevicePort.setUp()', () => {
  it('switches the interface off and on, as its administrator would', () => {
    const fixture = new DeviceFixture();
    const port = fixture.openPacketSocket();
    port.setUp(false);
    fixture.kernel.poll();
    expect(port.link.isUp).toBe(false);
    port.setUp(true);
    fixture.kernel.poll();
    expect(port.link.isUp).toBe(true);
  });
});

describe('DevicePort.link', () => {
  it('says what the interface says', () => {
    const fixture = new DeviceFixture();
    fixture.kernel.links.change('veth1', { mtu: 9000, hasCarrier: false });
    const { link } = fixture.openPacketSocket();
    expect(link).toMatchObject({ isUp: true, hasCarrier: false, mtu: 9000 });
    expect([...link.address]).toEqual([2, 0, 0, 0, 0, 1]);
  });

  it('follows the interface, and tells of each change once', () => {
    const fixture = new DeviceFixture();
    const port = fixture.openPacketSocket();
    const carriers: boolean[] = [];
    port.linkChanges.subscribe(({ hasCarrier }) => carriers.push(hasCarrier));
    for (const hasCarrier of [false, false, true]) {
      fixture.kernel.links.change('veth1', { hasCarrier });
      fixture.kernel.poll();
    }
    expect(carriers).toEqual([false, true]);
  });

  it('is right again after news were missed', () => {
    const fixture = new DeviceFixture();
    const port = fixture.openPacketSocket();
    fixture.kernel.links.change('veth1', { isUp: false });
    fixture.kernel.links.overrun();
    fixture.kernel.poll();
    expect(port.link.isUp).toBe(false);
  });

  it('hears nothing of other interfaces', () => {
    const fixture = new DeviceFixture();
    const port = fixture.openPacketSocket();
    fixture.kernel.links.add('veth2', { mtu: 100 });
    fixture.kernel.poll();
    expect(port.link.mtu).toBe(1500);
  });
});

describe('DevicePort.errors()', () => {
  it('gives what the interface counted', () => {
    const fixture = new DeviceFixture();
    const port = fixture.openPacketSocket();
    fixture.kernel.links.change('veth1', { rxErrors: 7 });
    expect(port.errors()).toMatchObject({ rxErrors: 7, txErrors: 0 });
    fixture.kernel.removeLink('veth1');
    expect(port.errors()).toBeUndefined();
  });
});

const OPENERS = [
  {
    kind: 'packet socket',
    name: 'veth1',
    open: (fixture: DeviceFixture) => fixture.openPacketSocket(),
  },
  { kind: 'TAP device', name: 'tap0', open: (fixture: DeviceFixture) => fixture.openTap() },
];

describe.each(OPENERS)('DevicePort whose $kind vanishes', ({ name, open }) => {
  it('goes down, counts and logs it, and drops what it should send', () => {
    const fixture = new DeviceFixture();
    const port = open(fixture);
    port.attach(() => {});
    fixture.kernel.removeLink(name);
    port.transmit(numberedFrame(1));
    port.flush();
    expect(port.link).toMatchObject({ isUp: false, hasCarrier: false });
    expect(port.stats).toMatchObject({ txPackets: 0, txDropped: 1 });
    expect(fixture.coverage.read('netdev_gone')).toBe(1);
    expect(fixture.logged).toEqual(['device of port is gone; the port is down']);
    expect(receiveAll(port)).toEqual([]);
  });

  it('opens it again when there is one of its name', () => {
    const fixture = new DeviceFixture();
    const port = open(fixture);
    let wakes = 0;
    port.attach(() => wakes++);
    fixture.kernel.removeLink(name);
    fixture.kernel.links.add(name);
    fixture.kernel.poll();
    fixture.kernel.arrive(name, numberedFrame(9));
    port.transmit(numberedFrame(5));
    port.flush();
    expect([wakes, receiveAll(port).length, fixture.sent(name).length]).toEqual([1, 1, 1]);
    expect(port.link.isUp).toBe(true);
    expect(fixture.logged.at(-1)).toBe('device of port is back');
  });

  it('tries again with the next news where it cannot be opened', () => {
    const fixture = new DeviceFixture();
    const port = open(fixture);
    fixture.kernel.removeLink(name);
    fixture.kernel.failures.set('bind', L.ENODEV).set('ioctl', L.EINVAL);
    fixture.kernel.links.add(name);
    fixture.kernel.poll();
    expect(fixture.logged.at(-1)).toBe('device of port cannot be opened again');
    expect(port.link.isUp).toBe(false);
    fixture.kernel.failures.clear();
    fixture.kernel.links.change(name, { mtu: 1400 });
    fixture.kernel.poll();
    expect(port.link).toMatchObject({ isUp: true, mtu: 1400 });
  });

  it('leaves no descriptor open', () => {
    const fixture = new DeviceFixture();
    const before = fixture.kernel.openCount;
    const port = open(fixture);
    port.attach(() => {});
    fixture.kernel.removeLink(name);
    expect(fixture.kernel.openCount).toBe(before);
    fixture.kernel.links.add(name);
    fixture.kernel.poll();
    fixture.devices.close();
    expect(fixture.kernel.openCount).toBe(0);
  });
});

describe('DevicePort whose interface is renamed', () => {
  it('takes it for gone, and its old name for the one to wait for', () => {
    const fixture = new DeviceFixture();
    const port = fixture.openPacketSocket();
    fixture.kernel.links.rename('veth1', 'other');
    fixture.kernel.poll();
    expect(port.link.isUp).toBe(false);
    fixture.kernel.links.rename('other', 'veth1');
    fixture.kernel.poll();
    expect(port.link.isUp).toBe(true);
  });
});

describe('NetworkDevices', () => {
  const REFUSALS = [
    { call: 'socket', errno: L.EPERM, message: /permission denied; run as root/ },
    { call: 'bind', errno: L.ENODEV, message: /there is no interface of that name/ },
    { call: 'setOption', errno: L.EINVAL, message: /that is no interface/ },
  ];

  it.each(REFUSALS)('says why $call failed, and leaves nothing open', (refusal) => {
    const fixture = new DeviceFixture();
    const before = fixture.kernel.openCount;
    fixture.kernel.failures.set(refusal.call, refusal.errno);
    expect(() => fixture.openPacketSocket()).toThrow(refusal.message);
    expect(fixture.kernel.openCount).toBe(before);
  });

  it('says that there is no such interface', () => {
    const message = 'Cannot open interface "eth9": there is no interface of that name';
    expect(() => new DeviceFixture().openPacketSocket('eth9')).toThrow(message);
  });

  it('says that a TAP device is held by somebody else', () => {
    const fixture = new DeviceFixture();
    fixture.kernel.failures.set('ioctl', L.EBUSY);
    expect(() => fixture.openTap()).toThrow('Cannot open TAP device "tap0": somebody else has it');
  });

  it('refuses a name that no interface can have', () => {
    for (const name of ['', 'a b', 'x/y', '1234567890123456', '..']) {
      expect(() => new DeviceFixture().openTap(name)).toThrow('names have 1 to 15 bytes');
    }
  });

  it('switches a TAP device on', () => {
    const fixture = new DeviceFixture();
    expect(fixture.openTap().link).toMatchObject({ isUp: true, hasCarrier: true });
  });

  it('closes one port and goes on with the others', () => {
    const fixture = new DeviceFixture();
    const port = fixture.openPacketSocket();
    const tap = fixture.openTap();
    tap.attach(() => {});
    fixture.devices.closePort(port);
    expect(fixture.kernel.packetSockets('veth1')).toEqual([]);
    fixture.kernel.arrive('tap0', numberedFrame(1));
    expect(receiveAll(tap)).toHaveLength(1);
  });
});
