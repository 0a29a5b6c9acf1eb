/**
 * A packet crosses to another bridge by a patch port, and comes back as it was.
 *
 * There it begins anew: registers, metadata, stack and action set are that bridge's own, and
 * mirrors have no copy of it yet. Whatever ends its way there, the bridge that sent it goes on with
 * its next action. Answers to `patch_port_output()`; what `Xlate` does in between is its middle.
 *
 * Owner: scratch, one for each bridge that a packet is on its way through. Hot path. Bench:
 * `bench/translate.ts`.
 */

import { ACTSET_OUTPUT, DP_START, IN_PORT, METADATA } from '../packet/flow-layout.js';
import { OFPP_UNSET } from './ofpact.js';
import type { Ofproto } from './ofproto.js';
import type { PatchLink } from './patch-ports.js';
import { NO_COOKIE, type Rule } from './rule.js';
import { SENTENCES } from './trace-sentences.js';
import type { XlateContext } from './xlate-context.js';
import { SavedState } from './xlate-frame.js';
import { sayHeading } from './xlate-trace.js';

/** What the bridge keeps that the packet has left. */
class Crossing {
  readonly #saved = new SavedState();
  #ofproto: Ofproto | undefined;
  #version = 0;
  #table = 0;
  #rule: Rule | undefined;
  #cookie = NO_COOKIE;
  #height = 0;
  #mirrors = 0;
  #isBared = false;
  #isInGroup = false;
  #isInActionSet = false;

  enter(ctx: XlateContext, { to }: PatchLink, version: number): void {
    this.#saved.save(ctx);
    this.#ofproto = ctx.ofproto;
    this.#version = ctx.version;
    this.#table = ctx.table;
    this.#rule = ctx.rule;
    this.#cookie = ctx.cookie;
    this.#height = ctx.height;
    this.#mirrors = ctx.mirrors;
    this.#isBared = ctx.isBared;
    this.#isInGroup = ctx.isInGroup;
    this.#isInActionSet = ctx.isInActionSet;
    if (ctx.trace !== undefined) sayHeading(ctx, SENTENCES.bridge(to.ofproto.name));
    ctx.height++;
    if (to.ofproto !== ctx.ofproto) ctx.mirrors = 0;
    ctx.isInGroup = false;
    ctx.turnTo(to.ofproto, version);
    ctx.note(to.turn);
    ctx.flow[IN_PORT] = to.number;
    ctx.flow.fill(0, METADATA, DP_START);
    ctx.flow[ACTSET_OUTPUT] = OFPP_UNSET;
    ctx.stack.clear();
    ctx.actionSet = [];
    ctx.actionSetHasGroup = false;
  }

  leave(ctx: XlateContext, link: PatchLink): void {
    const ofproto = this.#ofproto!;
    if (ofproto !== ctx.ofproto) ctx.mirrors = this.#mirrors;
    ctx.turnTo(ofproto, this.#version);
    ctx.note(link.from.turn);
    this.#saved.restoreFlow(ctx);
    this.#saved.restoreStackAndSet(ctx);
    ctx.table = this.#table;
    ctx.rule = this.#rule;
    ctx.cookie = this.#cookie;
    ctx.height = this.#height;
    ctx.isBared = this.#isBared;
    ctx.isInGroup = this.#isInGroup;
    ctx.isInActionSet = this.#isInActionSet;
    // What went wrong there, or ended there, is no matter of this bridge.
    ctx.isExited = false;
    ctx.error = undefined;
    if (ctx.stats !== undefined) link.push(ctx.stats);
    ctx.note(link);
  }
}

/** The bridges that a packet has left, the last one on top. */
export class Crossings {
  readonly #all: Crossing[] = [];
  #count = 0;

  begin(): void {
    this.#count = 0;
  }

  /** `version`: of the tables of the bridge at the other end. */
  enter(ctx: XlateContext, link: PatchLink, version: number): void {
    if (this.#count === this.#all.length) this.#all.push(new Crossing());
    this.#all[this.#count++]!.enter(ctx, link, version);
  }

  leave(ctx: XlateContext, link: PatchLink): void {
    this.#all[--this.#count]!.leave(ctx, link);
  }
}
