/**
 * Random flows in `ovs-ofctl`'s syntax: matches, and actions that make sense for them.
 */

import fc from 'fast-check';

/** The start of a match, terms that go with it, and actions for its packets only. */
interface Kind {
  readonly match: string;
  readonly terms: readonly string[];
  readonly actions: readonly string[];
}

const KINDS: readonly Kind[] = [
  { match: '', terms: ['metadata=0x5', 'reg3=7/0xff', 'tun_id=9'], actions: [] },
  {
    match: 'ip',
    terms: ['nw_src=10.0.0.0/8', 'nw_dst=1.2.3.4', 'nw_tos=32', 'nw_ttl=3', 'nw_frag=later'],
    actions: [
      'set_field:10.1.2.3->ip_src',
      'set_field:10.0.0.0/8->ip_dst',
      'set_field:3->nw_ecn',
      'load:0x40->nw_ttl[]',
      'push_mpls:0x8847',
    ],
  },
  {
    match: 'tcp',
    terms: ['tp_src=80', 'tp_dst=0x1000/0xf000', 'tcp_flags=+syn-ack'],
    actions: ['set_field:443->tcp_dst', 'load:80->tcp_src[]', 'mod_tp_dst:8080'],
  },
  {
    match: 'udp6',
    terms: ['ipv6_src=2001:db8::/32', 'ipv6_dst=fe80::1', 'ipv6_label=0x12345', 'udp_dst=53'],
    actions: ['set_field:2001:db8::7->ipv6_dst', 'set_field:53->udp_src', 'mod_tp_src:1'],
  },
  {
    match: 'arp',
    terms: ['arp_op=1', 'arp_spa=10.0.0.1', 'arp_tha=00:00:00:00:00:01'],
    actions: ['set_field:2->arp_op', 'move:arp_spa[]->arp_tpa[]'],
  },
  {
    match: 'mpls',
    terms: ['mpls_label=5', 'mpls_tc=1', 'mpls_bos=1', 'mpls_ttl=64'],
    actions: ['set_field:7->mpls_label', 'pop_mpls:0x0800', 'dec_ttl'],
  },
  { match: 'icmp', terms: ['icmp_type=8', 'icmp_code=0'], actions: ['load:0->icmp_type[]'] },
];

const ANY_TERMS = [
  'in_port=3',
  'dl_vlan=5',
  'dl_vlan_pcp=3',
  'dl_src=00:01:02:03:04:05',
  'dl_dst=01:00:00:00:00:00/01:00:00:00:00:00',
  'pkt_mark=0x3',
];
const ANY_ACTIONS = [
  'output:1',
  'LOCAL',
  'NORMAL',
  'controller(max_len=60,id=2,reason=no_match)',
  'CONTROLLER:128',
  'resubmit(,3)',
  'resubmit(4,5)',
  'resubmit:6',
  'mod_vlan_vid:9',
  'mod_vlan_pcp:2',
  'strip_vlan',
  'pop_vlan',
  'push_vlan:0x8100',
  'mod_dl_src:0a:0b:0c:0d:0e:0f',
  'mod_dl_dst:ff:ff:ff:ff:ff:ff',
  'mod_nw_src:255.0.0.1',
  'mod_nw_dst:0.0.0.0',
  'mod_nw_tos:252',
  'mod_nw_ecn:3',
  'mod_nw_ttl:255',
  'set_field:0x5/0xf0->reg1',
  'set_field:00:00:00:00:00:01->eth_src',
  'load:0x7->NXM_NX_REG2[4..7]',
  'move:NXM_NX_REG0[0..15]->NXM_NX_REG1[16..31]',
  'set_field:12345678901234567890->xreg1',
];
const FLAGS = ['send_flow_rem', 'check_overlap', 'reset_counts', 'no_packet_counts'];

const properties = fc
  .record(
    {
      table: fc.integer({ min: 0, max: 253 }),
      priority: fc.integer({ min: 0, max: 0xffff }),
      cookie: fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }),
      idle_timeout: fc.nat(0xffff),
      hard_timeout: fc.nat(0xffff),
      importance: fc.nat(0xffff),
    },
    { requiredKeys: [] },
  )
  .map((values) => Object.entries(values).map(([name, value]) => `${name}=${value}`));

/** At most one `push_vlan` and one change of MPLS: what comes behind it must still make sense. */
function isSensible(actions: readonly string[]): boolean {
  const at = actions.findIndex((action) => /^p(ush|op)_mpls/.test(action));
  const pushes = actions.filter((action) => action.startsWith('push_vlan')).length;
  return pushes <= 1 && (at < 0 || at === actions.length - 1);
}

/** A line that `parseFlow` takes. */
export const flowTextArbitrary: fc.Arbitrary<string> = fc.constantFrom(...KINDS).chain((kind) =>
  fc
    .tuple(
      properties,
      fc.subarray(FLAGS),
      fc.subarray([...kind.terms, ...ANY_TERMS]),
      fc.array(fc.constantFrom(...kind.actions, ...ANY_ACTIONS), { maxLength: 5 }),
    )
    .filter(([, , , actions]) => isSensible(actions))
    .map(([heads, flags, terms, actions]) => {
      const match = kind.match === '' ? terms : [kind.match, ...terms];
      return [...heads, ...flags, ...match, `actions=${actions.join(',')}`].join(',');
    }),
);
