/**
 * VLAN splinters: ports that stand for one VLAN of another port. Profile `ovs-2.3`.
 *
 * Old network drivers lost VLAN tags, so the tag was taken off by a port of its own ("eth0.10").
 * The translator takes a packet from there for one of "eth0" with VLAN 10; the slow path makes the
 * packet look so, and takes the tag off again before the packet is executed, for the actions were
 * made for a packet without. Answers to `vsp_adjust_flow()` and the seed's L957-983; OVS dropped
 * them in 2.6 (42deb67d5). Rows U-073, U-074.
 */

import type { Ingress } from '../datapath/translator.js';
import type { Profile } from '../machines/profiles.js';
import type { Packet } from '../packet/packet.js';
import { ETH_TYPE_VLAN } from '../packet/protocol.js';
import { popVlan, pushVlan } from '../packet/vlan.js';

/** The tag that the flow has and its packets have not; undefined: no splinter, as most. */
export function splinterTciOf(profile: Profile, ingress: Ingress): number | undefined {
  return profile.vlanSplinters ? ingress.splinterTci : undefined;
}

/** Makes a packet look like its flow. */
export function addSplinterTag(packet: Packet, tci: number): void {
  pushVlan(packet, ETH_TYPE_VLAN, tci);
}

/** Makes it again what it was. */
export function removeSplinterTag(packet: Packet): void {
  popVlan(packet);
}
