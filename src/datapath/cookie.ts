/**
 * What a userspace action carries back to the slow path: why the packet comes up.
 *
 * Answers to OVS's `struct user_action_cookie` (48 bytes in 3.1, 8 or 16 in 2.3). Typed here: an
 * embedder's datapath hands back the very object that the action had. A cookie that did not come
 * from us is `malformed`, with the bytes' length and their type.
 */

import type { OdpPort, OfpPort } from '../base/brands.js';

export type UserspaceCookie =
  | {
      readonly type: 'slow_path';
      /** Bits of `SlowReason`. */
      readonly reason: number;
      readonly ofprotoUuid: string;
      readonly inPort: OfpPort;
    }
  | { readonly type: 'sflow'; readonly vlanTci: number; readonly output: number }
  | {
      readonly type: 'flow_sample';
      readonly probability: number;
      readonly collectorSetId: number;
      readonly obsDomainId: number;
      readonly obsPointId: number;
      readonly outputOdpPort?: OdpPort;
      /** Where it was seen, if the action says so. */
      readonly direction?: 'ingress' | 'egress';
    }
  | { readonly type: 'ipfix'; readonly outputOdpPort?: OdpPort }
  | {
      readonly type: 'controller';
      readonly dontSend: boolean;
      /** The packet waits for the controller to let it go on; see `FrozenStates`. */
      readonly isPaused?: boolean;
      readonly reason: number;
      readonly recircId: number;
      readonly ruleCookie: bigint;
      readonly controllerId: number;
      readonly maxLength: number;
      readonly ofprotoUuid: string;
      readonly inPort: OfpPort;
    }
  | {
      /** Bytes that are no cookie of ours: their length, and their first 16 bits as a type. */
      readonly type: 'malformed';
      readonly size: number;
      readonly cookieType: number;
    };

/**
 * Why a packet of a flow must go through the slow path; bits. Answers to `SLOW_PATH_REASONS` of
 * 3.1.
 */
export const SlowReason = {
  CFM: 1,
  BFD: 2,
  LACP: 4,
  STP: 8,
  LLDP: 16,
  ACTION: 32,
  MATCH: 64,
} as const;
