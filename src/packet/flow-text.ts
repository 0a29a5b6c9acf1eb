/**
 * A packet's flow as text, as `ovs-ofctl parse-pcap` prints it: the match that only such packets
 * satisfy, without the metadata that is zero. Answers to `flow_format()` of OVS 3.1.
 */

import type { Capture } from './capture-reader.js';
import { extractFlow } from './extract.js';
import { createFlow, createFlowMask, type Flow, type FlowMask, wordAt } from './flow.js';
import * as L from './flow-layout.js';
import { dlTypeOf } from './flow-predicates.js';
import { formatMatch } from './match-text.js';
import { OFPP_NONE } from './ofp-port-text.js';
import { setMaskForPacket } from './packet-mask.js';
import * as P from './protocol.js';

/** Words that are left out where they are zero, as everything but the packet's own headers. */
const QUIET_WORDS = [L.IN_PORT, L.SKB_PRIORITY, L.PKT_MARK, L.RECIRC_ID, L.DP_HASH, L.CT_MARK];

/** The text of a flow; its in_port is an OpenFlow port. */
export function formatFlow(flow: Flow, portText?: (port: number) => string): string {
  const mask = createFlowMask();
  setMaskForPacket(mask, flow);
  for (const word of QUIET_WORDS) if (flow[word] === 0) mask[word] = 0;
  quietConntrack(mask, flow);
  for (let i = L.METADATA; i < L.REGS + L.REGS_COUNT; i++) if (flow[i] !== 0) mask[i] = 0xffff_ffff;
  // A field of two words is whole or not there.
  if ((wordAt(mask, L.METADATA) | wordAt(mask, L.METADATA + 1)) !== 0) {
    mask.fill(0xffff_ffff, L.METADATA, L.METADATA + 2);
  }
  return formatMatch(flow, mask, portText === undefined ? {} : { portText });
}

/** One line a packet, as `ovs-ofctl parse-pcap` prints it; `capture.error` tells of a break. */
export function* formatCapture(capture: Capture): Iterable<string> {
  const flow = createFlow();
  for (const { data } of capture) {
    extractFlow(data, flow);
    flow[L.IN_PORT] = OFPP_NONE;
    yield formatFlow(flow);
  }
}

function quietConntrack(mask: FlowMask, flow: Flow): void {
  const word = wordAt(flow, L.CT_STATE);
  if (word >>> 16 === 0) mask[L.CT_STATE] = wordAt(mask, L.CT_STATE) & 0x0000_ffff;
  if ((word & 0xffff) === 0) mask[L.CT_STATE] = wordAt(mask, L.CT_STATE) & 0xffff_0000;
  const label = flow.subarray(L.CT_LABEL, L.CT_LABEL + 4);
  if (label.every((part) => part === 0)) mask.fill(0, L.CT_LABEL, L.CT_LABEL + 4);
  const hasTuple = ((word >>> 16) & CT_STATE_WITH_TUPLE) !== 0 && flow[L.CT_NW_PROTO] !== 0;
  if (hasTuple) return;
  mask[L.CT_NW_PROTO] = 0;
  mask[L.CT_TP] = 0;
  const dlType = dlTypeOf(flow);
  if (dlType === P.ETH_TYPE_IPV4) mask.fill(0, L.CT_NW_SRC, L.CT_NW_DST + 1);
  if (dlType === P.ETH_TYPE_IPV6) mask.fill(0, L.CT_IPV6_SRC, L.CT_IPV6_DST + 4);
}

/** New, established or in reply direction: then there is an original tuple. */
const CT_STATE_WITH_TUPLE = 0x01 | 0x02 | 0x08;
