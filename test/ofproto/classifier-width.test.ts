/**
 * Masks as wide as the real ones. `fixtures/traced-megaflows.json` holds random rule sets and
 * packets with the megaflow that `ovs-appctl ofproto/trace` of Open vSwitch 3.1.0 showed for each.
 */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { instant } from '../../src/base/brands.js';
import { Coverage } from '../../src/base/coverage.js';
import { parseFlow } from '../../src/ofproto/flow-syntax.js';
import { FlowTables } from '../../src/ofproto/flow-tables.js';
import { createFlowMask, type Flow, maskFlow } from '../../src/packet/flow.js';
import {
  DL_TYPE,
  IN_PORT,
  NW_PROTO,
  PACKET_TYPE,
  RECIRC_ID,
  VLAN_CFI,
  VLAN0,
} from '../../src/packet/flow-layout.js';
import { formatMatch } from '../../src/packet/match-text.js';
import { ETH_TYPE_IPV4 } from '../../src/packet/protocol.js';

interface TracedCase {
  readonly rules: readonly string[];
  /** A packet and its megaflow. */
  readonly packets: readonly (readonly [packet: string, megaflow: string])[];
}

const fixture = new URL('fixtures/traced-megaflows.json', import.meta.url);
const cases: readonly TracedCase[] = JSON.parse(readFileSync(fixture, 'utf8'));

function tablesOf(rules: readonly string[]): FlowTables {
  const clock = { now: () => instant(1000) };
  const tables = new FlowTables({ clock, coverage: new Coverage() });
  for (const each of rules) tables.add(parseFlow(each));
  return tables;
}

/** The mask of a lookup, with what every translation adds to it, as text. */
function megaflowOf(tables: FlowTables, packet: string): string {
  const flow = parseFlow(`${packet},actions=drop`).match.flow;
  const wc = createFlowMask();
  tables.lookup(0, tables.version, flow, wc);
  wc.fill(0xffff_ffff, RECIRC_ID, RECIRC_ID + 1);
  wc.fill(0xffff_ffff, PACKET_TYPE, PACKET_TYPE + 1);
  wc.fill(0xffff_ffff, IN_PORT, IN_PORT + 1);
  wc.fill(0xffff_0000, DL_TYPE, DL_TYPE + 1);
  if ((flow[DL_TYPE] ?? 0) >>> 16 === ETH_TYPE_IPV4)
    wc[NW_PROTO] = (wc[NW_PROTO] ?? 0) | 0x0300_0000;
  const vlan = wc[VLAN0] ?? 0;
  const isTagged = ((flow[VLAN0] ?? 0) & VLAN_CFI) !== 0;
  wc[VLAN0] = isTagged && vlan !== 0 ? vlan | VLAN_CFI : 0;
  const masked = flow.slice() as Flow;
  maskFlow(masked, wc);
  return formatMatch(masked, wc);
}

describe('FlowTables.lookup()', () => {
  it(`leaves what Open vSwitch 3.1 leaves to wildcards, in ${cases.length} rule sets`, () => {
    for (const { rules, packets } of cases) {
      const tables = tablesOf(rules);
      for (const [packet, megaflow] of packets) {
        expect(megaflowOf(tables, packet), `${packet} of ${rules.join('; ')}`).toBe(megaflow);
      }
    }
  });
});
