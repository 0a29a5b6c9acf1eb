/**
 * The multicast table: behind which ports of a bridge are members of a group, in each VLAN, and
 * behind which ones is a router.
 *
 * NORMAL asks it where a multicast packet goes; what hosts and routers say to one another tells it
 * (`mcast-message.ts`). A group is one address in one VLAN, an IPv4 address in the form of
 * ::ffff:a.b.c.d. Groups, and the ports of each, are kept from the least recently heard of to the
 * most; time passes in whole seconds, as in OVS. `onChange` is called whenever an answer may now be
 * another one. Answers to `lib/mcast-snooping.h`.
 *
 * Owner: one table per `Ofproto` that snoops.
 */

import { type Instant, instant, type OfpPort } from '../base/brands.js';
import type { Coverage } from '../base/coverage.js';
import { formatIpv4, formatIpv6 } from '../packet/address-text.js';

/** Seconds after which a silent member is forgotten; `MCAST_ENTRY_DEFAULT_IDLE_TIME`. */
export const MCAST_AGING_SECONDS = 300;
/** Its bounds: what is beyond them becomes the nearest. */
const MCAST_AGING_SECONDS_MIN = 15;
const MCAST_AGING_SECONDS_MAX = 3600;
/** Seconds after which a silent router is forgotten; `MCAST_MROUTER_PORT_IDLE_TIME`. */
export const MCAST_ROUTER_SECONDS = 180;
/** Groups that a table holds at most; when full, the one not heard of for longest goes. */
export const MCAST_GROUPS_MAX = 2048;
/** Its bounds. */
const MCAST_GROUPS_MAX_MIN = 10;
const MCAST_GROUPS_MAX_MAX = 1_000_000;
const MILLISECONDS_PER_SECOND = 1000;
/** The third word of an IPv4 address in IPv6's form. */
const IPV4_MAPPED = 0xffff;

/** Four words of an IPv6 address. */
export type McastAddress = readonly [number, number, number, number];

export interface McastSnoopingOptions {
  /** Seconds after which a silent member is forgotten, 15 to 3,600. Default: 300. */
  readonly agingSeconds?: number;
  /** Groups that the table holds at most, 10 to 1,000,000. Default: 2,048. */
  readonly groupsMax?: number;
  /** Whether packets to groups without members go everywhere. Default: yes. No: to routers. */
  readonly floodsUnregistered?: boolean;
}

/** Where something was said. */
export interface McastPlace {
  /** 0: untagged. */
  readonly vlan: number;
  readonly port: OfpPort;
}

/** One line of `mdb/show`. */
export interface McastRecord extends McastPlace {
  /** Undefined: a router. */
  readonly group: string | undefined;
  /** Seconds since it was heard. */
  readonly ageSeconds: number;
}

interface McastGroup {
  readonly address: McastAddress;
  readonly vlan: number;
  /** When each port's membership ends, in seconds. */
  readonly members: Map<OfpPort, number>;
}

interface McastRouter extends McastPlace {
  /** In seconds. */
  readonly expires: number;
}

export class McastSnooping {
  readonly #coverage: Coverage;
  readonly #onChange: () => void;
  readonly #groups = new Map<string, McastGroup>();
  readonly #routers = new Map<string, McastRouter>();
  readonly #floodPorts = new Set<OfpPort>();
  readonly #reportPorts = new Set<OfpPort>();
  #agingSeconds = MCAST_AGING_SECONDS;
  #groupsMax = MCAST_GROUPS_MAX;
  #floodsUnregistered = true;

  constructor(parts: { readonly coverage: Coverage; readonly onChange: () => void }) {
    this.#coverage = parts.coverage;
    this.#onChange = parts.onChange;
  }

  /** What is not given is set back; what is known stays, with its time shifted. */
  configure(options: McastSnoopingOptions): void {
    const { agingSeconds = MCAST_AGING_SECONDS, groupsMax = MCAST_GROUPS_MAX } = options;
    const seconds = within(agingSeconds, MCAST_AGING_SECONDS_MIN, MCAST_AGING_SECONDS_MAX);
    const difference = seconds - this.#agingSeconds;
    this.#agingSeconds = seconds;
    for (const { members } of this.#groups.values()) {
      for (const [port, expires] of members) members.set(port, expires + difference);
    }
    this.#groupsMax = within(groupsMax, MCAST_GROUPS_MAX_MIN, MCAST_GROUPS_MAX_MAX);
    this.#floodsUnregistered = options.floodsUnregistered ?? true;
    while (this.#groups.size > this.#groupsMax) this.#evict();
  }

  get floodsUnregistered(): boolean {
    return this.#floodsUnregistered;
  }

  /** Ports to which all multicast traffic goes, for their side does not tell who wants it. */
  get floodPorts(): Iterable<OfpPort> {
    return this.#floodPorts;
  }

  /** Ports to which reports go as they do to routers, and which hide more than one host. */
  get reportPorts(): Iterable<OfpPort> {
    return this.#reportPorts;
  }

  /** Where routers have been heard, in all VLANs. */
  get routers(): Iterable<McastPlace> {
    return this.#routers.values();
  }

  setFloodPort(port: OfpPort, isOne: boolean): void {
    this.#mark(this.#floodPorts, port, isOne);
  }

  setReportPort(port: OfpPort, isOne: boolean): void {
    this.#mark(this.#reportPorts, port, isOne);
  }

  isFloodPort(port: OfpPort): boolean {
    return this.#floodPorts.has(port);
  }

  /**
   * The ports behind which the group has members; undefined: nobody has ever joined. A group that
   * all have left is known for a while.
   */
  members(address: McastAddress, vlan: number): Iterable<OfpPort> | undefined {
    return this.#groups.get(groupKey(address, vlan))?.members.keys();
  }

  /** Somebody joins, or is still there; whether the group is new. */
  join(address: McastAddress, { vlan, port }: McastPlace, now: Instant): boolean {
    if (this.#routers.has(routerKey(vlan, port)) || this.#floodPorts.has(port)) return false;
    const key = groupKey(address, vlan);
    const known = this.#groups.get(key);
    if (known === undefined && this.#groups.size >= this.#groupsMax) this.#evict();
    const group = known ?? { address, vlan, members: new Map<OfpPort, number>() };
    this.#groups.delete(key);
    this.#groups.set(key, group);
    const isNewMember = !group.members.delete(port);
    group.members.set(port, toSecond(now) + this.#agingSeconds);
    if (known === undefined) this.#coverage.inc('mcast_snooping_learned');
    if (isNewMember) this.#onChange();
    return known === undefined;
  }

  /**
   * Somebody leaves; whether it was a member. A port that hides more than one host stays one until
   * its time is over.
   */
  leave(address: McastAddress, { vlan, port }: McastPlace, now: Instant): boolean {
    if (this.#reportPorts.has(port)) return false;
    const group = this.#groups.get(groupKey(address, vlan));
    if (group?.members.delete(port) !== true) return false;
    this.#expireGroups(now);
    this.#onChange();
    return true;
  }

  /** A router is heard; whether it is new. */
  addRouter({ vlan, port }: McastPlace, now: Instant): boolean {
    if (this.#floodPorts.has(port)) return false;
    const key = routerKey(vlan, port);
    const isNew = !this.#routers.delete(key);
    this.#routers.set(key, { vlan, port, expires: toSecond(now) + MCAST_ROUTER_SECONDS });
    if (!isNew) return false;
    this.#coverage.inc('mcast_snooping_learned');
    this.#onChange();
    return true;
  }

  /** Forgets all groups and routers. */
  flush(): void {
    const isNews = this.#groups.size + this.#routers.size > 0;
    this.#groups.clear();
    this.#routers.clear();
    if (isNews) this.#onChange();
  }

  /** Forgets a port that is gone. */
  flushPort(port: OfpPort): void {
    for (const [key, { members }] of this.#groups) {
      if (members.delete(port) && members.size === 0) this.#groups.delete(key);
    }
    for (const [key, router] of this.#routers) if (router.port === port) this.#routers.delete(key);
    this.#floodPorts.delete(port);
    this.#reportPorts.delete(port);
    this.#onChange();
  }

  /** Forgets whom nobody has heard for too long. */
  expire(now: Instant): void {
    const count = this.#expireGroups(now) + this.#expireRouters(now);
    if (count > 0) this.#onChange();
  }

  /** When `expire` has something to do; undefined: never. */
  nextDeadline(): Instant | undefined {
    const ofGroup = firstOf(firstOf(this.#groups.values())?.members.values());
    const ofRouter = firstOf(this.#routers.values())?.expires;
    if (ofGroup === undefined && ofRouter === undefined) return undefined;
    const seconds = Math.min(ofGroup ?? Infinity, ofRouter ?? Infinity);
    return instant(seconds * MILLISECONDS_PER_SECOND);
  }

  /** Members by group, then routers, each from the least recently heard of. */
  records(now: Instant): McastRecord[] {
    const second = toSecond(now);
    const records: McastRecord[] = [];
    for (const { address, vlan, members } of this.#groups.values()) {
      for (const [port, expires] of members) {
        const ageSeconds = this.#agingSeconds - (expires - second);
        records.push({ group: formatGroup(address), vlan, port, ageSeconds });
      }
    }
    for (const { vlan, port, expires } of this.#routers.values()) {
      const ageSeconds = MCAST_ROUTER_SECONDS - (expires - second);
      records.push({ group: undefined, vlan, port, ageSeconds });
    }
    return records;
  }

  #mark(ports: Set<OfpPort>, port: OfpPort, isOne: boolean): void {
    if (ports.has(port) === isOne) return;
    if (isOne) ports.add(port);
    else ports.delete(port);
    this.#onChange();
  }

  /** The oldest member of all is not always in the first group: it waits for its group's turn. */
  #expireGroups(now: Instant): number {
    const second = toSecond(now);
    let count = 0;
    for (const [key, { members }] of this.#groups) {
      for (const [port, expires] of members) {
        if (expires > second) break;
        members.delete(port);
        count++;
      }
      if (members.size > 0) break;
      this.#groups.delete(key);
      count++;
    }
    this.#countExpired(count);
    return count;
  }

  #expireRouters(now: Instant): number {
    const second = toSecond(now);
    let count = 0;
    for (const [key, { expires }] of this.#routers) {
      if (expires > second) break;
      this.#routers.delete(key);
      count++;
    }
    this.#countExpired(count);
    return count;
  }

  #countExpired(count: number): void {
    if (count > 0) this.#coverage.inc('mcast_snooping_expired', count);
  }

  #evict(): void {
    const key = firstOf(this.#groups.keys());
    if (key !== undefined) this.#groups.delete(key);
  }
}

/** An IPv4 address as the table has it. */
export function mappedAddress(ipv4: number): McastAddress {
  return [0, 0, IPV4_MAPPED, ipv4];
}

function formatGroup(address: McastAddress): string {
  const [a, b, c, ipv4] = address;
  const isMapped = a === 0 && b === 0 && c === IPV4_MAPPED;
  return isMapped ? formatIpv4(ipv4) : formatIpv6(Uint32Array.from(address), 0);
}

function groupKey(address: McastAddress, vlan: number): string {
  return `${vlan}/${address[0]},${address[1]},${address[2]},${address[3]}`;
}

function routerKey(vlan: number, port: OfpPort): string {
  return `${vlan}/${port}`;
}

function firstOf<T>(values: Iterable<T> | undefined): T | undefined {
  for (const value of values ?? []) return value;
  return undefined;
}

function within(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

function toSecond(now: Instant): number {
  return Math.floor(now / MILLISECONDS_PER_SECOND);
}
