/**
 * Ports on devices of a fake kernel, and what they log.
 */

import { odpPort } from '../../src/base/brands.js';
import { Coverage } from '../../src/base/coverage.js';
import type { Log } from '../../src/base/log.js';
import type { DevicePort } from '../../src/netdev/device-port.js';
import { NetworkDevices } from '../../src/netdev/network-devices.js';
import { FakeKernel } from './fake-kernel.js';

export class DeviceFixture {
  readonly kernel = new FakeKernel();
  readonly coverage = new Coverage();
  /** What was logged at "info" and above. */
  readonly logged: string[] = [];
  readonly devices: NetworkDevices;
  #portCount = 0;

  constructor() {
    this.kernel.links.add('veth1');
    const note = (_fields: object, message: string): void => void this.logged.push(message);
    const log: Log = { error: note, warn: note, info: note, debug: () => {} };
    this.devices = new NetworkDevices(this.kernel, { coverage: this.coverage, log });
  }

  openTap(device = 'tap0'): DevicePort {
    return this.devices.openTap({ ...this.#place(), device });
  }

  openPacketSocket(device = 'veth1'): DevicePort {
    return this.devices.openPacketSocket({ ...this.#place(), device });
  }

  sent(name: string): readonly Uint8Array[] {
    return this.kernel.sent.get(name) ?? [];
  }

  #place() {
    const number = odpPort(++this.#portCount);
    return { name: `p${number}`, number };
  }
}

/** All that a port has to receive. */
export function receiveAll(port: DevicePort): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let frame = port.receive(); frame !== undefined; frame = port.receive()) frames.push(frame);
  return frames;
}
