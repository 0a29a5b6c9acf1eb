/**
 * Groups: several ways for a packet to go on, of which a rule takes all, one or whichever works.
 *
 * A group's definition never changes; a group-mod that modifies it puts another one in its place,
 * whose counters begin at 0. What is credited to the old one from then on is lost with it, as in
 * OVS. Answers to OVS's `struct ofgroup`, `struct group_dpif` and `struct ofputil_bucket`.
 *
 * Owner: `GroupTable` makes groups; credits come from translation.
 */

import type { Instant } from '../base/brands.js';
import type { FlowStats } from '../datapath/dpif.js';
import type { Field } from '../packet/fields.js';
import { orderActionSet } from './action-set.js';
import { type GroupHashTable, hashTableOf } from './group-hash-table.js';
import { OFPP_CONTROLLER, type Ofpact, type Ofpacts } from './ofpact.js';
import { isPlainController } from './packet-ins.js';

/** By OpenFlow's number. Answers to `enum ofp11_group_type`. */
export const GROUP_TYPES = ['all', 'select', 'indirect', 'fast_failover'] as const;
export type GroupType = (typeof GROUP_TYPES)[number];

/** The last group that there can be; `OFPG_MAX`. */
export const GROUP_MAX = 0xffff_ff00;
/** Every group, in a deletion; `OFPG_ALL`. */
export const GROUP_ALL = 0xffff_fffc;
/** No group in particular; `OFPG_ANY`. */
export const GROUP_ANY = 0xffff_ffff;

/** The last bucket that there can be; `OFPG15_BUCKET_MAX`. */
export const BUCKET_MAX = 0xffff_ff00;
/** Places in a group; `OFPG15_BUCKET_FIRST` and the like. */
export const BUCKET_FIRST = 0xffff_fffd;
export const BUCKET_LAST = 0xffff_fffe;
export const BUCKET_ALL = 0xffff_ffff;

export interface Bucket {
  readonly id: number;
  /** How often a select group takes it, relative to its others. */
  readonly weight: number;
  /** The bucket is live while this port is. */
  readonly watchPort: number | undefined;
  /** The bucket is live while this group has a live bucket. */
  readonly watchGroup: number | undefined;
  /** As given; they are carried out as a set. */
  readonly actions: Ofpacts;
}

/** A part of a packet that a select group hashes. */
export interface SelectionField {
  readonly field: Field;
  /** In network order, as long as the field in OXM. */
  readonly mask: Uint8Array;
}

/** How a select group chooses; Nicira's extension `selection_method`. */
export interface Selection {
  readonly method: string;
  readonly parameter: bigint;
  readonly fields: readonly SelectionField[];
}

/** The methods that there are. */
export const SELECTION_METHODS: readonly string[] = ['hash', 'dp_hash'];

/** A group as it is asked for: what `ovs-ofctl add-group` says in a line. */
export interface GroupSpec {
  readonly id: number;
  readonly type: GroupType;
  readonly buckets: readonly Bucket[];
  readonly selection: Selection | undefined;
}

/** Packets and bytes. */
export interface GroupCounters {
  packets: number;
  bytes: number;
}

/** What a packet through a group is credited to: one for each bucket, and one for all of them. */
export class GroupHit {
  readonly group: Group;
  readonly #buckets: readonly GroupCounters[];

  constructor(group: Group, buckets: readonly GroupCounters[]) {
    this.group = group;
    this.#buckets = buckets;
  }

  credit(stats: Readonly<FlowStats>): void {
    add(this.group.counters, stats);
    for (const bucket of this.#buckets) add(bucket, stats);
  }
}

export class Group implements GroupSpec {
  readonly id: number;
  readonly type: GroupType;
  readonly buckets: readonly Bucket[];
  readonly selection: Selection | undefined;
  /** When the group was added; a modification keeps it. */
  readonly created: Instant;
  readonly counters: GroupCounters = { packets: 0, bytes: 0 };
  /** Of the buckets, in their order. */
  readonly bucketCounters: readonly GroupCounters[];
  /** The buckets' actions as they are carried out. */
  readonly actionSets: readonly Ofpacts[];
  /** How the datapath's hash chooses; undefined: it does not. */
  readonly hashTable: GroupHashTable | undefined;
  /** A packet went through all buckets. */
  readonly wholeHit: GroupHit;
  /** A packet went through the bucket of the same index. */
  readonly bucketHits: readonly GroupHit[];

  constructor(spec: GroupSpec, created: Instant) {
    this.id = spec.id;
    this.type = spec.type;
    this.buckets = spec.buckets;
    this.selection = spec.selection;
    this.created = created;
    this.bucketCounters = spec.buckets.map(() => ({ packets: 0, bytes: 0 }));
    this.actionSets = spec.buckets.map((bucket) => actionSetOf(bucket.actions));
    this.hashTable = spec.type === 'select' ? hashTableOf(spec.buckets, spec.selection) : undefined;
    this.wholeHit = new GroupHit(this, this.bucketCounters);
    this.bucketHits = this.bucketCounters.map((counters) => new GroupHit(this, [counters]));
  }
}

function add(counters: GroupCounters, stats: Readonly<FlowStats>): void {
  counters.packets += stats.packets;
  counters.bytes += stats.bytes;
}

/** In action sets, a controller is an output like others. */
function actionSetOf(actions: Ofpacts): Ofpacts {
  return orderActionSet(actions.map(plainOutput));
}

function plainOutput(action: Ofpact): Ofpact {
  if (action.type !== 'controller' || !isPlainController(action)) return action;
  return { type: 'output', port: OFPP_CONTROLLER, maxLength: action.maxLength };
}
