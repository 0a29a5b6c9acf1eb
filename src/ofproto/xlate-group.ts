/**
 * What a group does with a packet.
 *
 * Each bucket begins with the packet as the group met it, and what it changes is forgotten behind
 * it; what it has sent stays sent. A bucket that stops for any reason does not stop the rule that
 * called the group. Answers to `xlate_group_action` and `xlate_group_bucket` of OVS.
 *
 * Owner: the scratch flows, one for each depth. Hot path. Bench: `bench/translate.ts`.
 */

import { createFlow, type Flow } from '../packet/flow.js';
import type { Group, GroupHit } from './group.js';
import { bucketScore, firstLiveBucket, isBucketLive, selectBucket } from './group-choice.js';
import type { Ofpacts } from './ofpact.js';
import type { XlateContext } from './xlate-context.js';
import { SENTENCES } from './trace-sentences.js';
import { say, sayHeading } from './xlate-trace.js';

/** Carries out a bucket's actions, and all rules that they call. */
export type RunBucket = (actions: Ofpacts) => void;

export class XlateGroups {
  readonly #ctx: XlateContext;
  readonly #run: RunBucket;
  /** The packet as it was before a bucket, for each group that is being carried out. */
  readonly #saved: Flow[] = [];
  #depth = 0;

  constructor(ctx: XlateContext, run: RunBucket) {
    this.#ctx = ctx;
    this.#run = run;
  }

  begin(): void {
    this.#depth = 0;
  }

  /** Carries out group `id`; false: there is none, and the rule ends here. */
  carryOut(id: number): boolean {
    const ctx = this.#ctx;
    const group = ctx.ofproto.groups.get(id);
    if (group === undefined) {
      if (ctx.trace !== undefined) say(ctx, SENTENCES.noGroup(id));
      return false;
    }
    if (group.type === 'all' || group.type === 'indirect') {
      for (let i = 0; i < group.buckets.length; i++) this.#runBucket(group, i);
      this.#credit(group.wholeHit);
      return true;
    }
    const chosen = this.#choose(group);
    if (ctx.trace !== undefined) sayChoice(ctx, group, chosen);
    if (chosen >= 0) {
      this.#runBucket(group, chosen);
      this.#credit(group.bucketHits[chosen]!);
    }
    return true;
  }

  #choose(group: Group): number {
    const { ofproto, flow, wc } = this.#ctx;
    return group.type === 'select'
      ? selectBucket(group, ofproto, flow, wc)
      : firstLiveBucket(group, ofproto);
  }

  #runBucket(group: Group, index: number): void {
    const ctx = this.#ctx;
    if (ctx.error !== undefined) return;
    if (ctx.trace !== undefined) sayHeading(ctx, SENTENCES.bucket(group.buckets[index]!.id));
    ctx.height++;
    if (this.#saved.length === this.#depth) this.#saved.push(createFlow());
    const before = this.#saved[this.#depth++]!;
    const wasBared = ctx.isBared;
    before.set(ctx.flow);
    this.#run(group.actionSets[index]!);
    this.#depth--;
    ctx.height--;
    ctx.flow.set(before);
    ctx.isBared = wasBared;
  }

  #credit(hit: GroupHit): void {
    const ctx = this.#ctx;
    if (ctx.stats !== undefined) hit.credit(ctx.stats);
    ctx.note(hit);
  }
}

/** Says which buckets were dead, how those fared that were not, and which was chosen. */
function sayChoice(ctx: XlateContext, group: Group, chosen: number): void {
  const { type, buckets } = group;
  for (const [index, bucket] of buckets.entries()) {
    if (type === 'fast_failover' && index === chosen) break;
    if (isBucketLive(bucket, ctx.ofproto)) {
      say(ctx, SENTENCES.bucketScore(bucket.id, bucketScore(group, bucket, ctx.flow)));
      continue;
    }
    const watched = [bucket.watchPort, bucket.watchGroup].filter((one) => one !== undefined);
    say(ctx, SENTENCES.bucketDead(bucket.id, watched));
  }
  const used = buckets[chosen];
  say(ctx, used === undefined ? SENTENCES.noBucket() : SENTENCES.bucketUsed(used.id));
}
