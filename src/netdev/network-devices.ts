/**
 * The devices of this machine as ports of a switch.
 *
 * Owner: the monitor of links, and the ports that it opened, until they are closed.
 */

import type { OdpPort } from '../base/brands.js';
import type { Coverage } from '../base/coverage.js';
import { UpcallError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { DevicePort, type DeviceSource } from './device-port.js';
import { switchInterface } from './interface-switch.js';
import { loadSystemCalls } from './koffi-system-calls.js';
import { LinkMonitor } from './link-monitor.js';
import { ENODEV } from './linux-numbers.js';
import { DeviceError } from './open-error.js';
import { openPacketSocket } from './packet-socket.js';
import { isInterfaceName } from './structures.js';
import type { SystemCalls } from './system-calls.js';
import { openTap } from './tap.js';

export interface NetworkDevicesOptions {
  readonly coverage: Coverage;
  readonly log: Log;
}

export interface DevicePortRequest {
  /** The port's name. */
  readonly name: string;
  /** The interface's name. Default: the port's. */
  readonly device?: string;
  readonly number: OdpPort;
}

/** Rejects with an `UpcallError` that says what is missing: the package koffi, or Linux. */
export async function openNetworkDevices(options: NetworkDevicesOptions): Promise<NetworkDevices> {
  return new NetworkDevices(await loadSystemCalls(), options);
}

export class NetworkDevices {
  readonly #calls: SystemCalls;
  readonly #options: NetworkDevicesOptions;
  readonly #monitor: LinkMonitor;
  readonly #ports = new Set<DevicePort>();

  constructor(calls: SystemCalls, options: NetworkDevicesOptions) {
    this.#calls = calls;
    this.#options = options;
    this.#monitor = new LinkMonitor(calls);
  }

  /** A TAP device, made where there is none of its name. Throws an `UpcallError`. */
  openTap(request: DevicePortRequest): DevicePort {
    return this.#openPort(request, (device) => openTap(this.#calls, device));
  }

  /** An interface that exists: a network card, one end of a veth pair. Throws an `UpcallError`. */
  openPacketSocket(request: DevicePortRequest): DevicePort {
    return this.#openPort(request, (device, link) => {
      if (link === undefined) throw new DeviceError('interface', device, ENODEV);
      return openPacketSocket(this.#calls, link);
    });
  }

  /** Closes a port that its switch has given up. */
  closePort(port: DevicePort): void {
    if (this.#ports.delete(port)) port.close();
  }

  /** Closes everything. */
  close(): void {
    for (const port of this.#ports) port.close();
    this.#ports.clear();
    this.#monitor.close();
  }

  #openPort(
    { name, device = name, number }: DevicePortRequest,
    open: (
      device: string,
      ...rest: Parameters<DeviceSource['open']>
    ) => ReturnType<DeviceSource['open']>,
  ): DevicePort {
    if (!isInterfaceName(device)) {
      throw new UpcallError(
        `Cannot open interface "${device}": names have 1 to 15 bytes, no space, slash or colon`,
      );
    }
    const port = new DevicePort({
      ...this.#options,
      name,
      number,
      device,
      open: (link) => open(device, link),
      switchDevice: (isUp) => switchInterface(this.#calls, device, isUp),
      monitor: this.#monitor,
    });
    this.#ports.add(port);
    return port;
  }
}
