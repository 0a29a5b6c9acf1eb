/**
 * The ports of a switch, of all its bridges: added and removed while it runs.
 *
 * Each is in two places, the datapath and its bridge's `Ofproto`; here both are told, in an order
 * that lets no packet fall between them. Numbers are not used again: what still speaks of an old
 * port never means a new one.
 *
 * Owner: `Switch`; of the counts of ports that are gone.
 */

import {
  defer,
  from,
  map,
  merge,
  mergeMap,
  type Observable,
  Subject,
  type Subscription,
} from 'rxjs';
import { ODPP_NONE, type OdpPort, type OfpPort, odpPort, ofpPort } from './base/brands.js';
import { UpcallError } from './base/errors.js';
import type { EmbeddedDpif } from './datapath/embedded-dpif.js';
import type { Port, PortLink } from './datapath/port.js';
import type { SwitchBridge } from './switch-bridge.js';
import type { Traffic } from './switch-conservation.js';
import { type PortColumns, portSettingsOf } from './switch-port-settings.js';
import { SwitchPort } from './switch-ports.js';

/** A frame that left the switch. The bytes are shared: who changes them copies them first. */
export interface Transmission {
  readonly port: SwitchPort;
  readonly data: Uint8Array;
}

/** Where a port is added, and what it is told to be. */
export interface PortPlace extends PortColumns {
  /** A bridge's name. Default: the first one. */
  readonly bridge?: string;
  /** Within its bridge, as rules say it. Default: the next one. */
  readonly number?: OfpPort;
}

interface PatchPlace {
  readonly bridge: SwitchBridge;
  readonly number: OfpPort;
}

/** Makes a port that has this number in the datapath. */
export type PortMaker = (number: OdpPort) => Port;

export class SwitchPortTable {
  /** Frames that left; one emission a port and operation. */
  readonly transmitted: Observable<readonly Transmission[]>;
  readonly #datapath: EmbeddedDpif;
  readonly #added = new Subject<SwitchPort>();
  /** By datapath number. */
  readonly #byNumber = new Map<number, SwitchPort>();
  readonly #links = new Map<SwitchPort, Subscription>();
  /** The last OpenFlow number that was given, by bridge. */
  readonly #lastNumbers = new Map<string, number>();
  /** Patch ports, by name: the datapath does not know them. */
  readonly #patches = new Map<string, PatchPlace>();
  readonly #gone: Traffic = { packets: 0, bytes: 0 };
  #list: readonly SwitchPort[] = [];
  #lastNumber = 0;

  constructor(datapath: EmbeddedDpif) {
    this.#datapath = datapath;
    this.transmitted = defer(() => merge(from(this.#list), this.#added)).pipe(
      mergeMap(transmissionsOf),
    );
  }

  /** In order of their datapath numbers. */
  get list(): readonly SwitchPort[] {
    return this.#list;
  }

  find(which: number | string): SwitchPort | undefined {
    return typeof which === 'number'
      ? this.#byNumber.get(which)
      : this.#list.find((port) => port.name === which);
  }

  /** How many ports there have been: what names are made of. */
  get countEver(): number {
    return this.#lastNumber;
  }

  /**
   * Makes a port and adds it. Throws an `UpcallError` where the name or a number is taken or what
   * it is told makes no sense, and what `make` throws.
   */
  add(bridge: SwitchBridge, make: PortMaker, place: PortPlace = {}): SwitchPort {
    const ofp = place.number ?? this.#nextNumber(bridge);
    const made = make(odpPort(this.#lastNumber + 1));
    const { name, number: odp } = made;
    this.#checkName(name);
    bridge.ofproto.addPort({ name, ofpPort: ofp, odpPort: odp }, portSettingsOf(place));
    if (this.#datapath.addPort(made) !== undefined) {
      bridge.ofproto.removePort(ofp);
      throw new UpcallError(`Cannot add port "${name}": datapath number ${odp} is taken`);
    }
    if (place.number === undefined) this.#lastNumbers.set(bridge.name, ofp);
    this.#lastNumber = Math.max(this.#lastNumber, odp);
    return this.#keep(new SwitchPort(made, bridge.name, ofp), bridge);
  }

  /**
   * Adds a patch port, to be joined with the one that is called `peer` and names this one, now or
   * when that is added. Throws an `UpcallError` where the name or the number is taken.
   */
  addPatch(bridge: SwitchBridge, name: string, peer: string, place: PortPlace = {}): void {
    this.#checkName(name);
    const number = place.number ?? this.#nextNumber(bridge);
    const identity = { name, ofpPort: number, odpPort: ODPP_NONE, peer };
    bridge.ofproto.addPort(identity, portSettingsOf(place));
    if (place.number === undefined) this.#lastNumbers.set(bridge.name, number);
    this.#patches.set(name, { bridge, number });
  }

  /** Tells a patch port what to be; whether there is one of that name. */
  setPatch(name: string, columns: PortColumns): boolean {
    const place = this.#patches.get(name);
    place?.bridge.ofproto.setPort(place.number, portSettingsOf(columns));
    return place !== undefined;
  }

  /** Removes a patch port; whether there was one of that name. */
  removePatch(name: string): boolean {
    const place = this.#patches.get(name);
    if (place === undefined) return false;
    this.#patches.delete(name);
    return place.bridge.ofproto.removePort(place.number);
  }

  /** Tells a port what to be from now on. Throws an `UpcallError` where that makes no sense. */
  set(port: SwitchPort, bridge: SwitchBridge, columns: PortColumns): void {
    bridge.ofproto.setPort(port.number, portSettingsOf(columns));
  }

  /** Removes a port; what waits in its ring is dropped. */
  remove(port: SwitchPort, bridge: SwitchBridge): void {
    this.#datapath.removePort(port.datapathNumber);
    bridge.ofproto.removePort(port.number);
    this.#links.get(port)?.unsubscribe();
    this.#links.delete(port);
    this.#byNumber.delete(port.datapathNumber);
    this.#list = this.#list.filter((other) => other !== port);
    this.#gone.packets += port.stats.rxPackets;
    this.#gone.bytes += port.stats.rxBytes;
  }

  /** What the datapath took from all ports that there are and were. */
  received(): Traffic {
    const sum = { ...this.#gone };
    for (const { stats } of this.#list) {
      sum.packets += stats.rxPackets;
      sum.bytes += stats.rxBytes;
    }
    return sum;
  }

  #nextNumber(bridge: SwitchBridge): OfpPort {
    return ofpPort((this.#lastNumbers.get(bridge.name) ?? 0) + 1);
  }

  #checkName(name: string): void {
    if (this.find(name) === undefined && !this.#patches.has(name)) return;
    throw new UpcallError(`Cannot add port "${name}": the name is taken; names are the switch's`);
  }

  #keep(port: SwitchPort, bridge: SwitchBridge): SwitchPort {
    this.#byNumber.set(port.datapathNumber, port);
    this.#list = [...this.#list, port];
    const heedLink = (link: PortLink): void => {
      bridge.ofproto.setPortLive(port.number, link.isUp && link.hasCarrier);
      bridge.ofproto.togglePort();
    };
    const toggled = port.linkChanges.subscribe(heedLink);
    const { link } = port;
    if (link !== undefined && !(link.isUp && link.hasCarrier)) heedLink(link);
    this.#links.set(port, toggled);
    this.#added.next(port);
    return port;
  }
}

function transmissionsOf(port: SwitchPort): Observable<readonly Transmission[]> {
  return port.transmitted.pipe(map((frames) => frames.map((data) => ({ port, data }))));
}
