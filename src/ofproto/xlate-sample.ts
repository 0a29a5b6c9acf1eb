/**
 * `sample`: some packets are told to IPFIX collectors.
 *
 * Only bridges with an exporter do so: the ingress has one, or the action is nothing. Answers to
 * `xlate_sample_action()`.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import { ODPP_NONE } from '../base/brands.js';
import type { UserspaceCookie } from '../datapath/cookie.js';
import { OFPP_NONE, type SampleAction } from './ofpact.js';
import { SENTENCES } from './trace-sentences.js';
import type { Continuation } from './xlate-actions.js';
import type { XlateContext } from './xlate-context.js';
import { say } from './xlate-trace.js';

/** Every packet, where 65,535 is the most that an action can say. */
const EVERY_PACKET = 0xffff_ffff;

export function sample(ctx: XlateContext, action: SampleAction): Continuation {
  if (ctx.request?.ingress.ipfix === undefined || ctx.inPort === OFPP_NONE) return 'next';
  const { samplingPort, direction } = action;
  const isOutput = samplingPort !== OFPP_NONE && samplingPort !== ctx.inPort;
  const port = isOutput ? ctx.ofproto.port(samplingPort) : undefined;
  if (isOutput && port === undefined) {
    if (ctx.trace !== undefined) say(ctx, SENTENCES.noSamplingPort(samplingPort));
    return 'next';
  }
  ctx.commit();
  const probability = ((action.probability << 16) | action.probability) >>> 0;
  const { collectorSetId, obsDomainId, obsPointId } = action;
  const cookie: UserspaceCookie = {
    type: 'flow_sample',
    probability: action.probability,
    collectorSetId,
    obsDomainId,
    obsPointId,
    ...(port === undefined ? {} : { outputOdpPort: port.odpPort }),
    ...(direction === 'default' ? {} : { direction }),
  };
  const isSome = probability !== EVERY_PACKET;
  if (isSome) ctx.actions.beginSample(probability);
  const odpPort = ctx.ofproto.port(ctx.inPort)?.odpPort ?? ODPP_NONE;
  ctx.actions.userspace(ctx.pidOf(odpPort, 0), cookie, [
    action.probability,
    collectorSetId,
    obsDomainId,
    obsPointId,
    port?.odpPort ?? ODPP_NONE,
    direction === 'default' ? 0 : direction === 'ingress' ? 1 : 2,
  ]);
  if (isSome) ctx.actions.endSample();
  return 'next';
}
