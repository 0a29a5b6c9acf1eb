/**
 * A port of the switch that is a device of the machine.
 *
 * It reads one frame ahead: so it knows whether one waits, and asks the kernel to be called only
 * when none does. A device may go away while the switch runs: then the port is down, what it
 * should send is dropped and counted, and it opens the device again when there is one of its name.
 *
 * Owner: the device, as long as it is open. Answers to OVS's `netdev_linux`.
 * Hot path. Timed by iperf3 in `test/interop/daemon.test.ts`.
 */

import { type Observable, Subject } from 'rxjs';
import type { OdpPort } from '../base/brands.js';
import type { Coverage } from '../base/coverage.js';
import { UpcallError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { type Port, type PortLink, type PortStats, TX_BATCH_MAX } from '../datapath/port.js';
import type { Device } from './device.js';
import type { Link, LinkErrors } from './link-message.js';
import type { LinkMonitor } from './link-monitor.js';

/** How to get at the device, again and again. */
export interface DeviceSource {
  /** The interface's name. */
  readonly device: string;
  /** Opens it; `link` is what there is of it. Throws an `UpcallError`. */
  readonly open: (link: Link | undefined) => Device;
  /** Switches the interface on or off; less than 0: minus the kernel's error number. */
  readonly switchDevice: (isUp: boolean) => number;
}

export interface DevicePortOptions extends DeviceSource {
  /** The port's name; the interface may have another one. */
  readonly name: string;
  readonly number: OdpPort;
  readonly monitor: LinkMonitor;
  readonly coverage: Coverage;
  readonly log: Log;
}

const LINK_GONE: PortLink = {
  isUp: false,
  hasCarrier: false,
  mtu: 0,
  address: new Uint8Array(6),
};

export class DevicePort implements Port {
  readonly name: string;
  readonly number: OdpPort;
  readonly device: string;
  readonly linkChanges: Observable<PortLink>;
  readonly #options: DevicePortOptions;
  readonly #links = new Subject<PortLink>();
  readonly #stats: PortStats = {
    rxPackets: 0,
    rxBytes: 0,
    rxDropped: 0,
    txPackets: 0,
    txBytes: 0,
    txDropped: 0,
  };
  #device: Device | undefined;
  #index = 0;
  #link: PortLink = LINK_GONE;
  #unfollow: (() => void) | undefined;
  #wake: (() => void) | undefined;
  /** Read, and not yet received. */
  #next: Uint8Array | undefined;
  #outgoing: Uint8Array[] = [];

  /** Opens the device. Throws an `UpcallError` where that fails. */
  constructor(options: DevicePortOptions) {
    this.name = options.name;
    this.number = options.number;
    this.device = options.device;
    this.#options = options;
    this.linkChanges = this.#links.asObservable();
    this.#open();
    this.#unfollow = options.monitor.follow(options.device, (link) => this.#linkChanged(link));
  }

  get link(): PortLink {
    return this.#link;
  }

  get stats(): Readonly<PortStats> {
    if (this.#device !== undefined) this.#stats.rxDropped += this.#device.takeLostCount();
    return this.#stats;
  }

  /** What the interface itself counted; undefined where there is none. */
  errors(): LinkErrors | undefined {
    return this.#options.monitor.find(this.device)?.errors;
  }

  get pendingCount(): number {
    return this.#next === undefined ? 0 : 1;
  }

  attach(wake: () => void): void {
    this.#wake = wake;
    this.#device?.watch(this.#ready);
  }

  detach(): void {
    this.#wake = undefined;
    this.#device?.unwatch();
    if (this.#next !== undefined) this.#stats.rxDropped++;
    this.#next = undefined;
  }

  receive(): Uint8Array | undefined {
    const frame = this.#next;
    if (frame === undefined) return undefined;
    this.#stats.rxPackets++;
    this.#stats.rxBytes += frame.length;
    this.#next = this.#read();
    if (this.#next === undefined) this.#device?.watch(this.#ready);
    return frame;
  }

  transmit(frame: Uint8Array): void {
    if (this.#outgoing.length < TX_BATCH_MAX) this.#outgoing.push(frame);
    else this.#stats.txDropped++;
  }

  flush(): void {
    if (this.#outgoing.length === 0) return;
    const frames = this.#outgoing;
    this.#outgoing = [];
    if (this.#device === undefined) this.#stats.txDropped += frames.length;
    else this.#device.write(frames, this.#stats);
  }

  setUp(isUp: boolean): void {
    const { log, switchDevice } = this.#options;
    const result = switchDevice(isUp);
    if (result >= 0) return;
    log.warn({ port: this.name, errno: -result }, 'device of port cannot be switched on or off');
  }

  /** Lets the device go, for good. */
  close(): void {
    this.detach();
    this.#unfollow?.();
    this.#unfollow = undefined;
    this.#closeDevice();
  }

  /** Frames wait, or somebody thought so. */
  readonly #ready = (): void => {
    this.#device?.unwatch();
    this.#next ??= this.#read();
    if (this.#next !== undefined) this.#wake?.();
    else if (this.#wake !== undefined) this.#device?.watch(this.#ready);
  };

  #read(): Uint8Array | undefined {
    const frame = this.#device?.read();
    if (frame === 'failed') this.#vanished();
    return typeof frame === 'string' ? undefined : frame;
  }

  #open(): void {
    const { monitor, device, open } = this.#options;
    this.#device = open(monitor.find(device));
    // A TAP exists only now.
    const link = monitor.find(device);
    this.#index = link?.index ?? 0;
    this.#setLink(link ?? LINK_GONE);
  }

  #linkChanged(link: Link | undefined): void {
    if (link === undefined || link.index !== this.#index) this.#vanished();
    if (link === undefined) return;
    if (this.#device === undefined) this.#reopen();
    else this.#setLink(link);
  }

  #vanished(): void {
    if (this.#device === undefined) return;
    this.#closeDevice();
    const { log, coverage } = this.#options;
    coverage.inc('netdev_gone');
    log.warn({ port: this.name, device: this.device }, 'device of port is gone; the port is down');
    this.#setLink(LINK_GONE);
  }

  /** There is an interface of the name again; what is in the way may be gone the next time. */
  #reopen(): void {
    const { log } = this.#options;
    try {
      this.#open();
    } catch (error) {
      if (!(error instanceof UpcallError)) throw error;
      log.warn({ port: this.name, err: error }, 'device of port cannot be opened again');
      return;
    }
    log.info({ port: this.name, device: this.device }, 'device of port is back');
    if (this.#wake !== undefined) this.#device?.watch(this.#ready);
  }

  #closeDevice(): void {
    const device = this.#device;
    this.#device = undefined;
    if (device === undefined) return;
    this.#stats.rxDropped += device.takeLostCount();
    device.close();
  }

  #setLink({ isUp, hasCarrier, mtu, address }: PortLink): void {
    const old = this.#link;
    this.#link = { isUp, hasCarrier, mtu, address };
    const isSame = old.isUp === isUp && old.hasCarrier === hasCarrier && old.mtu === mtu;
    if (!isSame) this.#links.next(this.#link);
  }
}
