/**
 * How the bridges of a simulated switch lie: apart, two joined by a cable of patch ports, or three
 * in a chain. All of them have six ports in the datapath, and one slow path.
 *
 * Patch port 10 of a bridge leads back towards the first one, 11 further on. No layout, and no
 * other peer that an end may get, joins bridges into a ring, in which packets would go round until
 * translation loses patience.
 */

import type { BridgeOptions } from '../../src/switch-options.js';
import type { LayoutName } from './plan.js';
import { FIRST_GROUPS, FIRST_METERS } from './plan-rules.js';

/** Where a patch port is, and whom it names in the beginning. */
export interface EndPlace {
  readonly name: string;
  readonly bridge: string;
  readonly number: number;
  readonly peer: string;
}

export interface Layout {
  readonly bridges: readonly BridgeOptions[];
  readonly ends: readonly EndPlace[];
}

const FLOWS = `
  table=0,priority=50,icmp,actions=set_field:0->icmp_type,output:2
  table=0,priority=40,udp,tp_dst=53,actions=controller,output:1
  table=0,priority=30,udp,actions=move:NXM_OF_UDP_SRC[]->NXM_NX_REG0[0..15],resubmit(,1)
  table=0,priority=20,mpls,actions=pop_mpls:0x0800,mod_nw_tos:4,resubmit(,1)
  table=0,priority=0,actions=NORMAL
  table=1,priority=0,actions=NORMAL
`;
/** The first bridge sends some on as they are, so that the others have them to think about. */
const JOINED_FLOWS = `${FLOWS}
  table=0,priority=51,icmp,nw_dst=10.0.0.0/30,actions=output:10
  table=0,priority=21,mpls,dl_src=02:00:00:00:00:00/ff:ff:ff:ff:ff:fd,actions=output:10,output:2
`;
const MIDDLE_FLOWS = `
  table=0,priority=50,icmp,actions=dec_ttl,controller,output:1
  table=0,priority=30,udp,tp_dst=80,actions=load:2->NXM_NX_REG0[],resubmit(,1)
  table=0,priority=20,mpls,actions=pop_mpls:0x0800,mod_nw_tos:8,resubmit(,1)
  table=0,priority=0,actions=NORMAL
  table=1,priority=1,ip,nw_dst=10.0.0.0/30,actions=output:10,output:11
  table=1,priority=0,actions=NORMAL
`;
const FIRST = { ports: 4, groups: FIRST_GROUPS, meters: FIRST_METERS } as const;
/** A bridge's meters are not another's, and the first one has them all; groups are each one's. */
const OTHER = { groups: FIRST_GROUPS } as const;

const P0 = { name: 'patch0', bridge: 'br0', number: 10 } as const;
const P1 = { name: 'patch1', bridge: 'br1', number: 10 } as const;
const P2 = { name: 'patch2', bridge: 'br1', number: 11 } as const;
const P3 = { name: 'patch3', bridge: 'br2', number: 10 } as const;

export const LAYOUTS: Readonly<Record<LayoutName, Layout>> = {
  apart: { bridges: [{ ...FIRST, flows: FLOWS }, { ports: 2 }], ends: [] },
  joined: {
    bridges: [
      { ...FIRST, flows: JOINED_FLOWS },
      { ...OTHER, ports: 2, flows: MIDDLE_FLOWS },
    ],
    ends: [
      { ...P0, peer: P1.name },
      { ...P1, peer: P0.name },
      { ...P2, peer: P0.name },
    ],
  },
  chain: {
    bridges: [
      { ...FIRST, flows: JOINED_FLOWS },
      { ...OTHER, ports: 1, flows: MIDDLE_FLOWS },
      { ...OTHER, ports: 1, flows: FLOWS },
    ],
    ends: [
      { ...P0, peer: P1.name },
      { ...P1, peer: P0.name },
      { ...P2, peer: P3.name },
      { ...P3, peer: P2.name },
    ],
  },
};
