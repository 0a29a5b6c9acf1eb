/**
 * What select groups hash: addresses, VLANs, protocol and ports alike in both directions, or fields
 * that the group names. What is looked at goes into the mask.
 *
 * Answers to `flow_hash_symmetric_l4`, `flow_mask_hash_fields` and `pick_hash_fields_select_group`
 * of OVS; the values are our own.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import { hashAdd, hashFinish } from '../base/hash.js';
import { writeFieldBytes } from '../packet/field-access.js';
import type { Field } from '../packet/fields.js';
import { createFlowMask, type Flow, type FlowMask } from '../packet/flow.js';
import {
  DL_DST,
  DL_SRC_LOW,
  DL_TYPE,
  FLOW_WORDS,
  IPV6_DST,
  IPV6_SRC,
  NW_DST,
  NW_PROTO,
  NW_SRC,
  TP,
  VLAN_CFI,
  VLAN_VID_MASK,
  VLAN0,
  VLAN1,
} from '../packet/flow-layout.js';
import {
  ETH_TYPE_IPV4,
  ETH_TYPE_IPV6,
  IPPROTO_ICMP,
  IPPROTO_SCTP,
  IPPROTO_TCP,
} from '../packet/protocol.js';
import type { Selection } from './group.js';
import { hasField } from './prerequisites.js';

const EXACT = 0xffff_ffff;
const PROTO_BITS = 0xff;
const IPV6_WORDS = 4;
/** ICMP's type and code: the low bytes of the two ports. */
const ICMP_BITS = 0x00ff_00ff;
const VLAN_BITS = VLAN_VID_MASK | VLAN_CFI;

/** A hash that both directions of a connection share. */
export function hashSymmetricL4(flow: Flow, wc: FlowMask): number {
  const ethType = flow[DL_TYPE]! >>> 16;
  wc.fill(EXACT, DL_DST, DL_SRC_LOW + 1);
  wc[VLAN0]! |= VLAN_BITS;
  wc[VLAN1]! |= VLAN_BITS;
  let hash = hashAdd(0, symmetricAddresses(flow));
  hash = hashAdd(hash, ((flow[VLAN0]! ^ flow[VLAN1]!) & VLAN_VID_MASK) | (ethType << 16));
  if (ethType === ETH_TYPE_IPV4) {
    wc[NW_SRC] = EXACT;
    wc[NW_DST] = EXACT;
    return hashIp(hashAdd(hash, flow[NW_SRC]! ^ flow[NW_DST]!), flow, wc);
  }
  if (ethType !== ETH_TYPE_IPV6) return hashFinish(hash, 0);
  wc.fill(EXACT, IPV6_SRC, IPV6_SRC + IPV6_WORDS);
  wc.fill(EXACT, IPV6_DST, IPV6_DST + IPV6_WORDS);
  for (let i = 0; i < IPV6_WORDS; i++) {
    hash = hashAdd(hash, flow[IPV6_SRC + i]! ^ flow[IPV6_DST + i]!);
  }
  return hashIp(hash, flow, wc);
}

/** The two Ethernet addresses, 48 bits each and side by side in three words, as one word. */
function symmetricAddresses(flow: Flow): number {
  const [high, middle, low] = [flow[DL_DST]!, flow[DL_DST + 1]!, flow[DL_SRC_LOW]!];
  // Destination: `high` and the upper half of `middle`; source: its lower half and `low`.
  const firstHalves = (high >>> 16) ^ (middle & 0xffff);
  const lastWords = (((high << 16) | (middle >>> 16)) ^ low) >>> 0;
  return hashAdd(firstHalves, lastWords);
}

/** Ports of TCP and SCTP only: datagrams of one UDP connection may be fragments without ports. */
function hashIp(start: number, flow: Flow, wc: FlowMask): number {
  const protocol = flow[NW_PROTO]! & PROTO_BITS;
  wc[NW_PROTO]! |= PROTO_BITS;
  wc[TP]! |= protocol === IPPROTO_ICMP ? ICMP_BITS : EXACT;
  const hasPorts = protocol === IPPROTO_TCP || protocol === IPPROTO_SCTP;
  const ports = flow[TP]!;
  return hashFinish(
    hashAdd(hashAdd(start, protocol), hasPorts ? (ports >>> 16) ^ (ports & 0xffff) : 0),
    0,
  );
}

/** A field of a selection, as words of a flow. */
interface HashedField {
  readonly field: Field;
  readonly words: readonly number[];
  readonly bits: FlowMask;
}

const prepared = new WeakMap<Selection, readonly HashedField[]>();

/** A hash of the fields that `selection` names, of those that the packet has. */
export function hashSelection(selection: Selection, flow: Flow, wc: FlowMask): number {
  const { parameter } = selection;
  let hash = hashAdd(Number(parameter & 0xffff_ffffn), Number(parameter >> 32n));
  for (const { field, words, bits } of prepare(selection)) {
    if (!hasField(field, flow, wc)) continue;
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!;
      wc[word]! |= bits[word]!;
      hash = hashAdd(hash, flow[word]! & bits[word]!);
    }
  }
  return hashFinish(hash, 0);
}

function prepare(selection: Selection): readonly HashedField[] {
  let fields = prepared.get(selection);
  if (fields === undefined) {
    fields = selection.fields.map(({ field, mask }) => {
      const bits = createFlowMask();
      writeFieldBytes(bits, field, mask);
      const words = Array.from({ length: FLOW_WORDS }, (_, word) => word);
      return { field, bits, words: words.filter((word) => bits[word] !== 0) };
    });
    prepared.set(selection, fields);
  }
  return fields;
}
