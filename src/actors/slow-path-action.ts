/**
 * The action of a slow flow: its packets come up, each of them.
 *
 * The same flow always gets an equal action, for the revalidators compare it with the installed
 * one. Packets of the protocols that the switch speaks itself go to any handler (`ODPP_NONE`),
 * others to that of their port.
 *
 * Hot path. Bench: `bench/set-up.ts`. Rows U-068, U-129. Answers to the seed's `compose_slow_path`
 * (L694).
 */

import { ODPP_NONE, ofpPort } from '../base/brands.js';
import { SlowReason } from '../datapath/cookie.js';
import type { Dpif } from '../datapath/dpif.js';
import type { OdpActions } from '../datapath/odp-actions.js';
import type { Ingress, XlateResult } from '../datapath/translator.js';
import type { Profile } from '../machines/profiles.js';
import { flowHash5Tuple } from '../packet/flow-hash.js';
import { IN_PORT } from '../packet/flow-layout.js';

const OWN_PROTOCOLS = SlowReason.CFM | SlowReason.BFD | SlowReason.LACP | SlowReason.STP;
const NO_UUID = '00000000-0000-0000-0000-000000000000';

/** Why packets of the flow must come up; 0: they need not (B-11). */
export function slowReasonsOf(profile: Profile, ingress: Ingress, result: XlateResult): number {
  const mustMatch = profile.fitnessCheck && ingress.isTooLittle === true;
  return mustMatch ? result.slow | SlowReason.MATCH : result.slow;
}

export function composeSlowPath(dpif: Dpif, ingress: Ingress, slow: number): OdpActions {
  const port = (slow & OWN_PROTOCOLS) !== 0 ? ODPP_NONE : ingress.odpInPort;
  const pid = dpif.portGetPid(port, flowHash5Tuple(ingress.flow, 0));
  const inPort = ofpPort(ingress.flow[IN_PORT]!);
  const ofprotoUuid = ingress.ofprotoUuid ?? NO_UUID;
  return [
    { type: 'userspace', pid, cookie: { type: 'slow_path', reason: slow, ofprotoUuid, inPort } },
  ];
}
