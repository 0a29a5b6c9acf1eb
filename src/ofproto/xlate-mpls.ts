/**
 * What actions do to the labels of a packet.
 *
 * A label stack hides what is behind it; when its last label goes, only a recirculation could tell
 * what the packet is. Answers to `compose_mpls_push_action()` and its neighbours.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import { DL_TYPE, MPLS0 } from '../packet/flow-layout.js';
import { isMplsType } from '../packet/protocol.js';
import { clearL3, countLabels, MPLS_LABELS_MAX, popLabel, pushLabel } from './flow-mpls.js';
import type { Ofpact } from './ofpact.js';
import { SENTENCES } from './trace-sentences.js';
import type { Continuation } from './xlate-actions.js';
import type { XlateContext } from './xlate-context.js';
import { sendExpired } from './xlate-output.js';
import { say } from './xlate-trace.js';

type MplsAction = Extract<
  Ofpact,
  {
    type:
      | 'push_mpls'
      | 'pop_mpls'
      | 'set_mpls_label'
      | 'set_mpls_tc'
      | 'set_mpls_ttl'
      | 'dec_mpls_ttl';
  }
>;

const LABEL_BITS = 0xffff_f000;
const LABEL_SHIFT = 12;
const TRAFFIC_CLASS_BITS = 0x0000_0e00;
const TRAFFIC_CLASS_SHIFT = 9;
const TTL_BITS = 0x0000_00ff;
const CONTROLLERS: readonly number[] = [0];

export function changeLabels(ctx: XlateContext, action: MplsAction): Continuation {
  switch (action.type) {
    case 'push_mpls':
      pushMpls(ctx, action.ethType);
      return 'next';
    case 'pop_mpls':
      popMpls(ctx, action.ethType);
      return 'next';
    case 'set_mpls_label':
      return setTop(ctx, LABEL_BITS, action.label << LABEL_SHIFT);
    case 'set_mpls_tc':
      return setTop(ctx, TRAFFIC_CLASS_BITS, action.trafficClass << TRAFFIC_CLASS_SHIFT);
    case 'set_mpls_ttl':
      return setTop(ctx, TTL_BITS, action.ttl);
    default:
      return decrementTtl(ctx);
  }
}

/** Writes to the outermost entry, if there is one. */
function setTop({ flow, wc }: XlateContext, bits: number, value: number): Continuation {
  if (!isMplsType(flow[DL_TYPE]! >>> 16)) return 'next';
  wc[MPLS0]! |= bits;
  flow[MPLS0] = (flow[MPLS0]! & ~bits) | (value & bits);
  return 'next';
}

function decrementTtl(ctx: XlateContext): Continuation {
  const { flow, wc } = ctx;
  if (!isMplsType(flow[DL_TYPE]! >>> 16)) return 'next';
  wc[MPLS0]! |= TTL_BITS;
  const ttl = flow[MPLS0]! & TTL_BITS;
  if (ttl <= 1) {
    if (ctx.trace !== undefined) say(ctx, SENTENCES.ttlExpired('MPLS'));
    return sendExpired(ctx, CONTROLLERS);
  }
  return setTop(ctx, TTL_BITS, ttl - 1);
}

function pushMpls(ctx: XlateContext, ethType: number): void {
  const { flow, wc } = ctx;
  const count = countLabels(flow, wc);
  if (count >= MPLS_LABELS_MAX) {
    ctx.error = 'too_many_mpls_labels';
    return;
  }
  // What the label will hide must be committed while it can be reached.
  if (count === 0) ctx.commit();
  pushLabel(flow, count, ethType, wc);
  if (count === 0) clearL3(flow);
}

function popMpls(ctx: XlateContext, ethType: number): void {
  const { flow, wc } = ctx;
  const count = countLabels(flow, wc);
  if (popLabel(flow, count, ethType, wc)) {
    ctx.isBared = !isMplsType(ethType);
  } else if (count >= MPLS_LABELS_MAX) {
    ctx.error = 'too_many_mpls_labels';
  }
}
