/**
 * What ends a translation that would not end: how deep rules may call one another, how often, and
 * how much may come of it. Answers to `xlate_resubmit_resource_check()`.
 *
 * Owner: `Xlate`. Hot path. Bench: `bench/translate.ts`.
 */

import { SENTENCES, type Sentence } from './trace-sentences.js';
import type { XlateContext, XlateError } from './xlate-context.js';
import { STACK_SIZE_MAX } from './xlate-stack.js';
import { say } from './xlate-trace.js';

/** Nested calls of rules, forward ones not counted; `MAX_DEPTH`. Deeper is an error: drop. */
export const DEPTH_MAX = 64;
/** Calls of rules in one translation; `MAX_RESUBMITS`. One more is an error: drop. */
export const RESUBMITS_MAX = DEPTH_MAX * DEPTH_MAX;
/** Bytes of actions (netlink) after which no further rule is called. */
const ACTIONS_SIZE_MAX = 65_535;

export class XlateLimits {
  depth = 0;
  /** Calls so far. */
  calls = 0;

  begin(): void {
    this.depth = 0;
    this.calls = 0;
  }

  /** Whether one more rule, or group, may be called; what stands against it is noted. */
  mayCall(ctx: XlateContext): boolean {
    if (this.depth >= DEPTH_MAX) fail(ctx, 'recursion_too_deep', SENTENCES.tooDeep(DEPTH_MAX));
    else if (this.calls >= RESUBMITS_MAX) {
      fail(ctx, 'too_many_resubmits', SENTENCES.tooManyResubmits(RESUBMITS_MAX));
    } else if (ctx.actions.size > ACTIONS_SIZE_MAX) stop(ctx);
    else if (ctx.stack.size > STACK_SIZE_MAX) {
      fail(ctx, 'stack_too_deep', SENTENCES.tooMuchStack());
    } else return true;
    return false;
  }
}

/** Ends the translation, and says why. */
export function fail(ctx: XlateContext, error: XlateError, sentence: Sentence): void {
  ctx.error = error;
  say(ctx, sentence);
}

function stop(ctx: XlateContext): void {
  if (ctx.trace !== undefined) say(ctx, SENTENCES.tooManyActions());
  ctx.isExited = true;
}
