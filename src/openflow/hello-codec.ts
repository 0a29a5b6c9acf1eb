/**
 * Hello: which versions a peer speaks. OpenFlow 1.5, clauses 6.3.1 and 7.5.1.
 */

import { bodyOf, encodeMessage, type OfpMessage } from './message.js';
import { OF10, OF15, OFP_VERSIONS, type OfpVersion } from './protocol.js';

const ELEMENT_VERSION_BITMAP = 1;

/** A hello of the highest of `versions` that names them all. */
export function encodeHello(versions: readonly OfpVersion[], xid: number): Uint8Array {
  const highest = versions.reduce((a, b) => (a > b ? a : b), OF10 as OfpVersion);
  return encodeMessage(highest, 'hello', xid, (body) => {
    if (versions.length === 1 && highest === OF10) return;
    const bitmap = versions.reduce((bits, version) => bits | (1 << version), 0);
    body.u16(ELEMENT_VERSION_BITMAP).u16(8).u32(bitmap);
  });
}

/** The versions that a hello names: those up to its own where it has no list. */
export function readHello(message: OfpMessage): readonly number[] {
  const body = bodyOf(message);
  while (body.remaining >= 4) {
    const type = body.u16();
    const length = body.u16();
    if (length < 4) break;
    const element = body.part(Math.min(length - 4, body.remaining));
    if (type === ELEMENT_VERSION_BITMAP && element.remaining >= 4) return versionsOf(element.u32());
    body.skip(Math.min((8 - (length & 7)) & 7, body.remaining));
  }
  return Array.from({ length: message.version }, (_, i) => i + 1);
}

function versionsOf(bitmap: number): readonly number[] {
  return Array.from({ length: 31 }, (_, i) => i + 1).filter((i) => ((bitmap >>> i) & 1) !== 0);
}

/** The highest version that both sides have; undefined: none. */
export function negotiate(
  ours: readonly OfpVersion[],
  theirs: readonly number[],
): OfpVersion | undefined {
  for (let version: number = OF15; version >= OF10; version--) {
    const found = OFP_VERSIONS.find((each) => each === version && ours.includes(each));
    if (found !== undefined && theirs.includes(found)) return found;
  }
  return undefined;
}
