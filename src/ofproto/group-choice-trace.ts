/**
 * How a trace tells which bucket of a group was chosen, and why not the others.
 *
 * It asks again what the choice asked, in the same order, since what a group watches is told where
 * it is looked at. Answers to `xlate_report_bucket_not_live()` and its callers.
 */

import { ofpPort } from '../base/brands.js';
import { DP_HASH } from '../packet/flow-layout.js';
import { formatOfpPort } from '../packet/ofp-port-text.js';
import type { Bucket, Group } from './group.js';
import { bucketScore, isWatchedPortLive, isWatching, LIVENESS_DEPTH_MAX } from './group-choice.js';
import type { GroupHashTable } from './group-hash-table.js';
import { SENTENCES } from './trace-sentences.js';
import type { XlateContext } from './xlate-context.js';
import { say } from './xlate-trace.js';

/** Buckets that are asked for one choice: groups that watch one another have no end. */
const QUESTIONS_MAX = 4096;

/** Says which buckets were dead, how those fared that were not, and which was chosen. */
export function sayChoice(ctx: XlateContext, group: Group, chosen: number): void {
  const telling = new ChoiceTelling(ctx);
  if (group.hashTable === undefined) telling.candidates(group);
  else telling.search(group, group.hashTable);
  const used = group.buckets[chosen];
  say(ctx, used === undefined ? SENTENCES.noBucket() : SENTENCES.bucketUsed(used.id));
}

class ChoiceTelling {
  readonly #ctx: XlateContext;
  #questions = 0;

  constructor(ctx: XlateContext) {
    this.#ctx = ctx;
  }

  candidates(group: Group): void {
    const ctx = this.#ctx;
    const isSelect = group.type === 'select';
    for (const bucket of group.buckets) {
      const isLive = (!isSelect || bucket.weight > 0) && this.#isLive(bucket, 0);
      if (!isLive) this.#sayDead(bucket);
      else if (!isSelect) return;
      else say(ctx, SENTENCES.bucketScore(bucket.id, bucketScore(group, bucket, ctx.flow)));
    }
  }

  /** Of those that the hash passed by, only what they watch is told. */
  search({ buckets }: Group, table: GroupHashTable): void {
    const hash = this.#ctx.flow[DP_HASH] ?? 0;
    for (let i = 0; i <= table.mask; i++) {
      const bucket = buckets[table.buckets[(hash + i) & table.mask] ?? 0];
      if (bucket === undefined || this.#isLive(bucket, 0)) return;
    }
  }

  /** Whether a packet may take the bucket, told with what is dead of groups that it watches. */
  #isLive(bucket: Bucket, depth: number): boolean {
    const ctx = this.#ctx;
    if (depth >= LIVENESS_DEPTH_MAX) {
      say(ctx, SENTENCES.bucketsChained(LIVENESS_DEPTH_MAX));
      return false;
    }
    if (!isWatching(bucket) || isWatchedPortLive(bucket, ctx.ofproto)) return true;
    for (const inner of ctx.ofproto.groups.get(bucket.watchGroup ?? -1)?.buckets ?? []) {
      if (++this.#questions > QUESTIONS_MAX) return false;
      if (this.#isLive(inner, depth + 1)) return true;
      this.#sayDead(inner);
    }
    return false;
  }

  #sayDead({ id, watchPort, watchGroup }: Bucket): void {
    const watched: string[] = [];
    if (watchPort !== undefined) watched.push(formatOfpPort(ofpPort(watchPort)));
    if (watchGroup !== undefined) watched.push(String(watchGroup));
    say(this.#ctx, SENTENCES.bucketDead(id, watched));
  }
}
