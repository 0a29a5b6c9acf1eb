/**
 * A firewall of a thousand rules as they grow over the years, from a seed: prefixes within
 * prefixes, port ranges as masks, services, blocked hosts, exceptions of exceptions; and packets
 * that look for its rules.
 *
 * Each rule has a priority of its own: which one of two that both match wins is then no accident.
 * `record.ts` writes what this makes into the files of the set `firewall`.
 */

import { createRng, type Rng } from '../../src/base/rng.js';
import { isOneIn, pick } from '../differential/choice.js';

export interface Firewall {
  readonly flows: string;
  readonly script: string;
}

const SEED = 20_241_125;
const RULES_COUNT = 1000;
/** Rules that are no part of the policy. */
const FIXED_RULES_COUNT = 5;
/** Packets look for one rule in so many; more would only make the recording longer. */
const AIMED_AT_IN = 3;
/** Bits that a rule looks at, at least: few rules may hide many. */
const BITS_MIN = 24;
const PRIORITY_MAX = 60_000;
const PORTS = [22, 25, 53, 80, 110, 123, 143, 161, 389, 443, 445, 514, 993, 1433, 3306, 3389, 5432];
const PREFIX_LENGTHS = [8, 12, 16, 16, 20, 22, 24, 24, 24, 28, 32, 32];
const FLAGS = ['', '', '', ',tcp_flags=+syn-ack', ',tcp_flags=+rst', ',tcp_flags=+ack'];
const ACTIONS = ['drop', 'drop', 'output:2', 'output:2', 'output:3', 'resubmit(,1)'];

/** A rule's match in parts, so that a packet can be made that meets it. */
interface Entry {
  readonly protocol: string;
  readonly source: Prefix | undefined;
  readonly destination: Prefix | undefined;
  readonly port: MaskedPort | undefined;
  readonly flags: string;
  readonly inPort: number | undefined;
}

interface Prefix {
  readonly address: number;
  readonly length: number;
}

interface MaskedPort {
  readonly value: number;
  readonly mask: number;
}

export function generateFirewall(): Firewall {
  const rng = createRng(SEED);
  const entries: Entry[] = [];
  while (entries.length < RULES_COUNT - FIXED_RULES_COUNT) {
    const entry = generateEntry(rng);
    if (countBits(entry) >= BITS_MIN) entries.push(entry);
  }
  return { flows: formatFlows(rng, entries), script: formatScript(rng, entries) };
}

/** Exceptions come before what they are exceptions of. */
function bySpecificity(a: Entry, b: Entry): number {
  return countBits(b) - countBits(a);
}

function countBits({ source, destination, port }: Entry): number {
  const portBits = port === undefined ? 0 : port.mask.toString(2).replaceAll('0', '').length;
  return (source?.length ?? 0) + (destination?.length ?? 0) + portBits;
}

function formatFlows(rng: Rng, entries: readonly Entry[]): string {
  const rules = entries.toSorted(bySpecificity).map((entry, i) => {
    const actions = pick(rng, ACTIONS);
    return `table=0,priority=${PRIORITY_MAX - i},${formatEntry(entry)},actions=${actions}`;
  });
  return [
    '# A firewall of a thousand rules; p1 is the inside, p2 and p3 lead out, p4 has the servers.',
    `# Written by test/rule-sets/firewall-generator.ts (seed ${SEED}): change it there.`,
    ...rules,
    'table=0,priority=3,arp,actions=FLOOD',
    'table=0,priority=2,icmp6,actions=resubmit(,1)',
    'table=0,priority=0,actions=drop',
    '# What is allowed goes to the servers, or on to where it did not come from.',
    'table=1,priority=1,in_port=4,actions=output:1',
    'table=1,priority=0,actions=output:4',
    '',
  ].join('\n');
}

/** Most packets look for a rule of their own; some are anybody's, some come twice. */
function formatScript(rng: Rng, entries: readonly Entry[]): string {
  const lines = ['packet in_port=1,arp', 'packet in_port=4,icmp6,icmp_type=135'];
  for (const [i, entry] of entries.entries()) {
    if (i % AIMED_AT_IN !== 0) continue;
    const line = `packet ${formatPacket(rng, entry)}`;
    lines.push(line);
    if (isOneIn(rng, 6)) lines.push(line);
    if (isOneIn(rng, 6)) lines.push(`packet ${formatPacket(rng, generateEntry(rng))}`);
  }
  const again = lines.filter((line) => line.endsWith('tp_dst=443')).slice(0, 10);
  return [
    '# Written by test/rule-sets/firewall-generator.ts: change it there.',
    'ports 4',
    ...lines,
    '# A service is given up: its flows are decided again.',
    'del-flows tcp,tp_dst=443',
    'flows',
    ...again,
    '',
  ].join('\n');
}

function generateEntry(rng: Rng): Entry {
  const protocol = pick(rng, ['tcp', 'tcp', 'tcp', 'udp', 'udp', 'icmp', 'ip']);
  const hasPort = (protocol === 'tcp' || protocol === 'udp') && !isOneIn(rng, 5);
  return {
    protocol,
    source: isOneIn(rng, 3) ? undefined : generatePrefix(rng),
    destination: isOneIn(rng, 4) ? undefined : generatePrefix(rng),
    port: hasPort ? generatePort(rng) : undefined,
    flags: protocol === 'tcp' ? pick(rng, FLAGS) : '',
    inPort: isOneIn(rng, 6) ? 1 + rng.below(4) : undefined,
  };
}

/** In few networks, so that prefixes lie within prefixes. */
function generatePrefix(rng: Rng): Prefix {
  const length = pick(rng, PREFIX_LENGTHS);
  const first = pick(rng, [10, 10, 172, 192]);
  const address = (first << 24) | (rng.below(8) << 16) | (rng.below(6) << 8) | rng.below(250);
  return { address: (address & maskOf(length)) >>> 0, length };
}

/** A service, or a range that a mask can say. */
function generatePort(rng: Rng): MaskedPort {
  if (!isOneIn(rng, 4)) return { value: pick(rng, PORTS), mask: 0xffff };
  const mask = (0xffff << (2 + rng.below(9))) & 0xffff;
  return { value: rng.below(0x1_0000) & mask, mask };
}

function formatEntry({ protocol, source, destination, port, flags, inPort }: Entry): string {
  const terms = [protocol];
  if (inPort !== undefined) terms.push(`in_port=${inPort}`);
  if (source !== undefined) terms.push(`nw_src=${formatAddress(source.address)}/${source.length}`);
  if (destination !== undefined) {
    terms.push(`nw_dst=${formatAddress(destination.address)}/${destination.length}`);
  }
  if (port !== undefined) terms.push(`tp_dst=${formatPort(port)}`);
  return `${terms.join(',')}${flags}`;
}

function formatPort({ value, mask }: MaskedPort): string {
  return mask === 0xffff ? `${value}` : `0x${value.toString(16)}/0x${mask.toString(16)}`;
}

/** A packet that meets the rule, unless another one comes before. */
function formatPacket(rng: Rng, entry: Entry): string {
  const protocol = entry.protocol === 'ip' ? 'udp' : entry.protocol;
  const terms = [
    `in_port=${entry.inPort ?? 1 + rng.below(4)}`,
    protocol,
    `nw_src=${formatAddress(addressIn(rng, entry.source))}`,
    `nw_dst=${formatAddress(addressIn(rng, entry.destination))}`,
  ];
  if (protocol === 'icmp') return `${terms.join(',')},icmp_type=${pick(rng, [0, 8])}`;
  const port = entry.port ?? { value: rng.below(0x1_0000), mask: 0xffff };
  const low = rng.below(0x1_0000) & ~port.mask & 0xffff;
  terms.push(`tp_src=${1024 + rng.below(60_000)}`, `tp_dst=${port.value | low}`);
  return `${terms.join(',')}${entry.flags.replace('-ack', '')}`;
}

function addressIn(rng: Rng, prefix: Prefix | undefined): number {
  const { address, length } = prefix ?? generatePrefix(rng);
  return (address | (rng.uint32() & ~maskOf(length))) >>> 0;
}

function maskOf(length: number): number {
  return length === 0 ? 0 : (0xffff_ffff << (32 - length)) >>> 0;
}

function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}
