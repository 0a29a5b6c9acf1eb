/**
 * What samples go to: the seams of sFlow, IPFIX and NetFlow, and of packet-ins.
 *
 * The exporters come later (`src/telemetry/`, `src/openflow/`); until then tests observe these.
 */

import type { OdpPort } from '../base/brands.js';
import type { Flow } from '../packet/flow.js';
import type { Packet } from '../packet/packet.js';
import type { UserspaceCookie } from './cookie.js';

export type FlowSampleCookie = Extract<UserspaceCookie, { type: 'flow_sample' }>;
export type SflowCookie = Extract<UserspaceCookie, { type: 'sflow' }>;

export interface Sflow {
  received(packet: Packet, flow: Flow, port: OdpPort, cookie: SflowCookie): void;
}

export interface Ipfix {
  bridgeSample(packet: Packet, flow: Flow): void;
  flowSample(packet: Packet, flow: Flow, cookie: FlowSampleCookie): void;
}

export interface Netflow {
  /** The flow is gone: close its record. */
  flowClear(flow: Flow): void;
}
