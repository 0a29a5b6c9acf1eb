/**
 * Matches, parsed and printed, beside the real `ovs-ofctl parse-flows`: thousands of random ones
 * over every field that a user may match.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createRng, type Rng } from '../../src/base/rng.js';
import { createFlow, createFlowMask } from '../../src/packet/flow.js';
import { parseMatchTerm } from '../../src/packet/match-parse.js';
import { findMissingPrerequisite } from '../../src/packet/match-prerequisites.js';
import { formatMatch } from '../../src/packet/match-text.js';
import { hasOvsOfctl, runOvsOfctl } from './ovs-ofctl.js';

const MATCH_COUNT = 5000;

const folder = mkdtempSync(join(tmpdir(), 'match-text-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.runIf(hasOvsOfctl)('formatMatch() beside ovs-ofctl', () => {
  it('prints what ovs-ofctl prints for random matches', () => {
    const rng = createRng(5);
    const matches = Array.from({ length: MATCH_COUNT }, () => randomMatch(rng));
    const theirs = theirTexts(matches);
    expect(theirs).toHaveLength(MATCH_COUNT);
    for (const [i, match] of matches.entries()) {
      const isRefused = theirs[i]?.includes('BAD_PREREQ') ?? false;
      expect(ourText(match), match).toBe(isRefused ? 'refused' : theirs[i]);
    }
  });
});

/** Parsed and printed; `refused` where it makes no sense. */
function ourText(match: string): string {
  const target = { flow: createFlow(), mask: createFlowMask() };
  for (const term of match.split(',').filter((text) => text !== '')) {
    const [name = '', value] = term.split('=');
    expect(parseMatchTerm(target, name, value), term).toBe(true);
  }
  const isRefused = findMissingPrerequisite(target.flow, target.mask) !== undefined;
  return isRefused ? 'refused' : formatMatch(target.flow, target.mask);
}

function theirTexts(matches: readonly string[]): string[] {
  const path = join(folder, 'matches.flows');
  const lines = matches.map((match) => `${match === '' ? '' : `${match},`}actions=drop`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  const { stdout } = runOvsOfctl(['parse-flows', path]);
  const mods = stdout.split('\n').filter((line) => line.includes('FLOW_MOD'));
  return mods.map((line) =>
    line.replace(/^.*FLOW_MOD[^:]*: (ADD )?/, '').replace(/ ?actions=drop$/, ''),
  );
}

type Make = (rng: Rng) => string;

const pick = <T>(rng: Rng, from: readonly [T, ...T[]]): T =>
  from[rng.below(from.length)] ?? from[0];
const hex = (rng: Rng, width: number): string => {
  const digits = Array.from({ length: 1 + rng.below(width / 4) }, () => rng.below(16).toString(16));
  return `0x${digits.join('')}`;
};
const masked = (rng: Rng, width: number) =>
  hex(rng, width) + pick(rng, ['', `/${hex(rng, width)}`]);
const ip = (rng: Rng) => [0, 1, 2, 3].map(() => rng.below(256)).join('.');
const ipMasked = (rng: Rng) =>
  ip(rng) + pick(rng, ['', '/8', '/31', '/32', '/255.0.255.0', '/255.255.0.0']);
const mac = (rng: Rng) =>
  [0, 1, 2, 3, 4, 5].map(() => rng.below(256).toString(16).padStart(2, '0')).join(':');
const macMasked = (rng: Rng) =>
  mac(rng) + pick(rng, ['', '/ff:ff:ff:00:00:00', '/01:00:00:00:00:00']);
const ipv6 = (rng: Rng) =>
  Array.from({ length: 8 }, () => (rng.below(2) === 0 ? '0' : hex(rng, 16).slice(2))).join(':');
const ipv6Masked = (rng: Rng) => ipv6(rng) + pick(rng, ['', '/64', '/10', '/ffff:0:ffff::']);
const flags = (rng: Rng, names: readonly [string, ...string[]]) => {
  const chosen = names.filter(() => rng.below(2) === 0);
  if (chosen.length === 0) return names[0];
  return rng.below(2) === 0
    ? chosen.join('|')
    : chosen.map((name) => pick(rng, ['+', '-']) + name).join('');
};

const METADATA: Record<string, Make> = {
  in_port: (rng) => pick(rng, ['1', '300', 'LOCAL', 'CONTROLLER']),
  metadata: (rng) => masked(rng, 64),
  reg3: (rng) => masked(rng, 32),
  xreg3: (rng) => masked(rng, 64),
  xxreg3: (rng) => masked(rng, 128),
  pkt_mark: (rng) => masked(rng, 32),
  tun_id: (rng) => masked(rng, 64),
  tun_src: ipMasked,
  tun_dst: ipMasked,
  tun_ipv6_src: ipv6Masked,
  tun_ipv6_dst: ipv6Masked,
  tun_gbp_id: (rng) => masked(rng, 16),
  tun_gbp_flags: (rng) => hex(rng, 8),
  tun_flags: (rng) => pick(rng, ['oam', '+oam', '-oam']),
  // OVS loses a match on 0 on its way through OpenFlow.
  tun_gtpu_flags: (rng) => String(1 + rng.below(255)),
  ct_state: (rng) => flags(rng, ['trk', 'new', 'est', 'rel', 'rpl', 'inv', 'snat', 'dnat']),
  ct_zone: (rng) => hex(rng, 16),
  ct_mark: (rng) => masked(rng, 32),
  ct_label: (rng) => masked(rng, 128),
  conj_id: (rng) => hex(rng, 32),
};

const ETHERNET: Record<string, Make> = {
  dl_src: macMasked,
  eth_dst: macMasked,
  dl_vlan: (rng) => String(rng.below(4096)),
  dl_vlan_pcp: (rng) => String(rng.below(8)),
};

const IP: Record<string, Make> = {
  nw_tos: (rng) => String(rng.below(64) * 4),
  nw_ecn: (rng) => String(rng.below(4)),
  nw_ttl: (rng) => String(rng.below(256)),
  ip_frag: (rng) => pick(rng, ['no', 'yes', 'first', 'later', 'not_later']),
};

const IPV4: Record<string, Make> = { nw_src: ipMasked, ip_dst: ipMasked, ...IP };
const IPV6: Record<string, Make> = {
  ipv6_src: ipv6Masked,
  ipv6_dst: ipv6Masked,
  ipv6_label: (rng) => masked(rng, 20),
  ...IP,
};
const PORTS: Record<string, Make> = {
  tp_src: (rng) => masked(rng, 16),
  tp_dst: (rng) => masked(rng, 16),
};
const TCP: Record<string, Make> = {
  ...PORTS,
  tcp_flags: (rng) => flags(rng, ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr', 'ns']),
};
const ARP: Record<string, Make> = {
  arp_op: (rng) => String(rng.below(256)),
  arp_spa: ipMasked,
  arp_tpa: ipMasked,
  arp_sha: macMasked,
  arp_tha: macMasked,
};
const ND: Record<string, Make> = {
  nd_target: ipv6Masked,
  nd_reserved: (rng) => hex(rng, 32),
  nd_options_type: (rng) => pick(rng, ['1', '2']),
};
const NSH: Record<string, Make> = {
  nsh_flags: (rng) => String(rng.below(4)),
  nsh_mdtype: () => '1',
  nsh_spi: (rng) => hex(rng, 24),
  nsh_si: (rng) => String(rng.below(256)),
  nsh_c2: (rng) => hex(rng, 32),
};

const byte: Make = (rng) => String(rng.below(256));

/** What a match begins with, and the fields that then make sense. */
const KINDS: readonly [
  readonly [string, Record<string, Make>],
  ...[string, Record<string, Make>][],
] = [
  ['', {}],
  ['dl_type=0x1234', {}],
  ['ip', IPV4],
  ['ip,nw_proto=47', IPV4],
  ['tcp', { ...IPV4, ...TCP }],
  ['udp', { ...IPV4, ...PORTS }],
  ['sctp', { ...IPV4, ...PORTS }],
  ['icmp', { ...IPV4, icmp_type: byte, icmp_code: byte }],
  ['ipv6', IPV6],
  ['tcp6', { ...IPV6, ...TCP }],
  ['udp6', { ...IPV6, ...PORTS }],
  ['icmp6', { ...IPV6, icmpv6_type: byte }],
  ['icmp6,icmp_type=135,icmp_code=0', { ...ND, nd_sll: macMasked }],
  ['icmp6,icmp_type=136,icmp_code=0', { ...ND, nd_tll: macMasked }],
  ['arp', ARP],
  ['rarp', ARP],
  ['mpls', { mpls_label: (rng) => String(rng.below(1 << 20)), mpls_tc: () => '5', mpls_ttl: byte }],
  ['dl_type=0x894f', NSH],
];

function randomMatch(rng: Rng): string {
  const [head, fields] = pick(rng, KINDS);
  const terms = [
    ...someOf(rng, METADATA, 2),
    ...someOf(rng, ETHERNET, 2),
    ...someOf(rng, fields, Object.keys(fields).length),
  ];
  return [head, ...terms].filter((term) => term !== '').join(',');
}

/** Each field at most once; registers overlap, so only one of those comes along. */
function someOf(rng: Rng, fields: Record<string, Make>, countMax: number): string[] {
  const chosen = new Map<string, string>();
  for (let i = rng.below(countMax + 1); i > 0; i--) {
    const [name, make] = Object.entries(fields)[rng.below(Object.keys(fields).length)] ?? [];
    if (name === undefined || make === undefined) continue;
    chosen.set(name.endsWith('reg3') ? 'reg' : name, `${name}=${make(rng)}`);
  }
  return [...chosen.values()];
}
