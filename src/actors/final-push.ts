/**
 * The last push of a deleted flow: through its cache, or, where it never had one, by a translation
 * for its side effects.
 *
 * Hot path. Bench: `bench/dump.ts`. Rows U-142 to U-144, U-146. Answers to the second half of the
 * seed's `push_dump_ops__` (L1353).
 */

import type { FlowStats } from '../datapath/dpif.js';
import type { SafeTranslator } from './safe-translator.js';
import type { UdpifCore } from './udpif-core.js';
import type { UkeySlice } from './ukey-slice.js';

/** Whose rest it is, and who takes it. */
export interface FinalPush {
  readonly core: UdpifCore;
  readonly translator: SafeTranslator;
  readonly slice: UkeySlice;
  readonly handle: number;
}

/** Credits `delta`, if the profile asks for a push of so many packets at all. */
export function pushRest(push: FinalPush, delta: Readonly<FlowStats>): void {
  const { core, translator, slice, handle } = push;
  if (!core.deps.profile.zeroPush(delta.packets, translator.netflowExists())) return;
  const cache = slice.columns.caches[handle];
  if (cache === undefined) pushByTranslation(push, delta);
  else if (delta.packets === 0) translator.relearn(cache);
  else translator.push(cache, delta);
}

function pushByTranslation(push: FinalPush, delta: Readonly<FlowStats>): void {
  const { core, translator, slice, handle } = push;
  const ingress = translator.receiveKey(slice.columns.keys[handle]!);
  if (typeof ingress === 'string') {
    core.countLostDelta(ingress, delta);
    return;
  }
  const hasPackets = delta.packets !== 0;
  const result = translator.translate({
    ingress,
    tcpFlags: delta.tcpFlags,
    mayLearn: hasPackets,
    ...(hasPackets ? { stats: delta } : {}),
    skipWildcards: true,
  });
  if (result === undefined) core.countUncredited('push', delta.packets, delta.bytes);
  ingress.netflow?.flowClear(ingress.flow);
}
