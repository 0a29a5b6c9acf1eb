/**
 * Which fields some bits of a flow belong to, named as matches name them.
 *
 * Fields overlap (`reg0` is half of `xreg0`, `nw_tos` has `nw_ecn` in it, a port is of TCP or of
 * UDP): each bit is given to one field only, the narrow one that packets of that kind have.
 */

import type { Field } from './field.js';
import { readFieldBig, writeFieldBig } from './field-access.js';
import { FIELDS } from './fields.js';
import { copyFlowMask, type Flow, type FlowMask, wordAt } from './flow.js';
import * as L from './flow-layout.js';
import * as P from './protocol.js';

/** A field, and which of its bits are meant. */
export interface FieldSpan {
  readonly field: Field;
  /** As `ovs-ofctl dump-flows` writes it: `tp_dst`, not `tcp_dst`. */
  readonly name: string;
  /** Right-aligned. */
  readonly bits: bigint;
}

/** Fields made of others, and second views of one. */
const COMPOSED = /^(?:x{1,2}reg\d+|in_port_oxm|vlan_vid|vlan_pcp|nw_tos|vlan_tci)$/;
const NAMED_BY_ALIAS = /^(?:nw|dl|tp)_/;
/** What is left of a tag when VLAN and priority are told: whether there is one. */
const LAST = FIELDS.filter(({ name }) => name === 'vlan_tci');
const CANDIDATES = [...FIELDS.filter(({ name }) => !COMPOSED.test(name)), ...LAST];

/** The fields that `mask` has bits of, in packets like `flow`. */
export function fieldSpans(mask: FlowMask, flow: Flow): readonly FieldSpan[] {
  const rest = copyFlowMask(mask);
  const spans: FieldSpan[] = [];
  for (const field of CANDIDATES) {
    const bits = readFieldBig(rest, field);
    if (bits === 0n || !isOf(field, flow)) continue;
    writeFieldBig(rest, field, 0n);
    spans.push({ field, name: nameOf(field), bits });
  }
  return spans;
}

function nameOf({ name, alias }: Field): string {
  if (alias !== undefined && NAMED_BY_ALIAS.test(alias)) return alias;
  return name.replace(/^(?:udp|sctp)_(?=src$|dst$)/, 'tp_');
}

/** Whether packets like `flow` have the field, by what is in front of it. */
function isOf({ prerequisite }: Field, flow: Flow): boolean {
  const ethType = wordAt(flow, L.DL_TYPE) >>> 16;
  const proto = wordAt(flow, L.NW_PROTO) & 0xff;
  const isV4 = ethType === P.ETH_TYPE_IPV4;
  const isV6 = ethType === P.ETH_TYPE_IPV6;
  switch (prerequisite) {
    case 'ipv4':
      return isV4;
    case 'ipv6':
      return isV6;
    case 'ip_any':
      return isV4 || isV6;
    case 'arp':
      return ethType === P.ETH_TYPE_ARP || ethType === P.ETH_TYPE_RARP;
    case 'mpls':
      return P.isMplsType(ethType);
    case 'nsh':
      return ethType === P.ETH_TYPE_NSH;
    case 'tcp':
      return (isV4 || isV6) && proto === P.IPPROTO_TCP;
    case 'udp':
      return (isV4 || isV6) && proto === P.IPPROTO_UDP;
    case 'sctp':
      return (isV4 || isV6) && proto === P.IPPROTO_SCTP;
    case 'icmpv4':
      return isV4 && proto === P.IPPROTO_ICMP;
    case 'icmpv6':
    case 'nd':
    case 'nd_solicit':
    case 'nd_advert':
      return isV6 && proto === P.IPPROTO_ICMPV6;
    default:
      return true;
  }
}
