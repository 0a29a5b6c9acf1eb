/**
 * What a trace says, in the words of Open vSwitch 3.1: all of its sentences, in one place.
 *
 * People and scripts search traces for these words, so they are part of the interface, like the
 * names of fields. Each is here with what it is in the trace (a heading, a detail, a warning …);
 * `test/ofproto/trace-sentences.test.ts` has a packet for each. Answers to the `xlate_report*()`
 * calls of OVS's `ofproto-dpif-xlate.c`.
 */

import { SlowReason } from '../datapath/cookie.js';
import type { TraceNoteKind, TraceText } from '../datapath/translator.js';
import { formatIpv4 } from '../packet/address-text.js';
import type { XlateError } from './xlate-context.js';

/** One thing said. */
export interface Sentence {
  readonly kind: TraceNoteKind;
  readonly text: TraceText;
}

function of(kind: TraceNoteKind): (text: string) => Sentence {
  return (text) => ({ kind, text: () => text });
}

const bucket = of('bucket');
const thaw = of('thaw');
const plain = of('plain');
const detail = of('detail');
const warning = of('warning');
const error = of('error');

/** Zero is written without its base, as C's `%#x` has it. */
export function hex(value: number | bigint): string {
  return value === 0 || value === 0n ? '0' : `0x${value.toString(16)}`;
}

/** What a multicast message said. */
function heard(what: string, port: string, vlan: number): Sentence {
  return detail(`multicast snooping ${what} on port ${port} in VLAN ${vlan}`);
}

function pair(namespace: number, type: number): string {
  return `(${namespace},0x${type.toString(16)})`;
}

/** What stands behind a table's number where it is no rule of a controller's. */
export const TABLE_TITLES = {
  miss: 'No match.',
  controllerMiss: 'No match, and a "packet-in" is called for.',
  fragment: 'Packets are IP fragments and the fragment handling mode is "drop".',
} as const;

export const SENTENCES = {
  // Rules and what they call.
  tooDeep: (depth: number) => error(`over max translation depth ${depth}`),
  tooManyResubmits: (count: number) => error(`over ${count} resubmit actions`),
  tooManyActions: () => error('resubmits yielded over 64 kB of actions'),
  tooMuchStack: () => error('resubmits yielded over 64 kB of stack'),
  noConntrack: () => warning('resubmit(ct) with non-tracked or non-IP packet!'),
  noRecirculation: (id: number) =>
    error(`Recirculation context not found for ID ${id.toString(16)}`),
  thaw: () => thaw('thaw'),
  resuming: (table: number) => thaw(`Resuming from table ${table}`),
  restoringSet: (actions: TraceText): Sentence => ({
    kind: 'thaw',
    text: (portText) => `Restoring action set: ${actions(portText)}`,
  }),
  restoringActions: (actions: TraceText): Sentence => ({
    kind: 'thaw',
    text: (portText) => `Restoring actions: ${actions(portText)}`,
  }),
  restored: (table: number, cookie: bigint) =>
    thaw(`restored state: table=${table}, cookie=${hex(cookie)}`),
  actionSetHeading: (): Sentence => ({
    kind: 'action set',
    text: () => '--. Executing action set:',
  }),
  actionSet: (tense: 'is' | 'was', set: TraceText): Sentence => ({
    kind: 'detail',
    text: (portText) => `action set ${tense}: ${set(portText)}`,
  }),
  actionSetEmpty: (tense: 'is' | 'was') => detail(`action set ${tense} empty`),

  // Groups.
  noGroup: (id: number) => warning(`output to nonexistent group ${id}`),
  bucket: (id: number) => bucket(`bucket ${id}`),
  // A group that is watched is called a port, too.
  bucketDead: (id: number, watched: readonly string[]) =>
    detail(`bucket ${id}: not live due to ${watched.map((one) => `port ${one}`).join(' and ')}`),
  bucketsChained: (links: number) => error(`bucket chaining exceeded ${links} links`),
  bucketScore: (id: number, score: number) => detail(`bucket ${id}: score ${score}`),
  bucketUsed: (id: number) => detail(`using bucket ${id}`),
  noBucket: () => detail('no live bucket'),

  // Output.
  toInputPort: () => warning('skipping output to input port'),
  noPort: () => warning('Nonexistent output port'),
  noForward: () => detail('OFPPC_NO_FWD set, skipping output'),
  protectedPorts: () => warning('Flow is between protected ports, skipping output.'),
  noEthernet: () =>
    warning('Trying to send non-Ethernet packet through legacy L2 port. Dropping packet.'),
  outputPort: (port: bigint) => detail(`output port is ${port}`),
  portOutOfRange: (port: bigint) => warning(`output port ${port} is out of range`),
  notTruncated: (port: string) => error(`output_trunc does not support patch port ${port}`),
  noSamplingPort: (port: number) => warning(`can't use unknown port ${port} in flow sample action`),
  queue: (queue: number) => detail(`queue = ${hex(queue)}`),

  // Fields.
  fieldNow: (subfield: string, value: string) => detail(`${subfield} is now ${value}`),
  notSet: (field: string) => warning(`unmet prerequisites for ${field}, set_field ignored`),
  stackUnderflow: () => error('stack underflow'),
  aloneConjunction: () => error('executing no-op conjunction action'),
  ttlExpired: (layer: 'IPv4' | 'IPv6' | 'MPLS' | 'NSH') =>
    warning(`${layer} decrement TTL exception`),

  // Headers.
  notEncapsulated: () =>
    plain('Dropping packet as encap(ethernet) is not supported for packet type ethernet.'),
  notEncapsulatedNsh: (namespace: number, type: number) =>
    plain(
      `Dropping packet as encap(nsh) is not supported for packet type ${pair(namespace, type)}`,
    ),
  taggedNotDecapsulated: () => plain('Dropping packet, cannot decap Ethernet if VLAN is present.'),
  notDecapsulated: (namespace: number, type: number) =>
    plain(`Dropping packet as the decap() does not support packet type ${pair(namespace, type)}`),

  // Learning.
  learningSuppressed: () => warning('suppressing side effects, so learn action ignored'),
  learned: (flow: TraceText): Sentence => ({ kind: 'detail', text: flow }),
  learnedTooMany: () => detail('Limit exceeded, learn failed'),

  // NORMAL.
  unknownPort: (port: number) => error(`received packet on unknown port ${port}`),
  noInputBundle: () => warning('no input bundle, dropping'),
  onMirrorPort: (port: string) =>
    error(`dropping packet received on port ${port}, which is reserved exclusively for mirroring`),
  fromMirrorPort: () => warning('input port is mirror output port, dropping'),
  partialTag: () => warning('partial VLAN tag, dropping'),
  taggedAtAccessPort: (vlan: number, port: string, access: number) =>
    error(
      `dropping VLAN ${vlan} tagged packet received on port ${port} configured as ` +
        `VLAN ${access} access port`,
    ),
  untrunkedVlan: (vlan: number, port: string) =>
    error(
      `dropping VLAN ${vlan} packet received on port ${port} not configured for ` +
        `trunking VLAN ${vlan}`,
    ),
  unwantedCustomerVlan: (vlan: number, port: string) =>
    error(
      `dropping VLAN ${vlan} packet received on dot1q-tunnel port ${port} that excludes this VLAN`,
    ),
  unwantedVlan: () => warning('disallowed VLAN VID for this input port, dropping'),
  reservedAddress: () => detail('packet has reserved destination MAC, dropping'),
  macLearned: (address: string, port: string, vlan: number) =>
    detail(`learned that ${address} is on port ${port} in VLAN ${vlan}`),
  toLearnedPort: () => detail('forwarding to learned port'),
  toMirrorPort: () => warning('learned port is a mirror port, dropping'),
  backToInputPort: () => detail('learned port is input port, dropping'),
  flooding: () => detail('no learned MAC for destination, flooding'),

  // Multicast, where it is snooped.
  mcastBadChecksum: (protocol: 'IGMP' | 'MLD', port: string, vlan: number) =>
    heard(`received bad ${protocol} checksum`, port, vlan),
  mcastJoined: (ipv4: number, port: string, vlan: number) =>
    heard(`learned that ${formatIpv4(ipv4)} is`, port, vlan),
  mcastLeft: (ipv4: number, port: string, vlan: number) =>
    heard(`leaving ${formatIpv4(ipv4)} is`, port, vlan),
  mcastRouter: (ipv4: number | undefined, port: string, vlan: number) =>
    heard(ipv4 === undefined ? 'query' : `query from ${formatIpv4(ipv4)} is`, port, vlan),
  mcastRecords: (count: number, port: string, vlan: number) =>
    heard(`processed ${count} addresses`, port, vlan),
  mcastTraffic: () => detail('multicast traffic, flooding'),
  mldQuery: () => detail('MLD query, flooding'),
  mcastLinkLocal: () => detail('RFC4541: section 2.1.2, item 2, flooding'),
  mcastUnregistered: () => detail('unregistered multicast, flooding'),
  mcastToMember: () => detail('forwarding to mcast group port'),
  mcastMemberBack: () => detail('mcast group port is input port, dropping'),
  mcastToRouter: () => detail('forwarding to mcast router port'),
  mcastRouterBack: () => detail('mcast router port is input port, dropping'),
  mcastRouterElsewhere: () => detail('mcast router is on another vlan, dropping'),
  mcastToFloodPort: () => detail('forwarding to mcast flood port'),
  mcastFloodBack: () => detail('mcast flood port is input port, dropping'),
  mcastToReportPort: () => detail('forwarding report to mcast flagged port'),
  mcastReportBack: () => detail('mcast port is input port, dropping the Report'),
} as const;

/** Why a translation failed. Answers to `xlate_strerror()`. */
export const FAILURES: Readonly<Record<XlateError, string>> = {
  bridge_not_found: 'Bridge not found',
  recursion_too_deep: 'Recursion too deep',
  too_many_resubmits: 'Too many resubmits',
  stack_too_deep: 'Stack too deep',
  no_recirculation_context: 'No recirculation context',
  too_many_mpls_labels: 'Too many MPLS labels',
  unsupported_packet_type: 'Unsupported packet type',
  // What Open vSwitch has no words for, since it can do it.
  unsupported_action: 'Action not supported',
};

/** Why a flow is slow, by bits of `SlowReason`. Answers to `enum slow_path_reason`. */
export const SLOW_REASONS: readonly (readonly [reason: number, text: string])[] = [
  [SlowReason.CFM, 'Consists of CFM packets'],
  [SlowReason.BFD, 'Consists of BFD packets'],
  [SlowReason.LACP, 'Consists of LACP packets'],
  [SlowReason.STP, 'Consists of STP packets'],
  [SlowReason.LLDP, 'Consists of LLDP packets'],
  [SlowReason.ACTION, 'Uses action(s) not supported by datapath'],
  [SlowReason.MATCH, "Datapath can't match specifically enough"],
];
