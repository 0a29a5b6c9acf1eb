/**
 * Arbitrary flows of packets that can exist: what a protocol does not have is zero.
 */

import fc from 'fast-check';
import { createFlow, type Flow } from '../../src/packet/flow.js';
import * as L from '../../src/packet/flow-layout.js';
import * as P from '../../src/packet/protocol.js';

/** Values of words of a flow. */
type Words = Readonly<Record<number, number>>;

const word = fc.nat(0xffff_ffff);
const half = fc.nat(0xffff);
const byte = fc.nat(0xff);

/** Consecutive words from `start` on. */
function wordsFrom(start: number, count: number): fc.Arbitrary<Words> {
  return fc
    .array(word, { minLength: count, maxLength: count })
    .map((values) => Object.fromEntries(values.map((value, i) => [start + i, value])));
}

/** All of these together; a later one wins. */
function all(...parts: readonly fc.Arbitrary<Words>[]): fc.Arbitrary<Words> {
  return fc.tuple(...parts).map((values) => Object.assign({}, ...values) as Words);
}

const none: fc.Arbitrary<Words> = fc.constant({});
const ports = wordsFrom(L.TP, 1);
const typeAndCode = fc.tuple(byte, byte).map(([type, code]) => ({ [L.TP]: (type << 16) | code }));
const tcp = all(
  ports,
  fc.nat(0xfff).map((flags) => ({ [L.TCP_FLAGS]: (flags << 16) >>> 0 })),
);
/** No message that is neighbour discovery. */
const icmpv6 = typeAndCode.filter((words) => (words[L.TP] ?? 0) >>> 16 < P.ND_NEIGHBOR_SOLICIT);

const neighborDiscovery = fc
  .record({
    type: fc.constantFrom(P.ND_NEIGHBOR_SOLICIT, P.ND_NEIGHBOR_ADVERT),
    source: fc.boolean(),
    target: fc.boolean(),
    words: all(wordsFrom(L.ND_TARGET, 4), wordsFrom(L.IGMP_GROUP, 1)),
    addresses: fc.tuple(fc.integer({ min: 1, max: 0xffff_ffff }), half, half, word),
  })
  .map(({ type, source, target, words, addresses: [a, b, c, d] }) => ({
    ...words,
    [L.TP]: (type << 16) >>> 0,
    [L.ARP_SHA]: source ? a : 0,
    [L.ARP_SHA + 1]: (((source ? b : 0) << 16) | (target ? c | 1 : 0)) >>> 0,
    [L.ARP_SHA + 2]: target ? d : 0,
    [L.TCP_FLAGS]: source ? 1 << 16 : target ? 2 << 16 : 0,
  }));

/** The word of fragment bits, TOS, TTL and protocol, with what follows in such a packet. */
function ip(frag: number, proto: number, laterProto: number, rest: fc.Arbitrary<Words>) {
  const isLater = (frag & L.FRAG_LATER) !== 0;
  const last = isLater ? laterProto : proto;
  const head = fc.tuple(byte, byte).map(([tos, ttl]) => ({
    [L.NW_PROTO]: ((frag << 24) | (tos << 16) | (ttl << 8) | last) >>> 0,
  }));
  return all(head, isLater ? none : rest);
}

function ofType(dlType: number): fc.Arbitrary<Words> {
  return fc.constant({ [L.DL_TYPE]: (dlType << 16) >>> 0 });
}

const frags = [0, L.FRAG_ANY, L.FRAG_ANY | L.FRAG_LATER] as const;

const TRANSPORTS_V4: readonly (readonly [number, fc.Arbitrary<Words>])[] = [
  [P.IPPROTO_TCP, tcp],
  [P.IPPROTO_UDP, ports],
  [P.IPPROTO_SCTP, ports],
  [P.IPPROTO_ICMP, typeAndCode],
  [P.IPPROTO_IGMP, all(typeAndCode, wordsFrom(L.IGMP_GROUP, 1))],
  [47, none],
];

const TRANSPORTS_V6: readonly (readonly [number, fc.Arbitrary<Words>])[] = [
  [P.IPPROTO_TCP, tcp],
  [P.IPPROTO_UDP, ports],
  [P.IPPROTO_ICMPV6, icmpv6],
  [P.IPPROTO_ICMPV6, neighborDiscovery],
];

const ipv4 = all(
  ofType(P.ETH_TYPE_IPV4),
  wordsFrom(L.NW_SRC, 2),
  fc.oneof(
    ...frags.flatMap((frag) => TRANSPORTS_V4.map(([proto, rest]) => ip(frag, proto, proto, rest))),
  ),
);

const ipv6 = all(
  ofType(P.ETH_TYPE_IPV6),
  wordsFrom(L.IPV6_SRC, 8),
  fc.nat(0xfffff).map((label) => ({ [L.IPV6_LABEL]: label })),
  fc.oneof(
    ...frags.flatMap((frag) =>
      TRANSPORTS_V6.map(([proto, rest]) => ip(frag, proto, P.IPPROTO_FRAGMENT, rest)),
    ),
  ),
);

const arp = all(
  ofType(P.ETH_TYPE_ARP),
  wordsFrom(L.NW_SRC, 2),
  wordsFrom(L.ARP_SHA, 3),
  byte.map((op) => ({ [L.NW_PROTO]: op })),
);

/** One to three labels, the last one at the bottom of the stack. */
const mpls = all(
  ofType(P.ETH_TYPE_MPLS),
  fc.tuple(fc.integer({ min: 1, max: 3 }), wordsFrom(L.MPLS0, 3)).map(([count, words]) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => {
        const entry = ((words[L.MPLS0 + i] ?? 0) & ~P.MPLS_BOTTOM_OF_STACK) >>> 0;
        return [L.MPLS0 + i, i === count - 1 ? entry | P.MPLS_BOTTOM_OF_STACK : entry];
      }),
    ),
  ),
);

const nsh = all(
  ofType(P.ETH_TYPE_NSH),
  wordsFrom(L.NSH_PATH, 5),
  fc.tuple(fc.nat(3), fc.nat(63), byte).map(([flags, ttl, next]) => ({
    [L.NSH]: (flags << 24) | (ttl << 16) | (P.NSH_MD_TYPE1 << 8) | next,
  })),
);

const tags = fc.tuple(fc.nat(2), half, half).map(([count, first, second]): Words => {
  const outer = ((P.ETH_TYPE_VLAN_8021AD << 16) | first | L.VLAN_CFI) >>> 0;
  const inner = ((P.ETH_TYPE_VLAN << 16) | second | L.VLAN_CFI) >>> 0;
  return { [L.VLAN0]: count > 0 ? outer : 0, [L.VLAN1]: count > 1 ? inner : 0 };
});

/** A flow as extraction could give it. */
export const arbitraryPacketFlow: fc.Arbitrary<Flow> = all(
  wordsFrom(L.DL_DST, 3),
  tags,
  fc.oneof(ipv4, ipv6, arp, mpls, nsh, ofType(0x88b5)),
).map((words) => {
  const flow = createFlow();
  for (const [at, value] of Object.entries(words)) flow[Number(at)] = value;
  return flow;
});
