/**
 * What hosts and routers say of multicast groups, and what the multicast table learns of it: IGMP
 * versions 1 to 3 and MLD versions 1 and 2.
 *
 * A message with a wrong checksum teaches nothing. A record that excludes no source joins its
 * group, one that includes none leaves it; which sources a member wants is not kept. Where messages
 * are malformed we read them as Open vSwitch does. Answers to `update_mcast_snooping_table4__()`,
 * `update_mcast_snooping_table6__()`, `mcast_snooping_add_report()` and `mcast_snooping_add_mld()`.
 */

import type { Instant } from '../base/brands.js';
import { readHalf, readWord } from '../packet/bytes.js';
import { addToSum, checksum, finishSum, ipv6PseudoSum } from '../packet/checksum.js';
import { extractFlowAndOffsets } from '../packet/extract.js';
import { createFlow, type Flow, wordAt } from '../packet/flow.js';
import { DL_TYPE, IGMP_GROUP, IPV6_SRC, NW_SRC, TP } from '../packet/flow-layout.js';
import { OFFSET_NONE, PacketOffsets } from '../packet/packet-offsets.js';
import * as P from '../packet/protocol.js';
import {
  type McastAddress,
  type McastPlace,
  type McastSnooping,
  mappedAddress,
} from './mcast-snooping.js';

export const Igmp = { QUERY: 0x11, REPORT_V1: 0x12, REPORT_V2: 0x16, LEAVE: 0x17, REPORT_V3: 0x22 };
export const Mld = { QUERY: 130, REPORT: 131, DONE: 132, REPORT_V2: 143 };

/** Record types of IGMPv3 and MLDv2 are 1 to 6; of these two, one without sources is a leave. */
const RECORD_TYPE_LAST = 6;
const MODE_IS_INCLUDE = 1;
const CHANGE_TO_INCLUDE = 3;
/** Of a report, and of a record of it without the address. */
const REPORT_HEADER_SIZE = 8;
const RECORD_HEADER_SIZE = 4;
const IPV4_SIZE = 4;
const IPV6_SIZE = 16;

/** What was new in a message. */
export type McastNews =
  | { readonly kind: 'bad checksum'; readonly protocol: 'IGMP' | 'MLD' }
  | { readonly kind: 'joined' | 'left'; readonly ipv4: number }
  | { readonly kind: 'router'; readonly ipv4: number | undefined }
  | { readonly kind: 'records'; readonly count: number };

/** A message as it came in. */
export interface McastMessage {
  /** The frame. */
  readonly data: Uint8Array;
  /** As it stands in the pipeline. */
  readonly flow: Flow;
  /** Tags that were parsed. */
  readonly vlanLimit: number;
  readonly place: McastPlace;
  readonly now: Instant;
}

/** Teaches `table` what an IGMP or MLD message says; what of it was new, if anything. */
export function learnMcast(table: McastSnooping, message: McastMessage): McastNews | undefined {
  const { data, flow, vlanLimit, place } = message;
  if (table.isFloodPort(place.port)) return undefined;
  extractFlowAndOffsets(data, unusedFlow, offsets, vlanLimit);
  const isIgmp = wordAt(flow, DL_TYPE) >>> 16 === P.ETH_TYPE_IPV4;
  if (!isIntact(data, isIgmp)) return { kind: 'bad checksum', protocol: isIgmp ? 'IGMP' : 'MLD' };
  return isIgmp ? learnIgmp(table, message) : learnMld(table, message);
}

function isIntact(data: Uint8Array, isIgmp: boolean): boolean {
  const { l3, l4, end } = offsets;
  if (l4 === OFFSET_NONE || l4 + REPORT_HEADER_SIZE > data.length) return false;
  if (isIgmp) return checksum(data, l4, end) === 0;
  const pseudo = ipv6PseudoSum(data, l3, end - l4, P.IPPROTO_ICMPV6);
  return finishSum(addToSum(pseudo, data, l4, end)) === 0;
}

function learnIgmp(table: McastSnooping, message: McastMessage): McastNews | undefined {
  const { flow, place, now } = message;
  const ipv4 = wordAt(flow, IGMP_GROUP);
  switch (wordAt(flow, TP) >>> 16) {
    case Igmp.REPORT_V1:
    case Igmp.REPORT_V2:
      return table.join(mappedAddress(ipv4), place, now) ? { kind: 'joined', ipv4 } : undefined;
    case Igmp.LEAVE:
      return table.leave(mappedAddress(ipv4), place, now) ? { kind: 'left', ipv4 } : undefined;
    case Igmp.QUERY: {
      const router = wordAt(flow, NW_SRC);
      const isNew = router !== 0 && table.addRouter(place, now);
      return isNew ? { kind: 'router', ipv4: router } : undefined;
    }
    case Igmp.REPORT_V3:
      return records(learnRecords(table, message, IPV4_SIZE));
    default:
      return undefined;
  }
}

function learnMld(table: McastSnooping, message: McastMessage): McastNews | undefined {
  const { data, flow, place, now } = message;
  const at = offsets.l4 + REPORT_HEADER_SIZE;
  const isWhole = at + IPV6_SIZE <= data.length;
  switch (wordAt(flow, TP) >>> 16) {
    case Mld.QUERY: {
      const isFromNobody = flow.subarray(IPV6_SRC, IPV6_SRC + 4).every((word) => word === 0);
      const isNew = !isFromNobody && table.addRouter(place, now);
      return isNew ? { kind: 'router', ipv4: undefined } : undefined;
    }
    case Mld.REPORT:
      return records(isWhole && table.join(addressAt(data, at, IPV6_SIZE), place, now) ? 1 : 0);
    case Mld.DONE:
      return records(isWhole && table.leave(addressAt(data, at, IPV6_SIZE), place, now) ? 1 : 0);
    case Mld.REPORT_V2:
      return records(learnRecords(table, message, IPV6_SIZE));
    default:
      return undefined;
  }
}

function records(count: number): McastNews | undefined {
  return count === 0 ? undefined : { kind: 'records', count };
}

/**
 * The records of an IGMPv3 or MLDv2 report; how many were news. As in Open vSwitch, the length of
 * auxiliary data counts bytes, and an IGMPv3 record of an unknown type is not passed over.
 */
function learnRecords(table: McastSnooping, message: McastMessage, addressSize: number): number {
  const { data, place, now } = message;
  const recordSize = RECORD_HEADER_SIZE + addressSize;
  let at = offsets.l4 + REPORT_HEADER_SIZE;
  let count = 0;
  for (let left = readHalf(data, at - 2); left > 0; left--) {
    if (at + recordSize > data.length) break;
    const type = data[at] ?? 0;
    const auxiliarySize = data[at + 1] ?? 0;
    const sourcesCount = readHalf(data, at + 2);
    const isKnown = type >= MODE_IS_INCLUDE && type <= RECORD_TYPE_LAST;
    if (!isKnown && addressSize === IPV4_SIZE) continue;
    if (isKnown) {
      const isLeave =
        sourcesCount === 0 && (type === MODE_IS_INCLUDE || type === CHANGE_TO_INCLUDE);
      const address = addressAt(data, at + RECORD_HEADER_SIZE, addressSize);
      const isNews = isLeave ? table.leave(address, place, now) : table.join(address, place, now);
      if (isNews) count++;
    }
    at += recordSize + sourcesCount * addressSize + auxiliarySize;
  }
  return count;
}

function addressAt(data: Uint8Array, at: number, size: number): McastAddress {
  if (size === IPV4_SIZE) return mappedAddress(readWord(data, at));
  const word = (index: number): number => readWord(data, at + 4 * index);
  return [word(0), word(1), word(2), word(3)];
}

/** Of the message at hand. */
const offsets = new PacketOffsets();
const unusedFlow = createFlow();
