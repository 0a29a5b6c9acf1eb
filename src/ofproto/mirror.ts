/**
 * Mirrors: copies of what enters or leaves by chosen ports, for somebody who watches.
 *
 * A packet is chosen by the ports that it enters or leaves by and, where VLANs are named, by its
 * VLAN as well. Its copy goes to one port, which then takes part in nothing else (SPAN), or into a
 * VLAN (RSPAN). Mirrors of a bridge are numbered by bits, so that a translation keeps in one word
 * which of them have their copy already; those with the same output count as one. Answers to OVS's
 * `ofproto-dpif-mirror.c`.
 *
 * Owner: the bridge. The counters are written by translations and pushes. Hot path. Bench:
 * `bench/translate.ts`.
 */

import type { OfpPort } from '../base/brands.js';
import { UpcallError } from '../base/errors.js';
import type { FlowStats } from '../datapath/dpif.js';
import { CacheEffect } from './xlate-cache.js';

/** `MAX_MIRRORS`: bits of a word. */
export const MIRRORS_MAX = 32;
/** VLANs into which a mirror may send, as the database has it. */
const OUTPUT_VLAN_MAX = 4095;
/** A copy cannot be shorter than an Ethernet header, nor longer than a packet. */
const SNAPLEN_MIN = 14;
const SNAPLEN_MAX = 65_535;

/** As the columns of Open vSwitch's Mirror table; ports by their OpenFlow numbers. */
export interface MirrorOptions {
  readonly name: string;
  /** Whether all ports are chosen, in both directions. Default: no. */
  readonly selectAll?: boolean | undefined;
  /** Ports whose packets are copied as they enter. */
  readonly selectSrcPorts?: readonly OfpPort[] | undefined;
  /** Ports whose packets are copied as they leave. */
  readonly selectDstPorts?: readonly OfpPort[] | undefined;
  /** VLANs whose packets are copied. Default: all. */
  readonly selectVlans?: readonly number[] | undefined;
  /** Where copies go; it counts where there is an output VLAN, too. */
  readonly outputPort?: OfpPort | undefined;
  /** The VLAN that copies go into, 1 to 4095. */
  readonly outputVlan?: number | undefined;
  /** Bytes of each packet that are copied, from 14. Default: all. */
  readonly snaplen?: number | undefined;
}

export class Mirror extends CacheEffect {
  readonly options: MirrorOptions;
  /** What was copied so far; one object for all mirrors that have taken one another's place. */
  readonly counters: { packets: number; bytes: number };
  /** Those with the same output, itself included. */
  peers = 0;
  readonly #vlans: ReadonlySet<number> | undefined;

  constructor(options: MirrorOptions, before?: Mirror) {
    super();
    this.options = options;
    this.counters = before?.counters ?? { packets: 0, bytes: 0 };
    const { selectVlans = [] } = options;
    this.#vlans = selectVlans.length === 0 ? undefined : new Set(selectVlans);
  }

  get outputPort(): OfpPort | undefined {
    return this.options.outputPort;
  }

  get outputVlan(): number {
    return this.options.outputVlan ?? 0;
  }

  /** 0: all of a packet. */
  get snaplen(): number {
    return this.options.snaplen ?? 0;
  }

  get choosesVlans(): boolean {
    return this.#vlans !== undefined;
  }

  takes(vlan: number): boolean {
    return this.#vlans === undefined || this.#vlans.has(vlan);
  }

  hasOutputOf({ options }: Mirror): boolean {
    const { outputPort } = this.options;
    if (outputPort !== options.outputPort) return false;
    return outputPort !== undefined || this.outputVlan === (options.outputVlan ?? 0);
  }

  push(stats: Readonly<FlowStats>): void {
    this.counters.packets += stats.packets;
    this.counters.bytes += stats.bytes;
  }
}

/** The mirrors of a bridge. */
export class MirrorTable {
  readonly #onChange: () => void;
  readonly #hasPort: (port: OfpPort) => boolean;
  readonly #byBit: (Mirror | undefined)[] = [];
  /** Mirrors by the ports that they choose; ports that all choose are not in it. */
  readonly #sources = new Map<OfpPort, number>();
  readonly #destinations = new Map<OfpPort, number>();
  readonly #outputs = new Set<OfpPort>();
  #all = 0;
  #isEmpty = true;

  constructor(hasPort: (port: OfpPort) => boolean, onChange: () => void) {
    this.#hasPort = hasPort;
    this.#onChange = onChange;
  }

  /** Whether none copies anything. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** In order of their numbers. */
  list(): readonly Mirror[] {
    return this.#byBit.filter((mirror) => mirror !== undefined);
  }

  at(bit: number): Mirror {
    return this.#byBit[bit]!;
  }

  /** A bit for each mirror that copies what enters by a port. */
  from(port: OfpPort): number {
    return this.#all | (this.#sources.get(port) ?? 0);
  }

  /** A bit for each mirror that copies what leaves by a port. */
  to(port: OfpPort): number {
    return this.#all | (this.#destinations.get(port) ?? 0);
  }

  /** Whether nothing but copies goes to a port. */
  isReserved(port: OfpPort): boolean {
    return this.#outputs.has(port);
  }

  /**
   * Adds a mirror, or puts it in the place of the one that has its name, whose counters it keeps.
   * Throws an `UpcallError` where it makes no sense.
   */
  set(options: MirrorOptions): void {
    this.#check(options);
    const old = this.#bitOf(options.name);
    const free = this.#byBit.indexOf(undefined);
    const bit = old >= 0 ? old : free >= 0 ? free : this.#byBit.length;
    if (bit >= MIRRORS_MAX) {
      const most = `a bridge has at most ${MIRRORS_MAX}`;
      throw new UpcallError(`Cannot add mirror "${options.name}": ${most}`);
    }
    this.#byBit[bit] = new Mirror(options, this.#byBit[old]);
    this.update();
    this.#onChange();
  }

  /** Removes a mirror; whether it was there. */
  delete(name: string): boolean {
    const bit = this.#bitOf(name);
    if (bit < 0) return false;
    this.#byBit[bit] = undefined;
    this.update();
    this.#onChange();
    return true;
  }

  /** Looks again at who chooses what: ports have come or gone. */
  update(): void {
    this.#sources.clear();
    this.#destinations.clear();
    this.#outputs.clear();
    this.#all = 0;
    this.#isEmpty = true;
    for (const [bit, mirror] of this.#byBit.entries()) {
      if (mirror === undefined || !this.#hasOutput(mirror)) continue;
      this.#isEmpty = false;
      mirror.peers = this.#bitsOf((other) => mirror.hasOutputOf(other));
      const { selectAll = false, selectSrcPorts, selectDstPorts } = mirror.options;
      if (selectAll) this.#all |= 1 << bit;
      choose(this.#sources, selectSrcPorts, bit);
      choose(this.#destinations, selectDstPorts, bit);
      if (mirror.outputPort !== undefined) this.#outputs.add(mirror.outputPort);
    }
  }

  /** Without its output port, a mirror copies nothing. */
  #hasOutput({ outputPort }: Mirror): boolean {
    return outputPort === undefined || this.#hasPort(outputPort);
  }

  #bitOf(name: string): number {
    return this.#byBit.findIndex((mirror) => mirror?.options.name === name);
  }

  #bitsOf(isMeant: (mirror: Mirror) => boolean): number {
    let bits = 0;
    for (const [bit, mirror] of this.#byBit.entries()) {
      if (mirror !== undefined && isMeant(mirror)) bits |= 1 << bit;
    }
    return bits;
  }

  #check(options: MirrorOptions): void {
    const { name, outputPort, outputVlan, snaplen, selectVlans = [] } = options;
    const fail = (state: string): never => {
      throw new UpcallError(`Cannot add mirror "${name}": ${state}`);
    };
    if (outputPort === undefined && outputVlan === undefined) {
      fail('it has no output; name a port or a VLAN');
    }
    const ports = [...(options.selectSrcPorts ?? []), ...(options.selectDstPorts ?? [])];
    if (outputPort !== undefined) ports.push(outputPort);
    const missing = ports.find((port) => !this.#hasPort(port));
    if (missing !== undefined) fail(`the bridge has no port ${missing}`);
    if (outputVlan !== undefined && !isIn(outputVlan, 1, OUTPUT_VLAN_MAX)) {
      fail(`output VLAN ${outputVlan} is not in 1 to ${OUTPUT_VLAN_MAX}`);
    }
    const vlan = selectVlans.find((each) => !isIn(each, 0, OUTPUT_VLAN_MAX));
    if (vlan !== undefined) fail(`VLAN ${vlan} is not in 0 to ${OUTPUT_VLAN_MAX}`);
    if (snaplen !== undefined && !isIn(snaplen, SNAPLEN_MIN, SNAPLEN_MAX)) {
      fail(`snaplen ${snaplen} is not in ${SNAPLEN_MIN} to ${SNAPLEN_MAX} bytes`);
    }
  }
}

function choose(
  into: Map<OfpPort, number>,
  ports: readonly OfpPort[] | undefined,
  bit: number,
): void {
  for (const port of ports ?? []) into.set(port, (into.get(port) ?? 0) | (1 << bit));
}

function isIn(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
