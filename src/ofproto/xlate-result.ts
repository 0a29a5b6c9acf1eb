/**
 * What a translation answers: actions, mask, and whether packets must come up each by itself.
 *
 * A translation that failed drops. One whose actions a datapath cannot take at once is slow: its
 * packets are carried out one by one. Answers to the end of `xlate_actions()`.
 *
 * Owner: the translation; good until the next one. Hot path. Bench: `bench/translate.ts`.
 */

import { SlowReason } from '../datapath/cookie.js';
import { NO_ACTIONS, type OdpActions } from '../datapath/odp-actions.js';
import type { XlateLease, XlateResult } from '../datapath/translator.js';
import type { FlowMask } from '../packet/flow.js';
import type { XlateContext, XlateError } from './xlate-context.js';

/** Bytes of actions that one netlink attribute can hold: more go the slow way. */
const ACTIONS_ATTRIBUTE_SIZE_MAX = 65_531;
/** Outputs that a datapath does in one go; the kernel's `net.core.netdev_max_backlog`. */
const OUTPUTS_MAX = 1000;

export class OfprotoXlateResult implements XlateResult {
  actions: OdpActions = NO_ACTIONS;
  readonly mask: FlowMask;
  slow = 0;
  readonly failOpen = false;
  error: XlateError | undefined;
  lease: XlateLease | undefined;

  constructor(mask: FlowMask) {
    this.mask = mask;
  }

  /** Takes over what the translation in `ctx` came to. */
  fill(ctx: XlateContext): void {
    const isTooMuch =
      ctx.actions.size > ACTIONS_ATTRIBUTE_SIZE_MAX || ctx.actions.outputsCount > OUTPUTS_MAX;
    const isFailed = ctx.error !== undefined;
    if (isFailed) ctx.actions.reset();
    this.error = ctx.error;
    this.slow = isFailed ? 0 : ctx.slow | (isTooMuch ? SlowReason.ACTION : 0);
    this.actions = ctx.actions.finish();
    this.lease = ctx.takeLease();
  }
}
