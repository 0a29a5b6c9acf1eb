/**
 * The rules, groups and meters that come and go in a plan.
 *
 * Some name what may not be there just then; the tables refuse them, and nothing changes.
 */

import type { GroupVerb } from './plan.js';

/** What comes back: matches of rules that are learned. */
const ETHERNET_BACK = 'NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[]';
const IP_BACK = 'eth_type=0x800,NXM_OF_IP_DST[]=NXM_OF_IP_SRC[]';
const TCP_BACK = 'eth_type=0x800,nw_proto=6,NXM_OF_TCP_DST[]=NXM_OF_TCP_SRC[]';
/** Three at most, which go with the rule that taught them. */
const LIMITED = 'table=1,priority=40,limit=3,cookie=0x77,delete_learned';

/** Rules that use what groups and meters there are, and rules that teach others. */
export const USING: readonly string[] = [
  'table=1,priority=31,udp,nw_dst=10.0.0.0/30,actions=group:1',
  'table=1,priority=32,udp,nw_dst=10.0.0.4/30,actions=group:2,output:1',
  'priority=55,tcp,actions=group:3',
  'priority=56,tcp,nw_src=10.0.0.0/30,actions=write_actions(group:4)',
  'priority=58,arp,actions=group:5,NORMAL',
  'table=1,priority=33,reg0=1,actions=meter:1,group:2',
  'priority=48,icmp,actions=meter:2,output:3',
  'priority=57,udp,tp_dst=53,actions=controller(meter_id=1),group:3',
  `priority=59,arp,actions=${teach(ETHERNET_BACK, 'table=2,hard_timeout=3')},FLOOD`,
  `table=1,priority=22,udp,actions=${teach(ETHERNET_BACK, 'table=2,idle_timeout=1')},resubmit(,2)`,
  `table=1,priority=23,udp,nw_src=10.0.0.4/30,actions=${teach(IP_BACK, LIMITED)},NORMAL`,
  `priority=26,tcp,actions=${teach(TCP_BACK, 'table=0,priority=27,idle_timeout=1')},NORMAL`,
];

/** A learn action whose rules send what comes back to where it was learned from. */
function teach(match: string, settings: string): string {
  return `learn(${settings},${match},output:NXM_OF_IN_PORT[])`;
}

/** What there is from the beginning, so that most rules find what they use. */
export const FIRST_GROUPS = `
  group_id=1,type=all,bucket=output:2,bucket=output:3
  group_id=2,type=select,bucket=weight:3,output:2,bucket=watch_port:3,output:3,bucket=output:4
  group_id=3,type=ff,bucket=watch_port:2,output:2,bucket=watch_port:3,output:3
  group_id=4,type=indirect,bucket=mod_nw_tos:32,group:3
  group_id=5,type=all,bucket=controller,bucket=group:1,bucket=resubmit(,2)
  group_id=6,type=select,bucket=weight:2,output:10,bucket=weight:2,output:11,bucket=output:1
`;
export const FIRST_METERS = `
  meter=1,pktps,burst,bands=type=drop,rate=5,burst_size=3
  meter=2,kbps,burst,bands=type=drop,rate=1,burst_size=2
`;

/** Groups lead to each other; 2 and 3 hang on ports, 4 on a rule's action set. */
export const GROUPS: readonly (readonly [verb: GroupVerb, group: string])[] = [
  ['add_or_modify', 'group_id=1,type=all,bucket=output:2,bucket=output:3'],
  ['add_or_modify', 'group_id=1,type=all,bucket=mod_dl_dst:02:00:00:00:00:07,output:4'],
  [
    'add_or_modify',
    'group_id=2,type=select,bucket=weight:3,output:2,bucket=watch_port:3,output:3,bucket=output:4',
  ],
  ['add_or_modify', 'group_id=2,type=select,selection_method=hash,fields=eth_src,bucket=output:2'],
  [
    'add_or_modify',
    'group_id=3,type=ff,bucket=watch_port:2,output:2,bucket=watch_port:3,output:3,' +
      'bucket=watch_group:2,group:2',
  ],
  ['add_or_modify', 'group_id=4,type=indirect,bucket=mod_nw_tos:32,group:3'],
  ['add_or_modify', 'group_id=5,type=all,bucket=controller,bucket=group:1,bucket=resubmit(,2)'],
  ['add_or_modify', 'group_id=6,type=all,bucket=output:10,bucket=mod_nw_tos:16,output:11'],
  [
    'add_or_modify',
    'group_id=6,type=ff,bucket=watch_port:10,output:10,bucket=watch_port:11,output:11,' +
      'bucket=watch_port:1,output:1',
  ],
  ['delete', 'group_id=2'],
  ['delete', 'group_id=3'],
  ['delete', 'group_id=5'],
  ['delete', ''],
  ['insert_bucket', 'group_id=1,command_bucket_id=first,bucket=bucket_id:7,output:1'],
  ['insert_bucket', 'group_id=2,command_bucket_id=last,bucket=bucket_id:7,weight:9,output:1'],
  ['remove_bucket', 'group_id=2,command_bucket_id=first'],
  ['remove_bucket', 'group_id=1,command_bucket_id=7'],
];

export const METERS: readonly (readonly [verb: 'add' | 'modify' | 'delete', meter: string])[] = [
  ['add', 'meter=1,pktps,burst,bands=type=drop,rate=5,burst_size=3'],
  ['add', 'meter=2,kbps,burst,bands=type=drop,rate=1,burst_size=2'],
  ['add', 'meter=controller,pktps,bands=type=drop,rate=2'],
  ['modify', 'meter=1,kbps,bands=type=drop,rate=50'],
  ['delete', 'meter=1'],
  ['delete', 'meter=controller'],
];

/** Rules that come and go. */
export const ADDED: readonly string[] = [
  'table=1,priority=20,udp,tp_dst=80,actions=output:3',
  'table=1,priority=21,udp,nw_dst=10.0.0.2,actions=drop',
  'table=1,priority=15,reg0=2,actions=controller,output:1',
  'table=1,priority=16,reg0=0/3,actions=output:1,output:2',
  'priority=60,dl_src=02:00:00:00:00:03,actions=FLOOD',
  'priority=25,tcp,tcp_flags=+syn-ack,actions=output:2',
  'priority=25,tcp,nw_src=10.0.0.0/30,idle_timeout=2,actions=output:4',
  'table=1,priority=30,udp,hard_timeout=1,actions=output:2',
  'priority=45,icmp,nw_dst=10.0.0.4,actions=NORMAL',
  'priority=70,in_port=2,actions=drop',
];
/** Rules that send to patch ports, or heed that a packet came from one: `layouts.ts` has them. */
export const CROSSING: readonly string[] = [
  'priority=35,udp,nw_dst=10.0.0.4/30,actions=mod_nw_tos:8,output:10,output:1',
  'priority=36,udp,nw_src=10.0.0.0/30,actions=output:11,output:2',
  'priority=61,arp,actions=output:10,NORMAL',
  'priority=62,tcp,nw_dst=10.0.0.2,actions=group:6',
  'priority=63,icmp,nw_src=10.0.0.4/30,actions=output:10,output:11,output:1',
  'priority=64,mpls,actions=output:10,output:11',
  'priority=71,in_port=10,udp,actions=output:11,resubmit(,1)',
  'priority=72,in_port=10,tcp,nw_src=10.0.0.0/31,actions=drop',
  'priority=73,in_port=11,tcp,actions=IN_PORT,output:10',
  `priority=74,in_port=10,arp,actions=${teach(ETHERNET_BACK, 'table=2,idle_timeout=1')},FLOOD`,
  'table=1,priority=34,in_port=10,udp,actions=group:2,controller',
  'table=1,priority=35,udp,nw_dst=10.0.0.2,actions=output:10,clone(output:11),output:1',
];
export const MODIFIED: readonly string[] = [
  'table=1,udp,actions=output:4',
  'table=1,actions=NORMAL',
  'tcp,actions=output:1,output:3',
  'icmp,actions=output:3',
  'table=1,udp,actions=group:2',
  'arp,actions=meter:1,FLOOD',
  'in_port=10,actions=NORMAL',
];
export const DELETED: readonly string[] = [
  'table=1',
  'tcp',
  'udp',
  'dl_src=02:00:00:00:00:03',
  'in_port=2',
  'in_port=10',
];
