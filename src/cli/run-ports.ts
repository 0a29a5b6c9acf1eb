/**
 * The ports that `upcall run` is asked for, opened and added to the bridge. One that is called like
 * its bridge is the bridge's own, `LOCAL`, as it is in Open vSwitch.
 *
 * Owner: the devices, until `close`. The room of devices, and what it needs, is loaded only where
 * there is one.
 */

import { type Log, moduleLog } from '../base/log.js';
import { MemoryPort } from '../datapath/port.js';
import type { NetworkDevices } from '../netdev/network-devices.js';
import { OFPP_LOCAL } from '../ofproto/ofpact.js';
import type { Switch } from '../switch.js';
import type { OfBridge } from './bridge-options.js';
import type { PortRequest } from './port-request.js';

export class RunPorts {
  readonly #devices: NetworkDevices | undefined;

  private constructor(devices: NetworkDevices | undefined) {
    this.#devices = devices;
  }

  /** Rejects with an `UpcallError` where one cannot be opened; then none is. */
  static async open(
    requests: readonly OfBridge<PortRequest>[],
    target: Switch,
    log: Log,
  ): Promise<RunPorts> {
    const needsDevices = requests.some(({ value }) => value.type === 'tap' || value.type === 'eth');
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
  { bridge, value: { name, type, device, columns } }: OfBridge<PortRequest>,
  devices: NetworkDevices | undefined,
  log: Log,
): void {
  const isLocal = name === bridge;
  const place = { ...columns, bridge, ...(isLocal ? { number: OFPP_LOCAL } : {}) };
  if (type === 'patch') {
    target.addPatchPort(name, device, place);
    return;
  }
  target.addPort((number) => {
    if (devices === undefined || type === 'dummy') {
      return new MemoryPort({ name, number, log, type: isLocal ? 'dummy-internal' : 'dummy' });
    }
    const request = { name, device, number };
    return type === 'tap' ? devices.openTap(request) : devices.openPacketSocket(request);
  }, place);
}
