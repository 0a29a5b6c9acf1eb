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
import { DP_HASH } from '../packet/flow-layout.js';
import type { Group, GroupHit } from './group.js';
import { firstLiveBucket, selectBucket } from './group-choice.js';
import { sayChoice } from './group-choice-trace.js';
import type { Ofpacts } from './ofpact.js';
import { SENTENCES } from './trace-sentences.js';
import type { XlateContext } from './xlate-context.js';
import { say, sayHeading } from './xlate-trace.js';

/** Carries out a bucket's actions, and all rules that they call. */
export type RunBucket = (actions: Ofpacts, isLast: boolean) => void;

/** What comes of a group: done, not there, or to be asked again when the packet is back. */
export type GroupOutcome = 'done' | 'missing' | 'premature';

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

  /** Carries out group `id`. `isLast`: nothing comes after it. */
  carryOut(id: number, isLast: boolean): GroupOutcome {
    const ctx = this.#ctx;
    const group = ctx.ofproto.groups.get(id);
    if (group === undefined) {
      if (ctx.trace !== undefined) say(ctx, SENTENCES.noGroup(id));
      return 'missing';
    }
    if (group.type === 'all' || group.type === 'indirect') {
      const last = group.buckets.length - 1;
      for (let i = 0; i <= last; i++) this.#runBucket(group, i, isLast && i === last);
      this.#credit(group.wholeHit);
      return 'done';
    }
    if (this.#isPremature(group)) {
      if (ctx.trace !== undefined) say(ctx, SENTENCES.noBucket());
      return 'premature';
    }
    const chosen = this.#choose(group);
    if (ctx.trace !== undefined) sayChoice(ctx, group, chosen);
    if (chosen >= 0) {
      this.#runBucket(group, chosen, isLast);
      this.#credit(group.bucketHits[chosen]!);
    }
    return 'done';
  }

  /**
   * Whether the choice looks at what is not known yet: headers behind the last label that was
   * popped, or the datapath's hash, which is asked for.
   */
  #isPremature({ type, hashTable }: Group): boolean {
    const { flow, freezing, isBared } = this.#ctx;
    if (isBared && type === 'select') return true;
    if (hashTable === undefined || flow[DP_HASH] !== 0) return false;
    freezing.algorithm = hashTable.algorithm;
    freezing.basis = hashTable.basis;
    return true;
  }

  #choose(group: Group): number {
    const { ofproto, flow, wc } = this.#ctx;
    return group.type === 'select'
      ? selectBucket(group, ofproto, flow, wc)
      : firstLiveBucket(group, ofproto);
  }

  #runBucket(group: Group, index: number, isLast: boolean): void {
    const ctx = this.#ctx;
    if (ctx.trace !== undefined) sayHeading(ctx, SENTENCES.bucket(group.buckets[index]!.id));
    if (ctx.error !== undefined) return;
    ctx.height++;
    if (this.#saved.length === this.#depth) this.#saved.push(createFlow());
    const before = this.#saved[this.#depth++]!;
    const wasBared = ctx.isBared;
    const wasInGroup = ctx.isInGroup;
    ctx.isInGroup = true;
    before.set(ctx.flow);
    this.#run(group.actionSets[index]!, isLast);
    this.#depth--;
    ctx.height--;
    ctx.flow.set(before);
    ctx.isBared = wasBared;
    ctx.isInGroup = wasInGroup;
  }

  #credit(hit: GroupHit): void {
    const ctx = this.#ctx;
    if (ctx.stats !== undefined) hit.credit(ctx.stats);
    ctx.note(hit);
  }
}
