/**
 * VLAN splinters of a bridge: ports that stand for one VLAN of another port. Profile `ovs-2.3`.
 *
 * A packet from "eth0.10", which has no tag, is taken for one from "eth0" with VLAN 10, and an
 * output of such a packet to "eth0" goes to "eth0.10" without the tag. Answers to `vsp_add()`,
 * `vsp_vlandev_to_realdev()` and `vsp_realdev_to_vlandev()` of 2.3. Row U-074.
 *
 * Owner: one `Ofproto`.
 */

import type { OfpPort } from '../base/brands.js';
import { VLAN_CFI, VLAN_VID_MASK } from '../packet/flow-layout.js';

export interface VlanSplinter {
  /** The port that stands for a VLAN. */
  readonly device: OfpPort;
  /** The port whose VLAN it is. */
  readonly real: OfpPort;
  /** 1 to 4094. */
  readonly vid: number;
}

export class VlanSplinters {
  readonly #splinters: VlanSplinter[] = [];

  get isEmpty(): boolean {
    return this.#splinters.length === 0;
  }

  add(splinter: VlanSplinter): void {
    this.#splinters.push(splinter);
  }

  /** The splinter that is `device`. */
  of(device: OfpPort): VlanSplinter | undefined {
    return this.#splinters.find((splinter) => splinter.device === device);
  }

  /** Where packets with `tci` to `real` leave; without a splinter for their VLAN: `real`. */
  deviceOf(real: OfpPort, tci: number): OfpPort {
    if ((tci & VLAN_CFI) === 0) return real;
    const vid = tci & VLAN_VID_MASK;
    return this.#splinters.find((each) => each.real === real && each.vid === vid)?.device ?? real;
  }
}

/** The tag that a splinter's flows have. */
export function tciOf({ vid }: VlanSplinter): number {
  return vid | VLAN_CFI;
}
