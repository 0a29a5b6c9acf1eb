/**
 * The groups of one bridge.
 *
 * A change is checked as a whole before anything happens. Deleting a group deletes the rules that
 * use it, first; groups that lead to it stay, and lead nowhere. Answers to the group part of OVS's
 * `ofproto/ofproto.c`.
 *
 * Owner: the bridge.
 */

import { type Observable, Subject } from 'rxjs';
import type { Clock } from '../base/clock.js';
import {
  BUCKET_ALL,
  BUCKET_FIRST,
  BUCKET_LAST,
  type Bucket,
  GROUP_ALL,
  Group,
  type GroupSpec,
} from './group.js';
import { checkBucketIds, checkGroup } from './group-check.js';
import { GroupError, type GroupErrorName } from './group-error.js';

/** A group-mod. */
export type GroupChange =
  | { readonly command: 'add' | 'modify' | 'add_or_modify'; readonly group: GroupSpec }
  | { readonly command: 'delete' /** `GROUP_ALL`: all of them. */; readonly id: number }
  | {
      readonly command: 'insert_bucket';
      readonly id: number;
      /** `BUCKET_FIRST`, `BUCKET_LAST`, or the bucket that they come behind. */
      readonly at: number;
      readonly buckets: readonly Bucket[];
    }
  | {
      readonly command: 'remove_bucket';
      readonly id: number;
      /** `BUCKET_FIRST`, `BUCKET_LAST`, `BUCKET_ALL`, or a bucket. */
      readonly at: number;
    };

export interface GroupTableOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** These groups are about to go: the rules that use them must go before. */
  readonly deleting: (ids: ReadonlySet<number>) => void;
}

/** What there was at some moment, to be gone back to. */
export type GroupSnapshot = ReadonlyMap<number, Group>;

export class GroupTable {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #deleting: GroupTableOptions['deleting'];
  /** Replaced, not edited, so that a snapshot costs nothing. */
  #groups: GroupSnapshot = new Map();
  readonly #changes = new Subject<void>();
  /** Emits after every change. */
  readonly changes: Observable<void> = this.#changes.asObservable();

  constructor(options: GroupTableOptions) {
    this.#clock = options.clock;
    this.#deleting = options.deleting;
  }

  get(id: number): Group | undefined {
    return this.#groups.get(id);
  }

  has(id: number): boolean {
    return this.#groups.has(id);
  }

  /** Ascending by number. */
  list(): Group[] {
    return [...this.#groups.values()].sort((a, b) => a.id - b.id);
  }

  /** Carries a group-mod out. Throws a `GroupError` where it cannot; nothing has changed then. */
  apply(change: GroupChange): void {
    switch (change.command) {
      case 'delete':
        this.#delete(change.id);
        break;
      case 'add':
        this.#add(change.group);
        break;
      case 'modify':
        this.#modify(change.group);
        break;
      case 'add_or_modify':
        if (this.has(change.group.id)) this.#modify(change.group);
        else this.#add(change.group);
        break;
      case 'insert_bucket':
        this.#insertBuckets(change.id, change.at, change.buckets);
        break;
      case 'remove_bucket':
        this.#removeBucket(change.id, change.at);
    }
  }

  /** What there is now, for `restore`. */
  snapshot(): GroupSnapshot {
    return this.#groups;
  }

  /** Goes back to what there was, counters apart; a bundle that fails does so. */
  restore(snapshot: GroupSnapshot): void {
    if (snapshot === this.#groups) return;
    this.#groups = snapshot;
    this.#changes.next();
  }

  #add(spec: GroupSpec): void {
    checkGroup(spec);
    if (this.has(spec.id)) throw refusal('OFPGMFC_GROUP_EXISTS', 'add', spec.id, 'it exists');
    this.#put(new Group(spec, this.#clock.now()));
  }

  #modify(spec: GroupSpec): void {
    checkGroup(spec);
    const { created } = this.#find('modify', spec.id);
    this.#put(new Group(spec, created));
  }

  #insertBuckets(id: number, at: number, buckets: readonly Bucket[]): void {
    const old = this.#find('change', id);
    checkBucketIds(id, buckets);
    const taken = new Set(old.buckets.map((bucket) => bucket.id));
    const twice = buckets.find((bucket) => taken.has(bucket.id));
    if (twice !== undefined) {
      throw refusal('OFPGMFC_BUCKET_EXISTS', 'change', id, `bucket ${twice.id} exists`);
    }
    this.#put(withBuckets(old, old.buckets.toSpliced(placeBehind(old, at), 0, ...buckets)));
  }

  #removeBucket(id: number, at: number): void {
    const old = this.#find('change', id);
    this.#put(withBuckets(old, remaining(old, at)));
  }

  #delete(id: number): void {
    const ids = id === GROUP_ALL ? [...this.#groups.keys()] : [id].filter((one) => this.has(one));
    if (ids.length === 0) return;
    this.#deleting(new Set(ids));
    const groups = new Map(this.#groups);
    for (const one of ids) groups.delete(one);
    this.#replace(groups);
  }

  #find(verb: string, id: number): Group {
    const group = this.#groups.get(id);
    if (group !== undefined) return group;
    throw refusal('OFPGMFC_UNKNOWN_GROUP', verb, id, 'there is none; add it first');
  }

  #put(group: Group): void {
    this.#replace(new Map(this.#groups).set(group.id, group));
  }

  #replace(groups: GroupSnapshot): void {
    this.#groups = groups;
    this.#changes.next();
  }
}

function withBuckets(old: Group, buckets: readonly Bucket[]): Group {
  const { id, type, selection } = old;
  return new Group({ id, type, selection, buckets }, old.created);
}

/** How many buckets come before the new ones. */
function placeBehind({ id, buckets }: Group, at: number): number {
  if (at === BUCKET_FIRST) return 0;
  if (at === BUCKET_LAST) return buckets.length;
  return indexOf(id, buckets, at) + 1;
}

function remaining({ id, buckets }: Group, at: number): readonly Bucket[] {
  switch (at) {
    case BUCKET_ALL:
      return [];
    case BUCKET_FIRST:
      return buckets.slice(1);
    case BUCKET_LAST:
      return buckets.slice(0, -1);
    default:
      return buckets.toSpliced(indexOf(id, buckets, at), 1);
  }
}

function indexOf(id: number, buckets: readonly Bucket[], at: number): number {
  const index = buckets.findIndex((bucket) => bucket.id === at);
  if (index >= 0) return index;
  throw refusal('OFPGMFC_UNKNOWN_BUCKET', 'change', id, `it has no bucket ${at}`);
}

function refusal(error: GroupErrorName, verb: string, id: number, why: string): GroupError {
  return new GroupError(error, `Cannot ${verb} group ${id}: ${why}`);
}
