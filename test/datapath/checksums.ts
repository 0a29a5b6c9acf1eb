/**
 * Tells whether a frame's checksums are right, computed in full.
 */

import {
  checksum,
  checksumOffset,
  ipv4PseudoSum,
  ipv6PseudoSum,
  setTransportChecksum,
} from '../../src/packet/checksum.js';
import { crc32c } from '../../src/packet/crc32c.js';
import { extractFlowAndOffsets } from '../../src/packet/extract.js';
import { createFlow } from '../../src/packet/flow.js';
import * as L from '../../src/packet/flow-layout.js';
import { OFFSET_NONE, PacketOffsets } from '../../src/packet/packet-offsets.js';
import * as P from '../../src/packet/protocol.js';

/** What is wrong with a frame's checksums: the names of their headers. */
export function wrongChecksums(frame: Uint8Array): string[] {
  const flow = createFlow();
  const offsets = new PacketOffsets();
  extractFlowAndOffsets(frame, flow, offsets);
  const wrong: string[] = [];
  const { l3, l4, end } = offsets;
  const isIpv4 = (flow[L.DL_TYPE] ?? 0) >>> 16 === P.ETH_TYPE_IPV4;
  if (l4 === OFFSET_NONE) return wrong;
  if (isIpv4 && checksum(frame, l3, l3 + ((frame[l3] ?? 0) & 15) * 4) !== 0) wrong.push('ipv4');
  const word = flow[L.NW_PROTO] ?? 0;
  const proto = word & 0xff;
  if (((word >>> 24) & L.FRAG_ANY) !== 0) return wrong;
  if (proto === P.IPPROTO_SCTP) return isSctpRight(frame, l4, end) ? wrong : [...wrong, 'sctp'];
  if (checksumOffset(proto) === undefined) return wrong;
  const copy = frame.slice();
  setTransportChecksum(copy, l4, end, proto, pseudoSum(frame, l3, end - l4, proto, isIpv4));
  if (copy.some((byte, i) => byte !== frame[i])) wrong.push(`protocol ${proto}`);
  return wrong;
}

function pseudoSum(
  frame: Uint8Array,
  l3: number,
  size: number,
  proto: number,
  isIpv4: boolean,
): number {
  if (proto === P.IPPROTO_ICMP || proto === P.IPPROTO_IGMP) return 0;
  return isIpv4 ? ipv4PseudoSum(frame, l3, size) : ipv6PseudoSum(frame, l3, size, proto);
}

function isSctpRight(frame: Uint8Array, l4: number, end: number): boolean {
  const copy = frame.slice();
  copy.fill(0, l4 + 8, l4 + 12);
  const view = new DataView(frame.buffer, frame.byteOffset);
  return view.getUint32(l4 + 8, true) === crc32c(copy, l4, end);
}
