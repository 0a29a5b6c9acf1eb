/**
 * The MAC table: on which port of a bridge an address was last seen, in each VLAN.
 *
 * NORMAL asks it where a packet goes and tells it where packets come from. Time passes in whole
 * seconds, as in OVS, so a busy address is refreshed once a second and not once a packet. A full
 * table evicts fairly: the least recently used address of the port that has the most, so that a
 * port which is flooded with addresses hurts only itself. `onChange` is called whenever a lookup
 * may now have another answer; who asks for revalidation is the bridge. Answers to
 * `lib/mac-learning.h`.
 *
 * Owner: one table per `Ofproto`. Hot path. Bench: `bench/translate.ts`.
 */

import { type Instant, instant, type OfpPort } from '../base/brands.js';
import type { Coverage } from '../base/coverage.js';
import { hashAdd, hashFinish } from '../base/hash.js';
import { LinkedList, ListNode } from './linked-list.js';

/** Addresses that a table holds at most; `MAC_DEFAULT_MAX`. When full, see above. */
export const MAC_ENTRIES_MAX = 8192;
/** Seconds after which an unseen address is forgotten; `MAC_ENTRY_DEFAULT_IDLE_TIME`. */
export const MAC_AGING_SECONDS = 300;
/** Seconds that a gratuitous ARP keeps bonds from moving its address; `MAC_GRAT_ARP_LOCK_TIME`. */
const GRATUITOUS_ARP_LOCK_SECONDS = 5;
/** Twice the default limit: chains stay short, and a larger limit only lengthens them. */
const BUCKETS_COUNT = 16_384;
const MULTICAST_BIT = 0x0100;
const MILLISECONDS_PER_SECOND = 1000;

/** Where and how an address was seen. */
export interface MacSighting {
  /** The address: its first 16 bits, and its last 32. */
  readonly high: number;
  readonly low: number;
  /** 0: untagged. */
  readonly vlan: number;
  readonly port: OfpPort;
  readonly isGratuitousArp: boolean;
  /** The port is a bond, whose members may reflect what they sent. */
  readonly isBond?: boolean;
}

/** What became of addresses since the table was made, or `clearTotals`. */
export interface MacTotals {
  learned: number;
  expired: number;
  evicted: number;
  moved: number;
}

/** One line of `fdb/show`. */
export interface MacRecord {
  readonly address: string;
  readonly vlan: number;
  readonly port: OfpPort;
  /** Seconds since it was seen; undefined: a static entry. */
  readonly ageSeconds: number | undefined;
}

interface PortMacs {
  readonly port: OfpPort;
  /** Its dynamic entries, least recently used first. */
  readonly entries: LinkedList<MacEntry>;
}

class MacEntry {
  readonly high: number;
  readonly low: number;
  readonly vlan: number;
  readonly bucket: number;
  nextInBucket: MacEntry | undefined;
  owner: PortMacs;
  isStatic = false;
  /** Rises with every use: the order of `fdb/show`. */
  useNumber = 0;
  /** In seconds; not for static entries. */
  expires = 0;
  /** In seconds: until when a gratuitous ARP holds it. */
  lockedUntil = 0;
  readonly lruNode = new ListNode<MacEntry>(this);
  readonly portNode = new ListNode<MacEntry>(this);

  constructor(sighting: MacSighting, bucket: number, owner: PortMacs) {
    this.high = sighting.high;
    this.low = sighting.low;
    this.vlan = sighting.vlan;
    this.bucket = bucket;
    this.owner = owner;
  }
}

export interface MacTableOptions {
  readonly coverage: Coverage;
  readonly onChange: () => void;
}

export class MacTable {
  readonly #coverage: Coverage;
  readonly #onChange: () => void;
  readonly #buckets = new Array<MacEntry | undefined>(BUCKETS_COUNT).fill(undefined);
  readonly #ports = new Map<OfpPort, PortMacs>();
  /** Dynamic entries, least recently used first. */
  readonly #lru = new LinkedList<MacEntry>();
  readonly #statics = new Set<MacEntry>();
  #floodVlans: ReadonlySet<number> = new Set();
  #entriesMax = MAC_ENTRIES_MAX;
  #agingSeconds = MAC_AGING_SECONDS;
  #useCount = 0;
  #totals: MacTotals = { learned: 0, expired: 0, evicted: 0, moved: 0 };

  constructor(options: MacTableOptions) {
    this.#coverage = options.coverage;
    this.#onChange = options.onChange;
  }

  get count(): number {
    return this.#lru.count + this.#statics.size;
  }

  get staticCount(): number {
    return this.#statics.size;
  }

  get entriesMax(): number {
    return this.#entriesMax;
  }

  get totals(): Readonly<MacTotals> {
    return this.#totals;
  }

  clearTotals(): void {
    this.#totals = { learned: 0, expired: 0, evicted: 0, moved: 0 };
  }

  /** The port of an address; undefined: unknown, so flood. */
  lookup(high: number, low: number, vlan: number): OfpPort | undefined {
    if ((high & MULTICAST_BIT) !== 0 || this.#floodVlans.has(vlan)) return undefined;
    return this.#find(high, low, vlan)?.owner.port;
  }

  /** Learns from a packet; whether anything but a time changed. */
  learn(sighting: MacSighting, now: Instant): boolean {
    if (!this.#mayLearn(sighting)) return false;
    const second = toSecond(now);
    const known = this.#find(sighting.high, sighting.low, sighting.vlan);
    if (known !== undefined && !this.#isUpdateNeeded(known, sighting, second)) return false;
    const entry = known ?? this.#insert(sighting);
    this.#refresh(entry, second);
    if (sighting.isGratuitousArp) {
      if (!sighting.isBond) entry.lockedUntil = second + GRATUITOUS_ARP_LOCK_SECONDS;
      else if (known !== undefined && entry.lockedUntil > second) return false;
    }
    return this.#settle(entry, sighting.port, known === undefined);
  }

  /** Pins an address to a port until it is removed; replaces what was learned. */
  addStatic(high: number, low: number, vlan: number, port: OfpPort): void {
    const sighting = { high, low, vlan, port, isGratuitousArp: false };
    const known = this.#find(high, low, vlan);
    if (known !== undefined) this.#remove(known);
    const entry = this.#insert(sighting);
    entry.isStatic = true;
    entry.useNumber = ++this.#useCount;
    this.#statics.add(entry);
    this.#onChange();
  }

  /** Unpins an address; whether it was pinned. */
  removeStatic(high: number, low: number, vlan: number): boolean {
    const entry = this.#find(high, low, vlan);
    if (entry === undefined || !entry.isStatic) return false;
    this.#remove(entry);
    this.#onChange();
    return true;
  }

  /** Forgets what was learned; static entries stay. */
  flush(): void {
    this.#forget([...this.#lru]);
  }

  /** Forgets everything on `port`, static entries too. */
  flushPort(port: OfpPort): void {
    const statics = [...this.#statics].filter((entry) => entry.owner.port === port);
    this.#forget([...(this.#ports.get(port)?.entries ?? []), ...statics]);
    this.#ports.delete(port);
  }

  /** VLANs in which nothing is learned or looked up: every packet is flooded. */
  setFloodVlans(vlans: ReadonlySet<number>): void {
    this.#floodVlans = new Set(vlans);
    this.#onChange();
  }

  setEntriesMax(count: number): void {
    this.#entriesMax = Math.max(1, count);
    while (this.count > this.#entriesMax && this.#evict()) this.#onChange();
  }

  /** How long an unseen address stays, in seconds; what is known is shifted by the difference. */
  setAgingSeconds(seconds: number): void {
    const difference = seconds - this.#agingSeconds;
    this.#agingSeconds = seconds;
    for (const entry of this.#lru) entry.expires += difference;
  }

  /** Forgets what has not been seen for too long; how many. */
  expire(now: Instant): number {
    const second = toSecond(now);
    const oldest = this.#lru.first;
    if (oldest === undefined || oldest.expires > second) return 0;
    const expired: MacEntry[] = [];
    for (const entry of this.#lru) {
      if (entry.expires > second) break;
      expired.push(entry);
    }
    this.#totals.expired += expired.length;
    this.#coverage.inc('mac_learning_expired', expired.length);
    this.#forget(expired);
    return expired.length;
  }

  /** The moment at which the next address expires; undefined: there is none. */
  nextDeadline(): Instant | undefined {
    const first = this.#lru.first;
    return first && instant(first.expires * MILLISECONDS_PER_SECOND);
  }

  /** All entries, from the least recently used; a static one is used when it is added. */
  records(now: Instant): MacRecord[] {
    const entries = [...this.#statics, ...this.#lru].sort((a, b) => a.useNumber - b.useNumber);
    return entries.map((entry) => this.#recordOf(entry, now));
  }

  /** What is known of one address; undefined: nothing. */
  record(high: number, low: number, vlan: number, now: Instant): MacRecord | undefined {
    const entry = this.#find(high, low, vlan);
    return entry && this.#recordOf(entry, now);
  }

  #recordOf(entry: MacEntry, now: Instant): MacRecord {
    return {
      address: formatAddress(entry.high, entry.low),
      vlan: entry.vlan,
      port: entry.owner.port,
      ageSeconds: entry.isStatic ? undefined : this.#ageOf(entry, toSecond(now)),
    };
  }

  #mayLearn(sighting: MacSighting): boolean {
    return (sighting.high & MULTICAST_BIT) === 0 && !this.#floodVlans.has(sighting.vlan);
  }

  /** Whether seeing `entry` again tells anything new: its port, or, once a second, its time. */
  #isUpdateNeeded(entry: MacEntry, sighting: MacSighting, second: number): boolean {
    if (entry.isStatic) return false;
    if (this.#ageOf(entry, second) !== 0) return true;
    if (sighting.isGratuitousArp) {
      if (!sighting.isBond) return true;
      if (entry.lockedUntil > second) return false;
    }
    return entry.owner.port !== sighting.port;
  }

  #ageOf(entry: MacEntry, second: number): number {
    return this.#agingSeconds - (entry.expires - second);
  }

  #find(high: number, low: number, vlan: number): MacEntry | undefined {
    let entry = this.#buckets[bucketOf(high, low, vlan)];
    while (entry !== undefined) {
      if (entry.low === low && entry.high === high && entry.vlan === vlan) return entry;
      entry = entry.nextInBucket;
    }
    return undefined;
  }

  /** A new entry, of no list yet. */
  #insert(sighting: MacSighting): MacEntry {
    if (this.count >= this.#entriesMax) this.#evict();
    const bucket = bucketOf(sighting.high, sighting.low, sighting.vlan);
    const entry = new MacEntry(sighting, bucket, this.#ownerOf(sighting.port));
    entry.nextInBucket = this.#buckets[bucket];
    this.#buckets[bucket] = entry;
    return entry;
  }

  /** Makes `entry` the most recently used one. */
  #refresh(entry: MacEntry, second: number): void {
    this.#lru.remove(entry.lruNode);
    this.#lru.append(entry.lruNode);
    entry.useNumber = ++this.#useCount;
    entry.owner.entries.remove(entry.portNode);
    entry.owner.entries.append(entry.portNode);
    entry.expires = second + this.#agingSeconds;
  }

  /** Puts `entry` on `port`; whether that is news. */
  #settle(entry: MacEntry, port: OfpPort, isNew: boolean): boolean {
    const isMove = entry.owner.port !== port;
    if (!isNew && !isMove) return false;
    if (isMove) {
      entry.owner.entries.remove(entry.portNode);
      entry.owner = this.#ownerOf(port);
      entry.owner.entries.append(entry.portNode);
      this.#totals.moved++;
      this.#coverage.inc('mac_learning_moved');
    } else {
      this.#totals.learned++;
      this.#coverage.inc('mac_learning_learned');
    }
    this.#onChange();
    return true;
  }

  #ownerOf(port: OfpPort): PortMacs {
    const known = this.#ports.get(port);
    if (known !== undefined) return known;
    const owner = { port, entries: new LinkedList<MacEntry>() };
    this.#ports.set(port, owner);
    return owner;
  }

  /**
   * Makes room at the cost of the port with the most entries; whether there was anything to evict.
   */
  #evict(): boolean {
    let fullest: PortMacs | undefined;
    for (const owner of this.#ports.values()) {
      if (fullest === undefined || owner.entries.count > fullest.entries.count) fullest = owner;
    }
    const victim = fullest?.entries.first;
    if (victim === undefined) return false;
    this.#totals.evicted++;
    this.#coverage.inc('mac_learning_evicted');
    this.#remove(victim);
    return true;
  }

  #forget(entries: readonly MacEntry[]): void {
    for (const entry of entries) this.#remove(entry);
    if (entries.length > 0) this.#onChange();
  }

  #remove(entry: MacEntry): void {
    this.#lru.remove(entry.lruNode);
    entry.owner.entries.remove(entry.portNode);
    this.#statics.delete(entry);
    let at = this.#buckets[entry.bucket];
    if (at === entry) {
      this.#buckets[entry.bucket] = entry.nextInBucket;
      return;
    }
    while (at !== undefined && at.nextInBucket !== entry) at = at.nextInBucket;
    if (at !== undefined) at.nextInBucket = entry.nextInBucket;
  }
}

function toSecond(now: Instant): number {
  return Math.floor(now / MILLISECONDS_PER_SECOND);
}

function bucketOf(high: number, low: number, vlan: number): number {
  const hash = hashAdd(hashAdd(vlan, high), low);
  return hashFinish(hash, 8) & (BUCKETS_COUNT - 1);
}

function formatAddress(high: number, low: number): string {
  const digits = high.toString(16).padStart(4, '0') + low.toString(16).padStart(8, '0');
  return digits.replace(/..(?!$)/g, '$&:');
}
