/**
 * What samples and packet-ins go to: the seams of sFlow, IPFIX, NetFlow and of the controller.
 *
 * The exporters come later (`src/telemetry/`, `src/openflow/`); until then tests observe these.
 */

import type { OdpPort } from '../base/brands.js';
import type { Flow } from '../packet/flow.js';
import type { Packet } from '../packet/packet.js';
import type { UserspaceCookie } from './cookie.js';

export type FlowSampleCookie = Extract<UserspaceCookie, { type: 'flow_sample' }>;
export type ControllerCookie = Extract<UserspaceCookie, { type: 'controller' }>;
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

export interface PacketIns {
  /** A packet that a `controller` action sent up; the receiver copies what it keeps. */
  received(packet: Packet, key: Flow, cookie: ControllerCookie): void;
  /**
   * A packet of a batch in which some flow has failed open, so that a controller which is back may
   * set up flows (profile `ovs-2.3`): no match, table 0. The receiver copies what it keeps.
   */
  failedOpen?(packet: Packet, flow: Flow): void;
}
