import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatActions } from '../../src/ofproto/actions-text.js';
import { parseFlow } from '../../src/ofproto/flow-syntax.js';
import type { Match } from '../../src/ofproto/match.js';
import { ByteReader } from '../../src/openflow/byte-reader.js';
import { ByteWriter } from '../../src/openflow/byte-writer.js';
import { readInstructions, writeInstructions } from '../../src/openflow/instruction-codec.js';
import { readMatch, writeMatch } from '../../src/openflow/match-codec.js';
import { OfpError } from '../../src/openflow/ofp-error.js';
import { readOxmMatch, writeOxmMatch } from '../../src/openflow/oxm-codec.js';
import { OF10, OF11, OF12, OFP_VERSIONS, type OfpVersion } from '../../src/openflow/protocol.js';
import { formatMatch } from '../../src/packet/match-text.js';
import { flowTextArbitrary } from '../ofproto/flow-text-arbitrary.js';

function bytesOf(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter();
  write(writer);
  return writer.finish().slice();
}

function textOf({ flow, mask }: Match): string {
  return formatMatch(flow, mask);
}

describe('Matches on the wire', () => {
  it.each(OFP_VERSIONS.filter((version) => version >= OF12))(
    'come back from OXM as they were (version %d)',
    (version) => {
      fc.assert(
        fc.property(flowTextArbitrary, (text) => {
          const { match } = parseFlow(text);
          const bytes = bytesOf((writer) => writeMatch(writer, match, version));
          expect(bytes.length % 8).toBe(0);
          const reader = new ByteReader(bytes);
          expect(textOf(readMatch(reader, version))).toBe(textOf(match));
          expect(reader.remaining).toBe(0);
        }),
        { numRuns: 300 },
      );
    },
  );

  it('come back from NXM as they were', () => {
    fc.assert(
      fc.property(flowTextArbitrary, (text) => {
        const { match } = parseFlow(text);
        const bytes = bytesOf((writer) => writeOxmMatch(writer, match, 'nxm'));
        expect(textOf(readOxmMatch(new ByteReader(bytes)).match)).toBe(textOf(match));
      }),
      { numRuns: 300 },
    );
  });

  it.each([OF10, OF11] as const)('have a fixed form in version %d that reads itself', (version) => {
    fc.assert(
      fc.property(flowTextArbitrary, (text) => {
        const once = again(parseFlow(text).match, version);
        expect(textOf(again(once, version))).toBe(textOf(once));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    [OF10, 'in_port=3,dl_vlan=5,dl_vlan_pcp=3,tcp,nw_src=10.0.0.0/8,nw_tos=32,tp_dst=80'],
    [OF10, 'arp,arp_op=2,arp_spa=10.1.2.3'],
    [OF10, 'dl_src=00:01:02:03:04:05,icmp,icmp_type=8'],
    [OF11, 'metadata=0x5/0xff,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,udp,tp_src=53'],
    [OF11, 'in_port=LOCAL,mpls,mpls_label=5,mpls_tc=1'],
  ] as const)('of version %d say %s', (version, text) => {
    const { match } = parseFlow(`${text},actions=drop`);
    expect(textOf(again(match, version))).toBe(textOf(match));
  });

  it('never read past their end, wherever they stop', () => {
    fc.assert(
      fc.property(flowTextArbitrary, fc.nat(), (text, cut) => {
        const bytes = bytesOf((writer) => writeMatch(writer, parseFlow(text).match, OF12));
        const short = bytes.subarray(0, cut % bytes.length);
        expect(() => readMatch(new ByteReader(short), OF12)).toThrow(OfpError);
      }),
    );
  });
});

function again(match: Match, version: OfpVersion): Match {
  const bytes = bytesOf((writer) => writeMatch(writer, match, version));
  return readMatch(new ByteReader(bytes), version);
}

/** What a version cannot say is left out. */
const NOT_IN_10 = new Set(['push_vlan', 'mod_nw_ttl', 'mod_nw_ecn']);

describe('Actions on the wire', () => {
  it.each(OFP_VERSIONS)('come back as version %d says them, and stay so', (version) => {
    fc.assert(
      fc.property(flowTextArbitrary, (text) => {
        const said = parseFlow(text).actions;
        const actions = said.filter(({ type }) => version !== OF10 || !NOT_IN_10.has(type));
        const bytes = bytesOf((writer) => writeInstructions(writer, actions, version));
        expect(bytes.length % 8).toBe(0);
        const once = readInstructions(new ByteReader(bytes), version);
        expect(once.length).toBeGreaterThanOrEqual(actions.length);
        const again = bytesOf((writer) => writeInstructions(writer, once, version));
        expect(formatActions(readInstructions(new ByteReader(again), version))).toBe(
          formatActions(once),
        );
      }),
      { numRuns: 300 },
    );
  });
});
