/**
 * `multipath` and `bundle`: one of several links, by a hash of the packet.
 *
 * The algorithms and their hashes are Open vSwitch's own, so that a packet takes the same link here
 * and there. Answers to OVS's `lib/multipath.c` and `lib/bundle.c`.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import { type OfpPort, ofpPort } from '../base/brands.js';
import { hashAdd, hashFinish } from '../base/hash.js';
import { writeSubfield } from './field-write.js';
import { hashFields, maskHashFields } from './flow-hash-fields.js';
import {
  type BundleAction,
  type MultipathAction,
  OFPP_CONTROLLER,
  OFPP_MAX,
  OFPP_NONE,
} from './ofpact.js';
import type { Continuation } from './xlate-actions.js';
import type { XlateContext } from './xlate-context.js';
import { output } from './xlate-output.js';
import { saySubfield } from './xlate-trace.js';

const U32_MAX = 0xffff_ffff;
const WORDS_SIZE = 8;
/** Beyond so many links, weighing each of them takes too long. */
const HRW_LINKS_MAX = 64;

export function chooseLink(ctx: XlateContext, action: MultipathAction): Continuation {
  const { flow, wc } = ctx;
  const hash = hashFields(flow, action.fields, action.basis);
  maskHashFields(flow, action.fields, wc);
  const link = linkOf(hash, action);
  writeSubfield(action.destination, BigInt(link), flow, wc);
  if (ctx.trace !== undefined) saySubfield(ctx, action.destination);
  return 'next';
}

export function chooseMember(ctx: XlateContext, action: BundleAction): Continuation {
  const port = action.algorithm === 'hrw' ? heaviest(ctx, action) : firstLive(ctx, action);
  if (action.destination === undefined) return output(ctx, port, 0);
  writeSubfield(action.destination, BigInt(port), ctx.flow, ctx.wc);
  if (ctx.trace !== undefined) saySubfield(ctx, action.destination);
  return 'next';
}

/** The link, from 0, that `hash` falls to. */
function linkOf(hash: number, { algorithm, linksCount, argument }: MultipathAction): number {
  switch (algorithm) {
    case 'modulo_n':
      return hash % linksCount;
    case 'hash_threshold':
      return linksCount === 1 ? 0 : Math.floor(hash / (Math.floor(U32_MAX / linksCount) + 1));
    case 'hrw':
      return linksCount <= HRW_LINKS_MAX
        ? heaviestLink(hash, linksCount)
        : iterate(hash, linksCount, argument);
    case 'iter_hash':
      return iterate(hash, linksCount, argument);
  }
}

function hashTwoWords(first: number, second: number): number {
  return hashFinish(hashAdd(hashAdd(first, 0), second), WORDS_SIZE);
}

/** Highest random weight: a link that comes or goes moves only its own packets. */
function heaviestLink(hash: number, linksCount: number): number {
  let best = 0;
  let bestWeight = hashTwoWords(hash, 0);
  for (let link = 1; link < linksCount; link++) {
    const weight = hashTwoWords(hash, link);
    if (weight > bestWeight) {
      best = link;
      bestWeight = weight;
    }
  }
  return best;
}

/** Hashes until the result is a link; `modulo` of too many or too few is rounded up. */
function iterate(hash: number, linksCount: number, modulo: number): number {
  const isFitting = modulo >= linksCount && Math.floor(modulo / 2) <= linksCount;
  const range = isFitting ? modulo : powerOfTwoFrom(linksCount);
  for (let i = 0; ; i++) {
    const link = hashTwoWords(hash, i) % range;
    if (link < linksCount) return link;
  }
}

function powerOfTwoFrom(count: number): number {
  return count <= 1 ? 1 : 2 ** (32 - Math.clz32(count - 1));
}

function firstLive(ctx: XlateContext, { members }: BundleAction): OfpPort {
  return members.find((member) => isLive(ctx, member)) ?? ofpPort(OFPP_NONE);
}

function heaviest(ctx: XlateContext, { members, fields, basis }: BundleAction): OfpPort {
  if (members.length > 1) maskHashFields(ctx.flow, fields, ctx.wc);
  const hash = hashFields(ctx.flow, fields, basis);
  let best: OfpPort | undefined;
  let bestWeight = -1;
  for (let i = 0; i < members.length; i++) {
    const member = members[i]!;
    if (!isLive(ctx, member)) continue;
    const weight = hashTwoWords(i, hash);
    if (weight <= bestWeight) continue;
    best = member;
    bestWeight = weight;
  }
  return best ?? ofpPort(OFPP_NONE);
}

/** Ports that the bridge has, and reserved ones; a controller is none of them. */
function isLive(ctx: XlateContext, port: OfpPort): boolean {
  if (port < OFPP_MAX) return ctx.ofproto.port(port) !== undefined;
  return port !== OFPP_CONTROLLER && port !== OFPP_NONE;
}
