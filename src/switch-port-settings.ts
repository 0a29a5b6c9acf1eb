/**
 * What a port is told to be, in the words of the columns of Open vSwitch's Port table.
 *
 * NORMAL heeds it: which VLANs a port carries, with which tags packets leave there, and whether it
 * may send to its like. The bridge keeps it (`Ofproto.setPort`); here are only its public names.
 */

import type { PortSettings } from './ofproto/ofproto.js';
import type { PriorityTags, VlanMode } from './ofproto/port-vlan.js';
import { ETH_TYPE_VLAN, ETH_TYPE_VLAN_8021AD } from './packet/protocol.js';

export const QINQ_ETH_TYPES = ['802.1ad', '802.1q'] as const;
export type QinqEthType = (typeof QINQ_ETH_TYPES)[number];

/** As `ovs-vsctl set port` has them; what is left out is as it is for a new port. */
export interface PortColumns {
  /** Default: `access` where there is a tag, else `trunk`. */
  readonly vlanMode?: VlanMode | undefined;
  /** The VLAN of an access, native or tunnel port, 0 to 4095. */
  readonly tag?: number | undefined;
  /** VLANs that a trunk or native port carries. Default: all. */
  readonly trunks?: readonly number[] | undefined;
  /** Customers' VLANs that a tunnel port takes. Default: all. */
  readonly cvlans?: readonly number[] | undefined;
  /** Protected ports send nothing to one another. Default: no. */
  readonly protected?: boolean | undefined;
  /** Whether packets of VLAN 0 leave with a tag for their priority. Default: never. */
  readonly priorityTags?: PriorityTags | undefined;
  /** The type of a tunnel port's own tags. Default: 802.1ad. */
  readonly qinqEthType?: QinqEthType | undefined;
}

export function portSettingsOf(columns: PortColumns): PortSettings {
  const { vlanMode, tag, trunks, cvlans, priorityTags, qinqEthType } = columns;
  const vlan = {
    ...(vlanMode === undefined ? {} : { mode: vlanMode }),
    ...(tag === undefined ? {} : { tag }),
    ...(trunks === undefined ? {} : { trunks }),
    ...(cvlans === undefined ? {} : { cvlans }),
    ...(priorityTags === undefined ? {} : { priorityTags }),
    ...(qinqEthType === undefined ? {} : { qinqEthType: ETH_TYPES[qinqEthType] }),
  };
  return { vlan, isProtected: columns.protected ?? false };
}

const ETH_TYPES: Readonly<Record<QinqEthType, number>> = {
  '802.1ad': ETH_TYPE_VLAN_8021AD,
  '802.1q': ETH_TYPE_VLAN,
};
