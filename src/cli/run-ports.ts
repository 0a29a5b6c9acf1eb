/**
 * The ports that `upcall run` is asked for, opened and added to the bridge.
 *
 * Owner: the devices, until `close`. The room of devices, and what it needs, is loaded only where
 * there is one.
 */

import { type Log, moduleLog } from '../base/log.js';
import { MemoryPort } from '../datapath/port.js';
import type { NetworkDevices } from '../netdev/network-devices.js';
import type { Switch } from '../switch.js';
import type { PortRequest } from './port-request.js';

export class RunPorts {
  readonly #devices: NetworkDevices | undefined;

  private constructor(devices: NetworkDevices | undefined) {
    this.#devices = devices;
  }

  /** Rejects with an `UpcallError` where one cannot be opened; then none is. */
  static async open(requests: readonly PortRequest[], target: Switch, log: Log): Promise<RunPorts> {
    const needsDevices = requests.some(({ type }) => type !== 'dummy');
    const devices = needsDevices ? await loadDevices(target, log) : undefined;
    try {
      for (const request of requests) addPort(target, request, devices, log);
    } catch (error) {
      devices?.close();
      throw error;
    }
    return new RunPorts(devices);
  }

  close(): void {
    this.#devices?.close();
  }
}

async function loadDevices({ coverage }: Switch, log: Log): Promise<NetworkDevices> {
  const { openNetworkDevices } = await import('../netdev/network-devices.js');
  return await openNetworkDevices({ coverage, log: moduleLog(log, 'netdev_linux') });
}

function addPort(
  target: Switch,
  { name, type, device, columns }: PortRequest,
  devices: NetworkDevices | undefined,
  log: Log,
): void {
  target.addPort((number) => {
    if (devices === undefined || type === 'dummy') return new MemoryPort({ name, number, log });
    const request = { name, device, number };
    return type === 'tap' ? devices.openTap(request) : devices.openPacketSocket(request);
  }, columns);
}
