/**
 * The rule file that the conservation tests use: it is as large as promised, and every part of it
 * works.
 */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseFlowFile } from '../../src/ofproto/flow-syntax.js';
import { BridgeFixture } from './bridge-fixture.js';

const path = new URL('../fixtures/four-tables.flows', import.meta.url);
const text = readFileSync(path, 'utf8');
const specs = parseFlowFile('four-tables.flows', text);
const lines = text.split('\n').filter((line) => /^table=/.test(line));

describe('four-tables.flows', () => {
  it('has at least 30 rules over 4 tables', () => {
    expect(specs.length).toBeGreaterThanOrEqual(30);
    expect(new Set(specs.map((spec) => spec.table))).toEqual(new Set([0, 1, 2, 3]));
  });

  it.each([
    ['tcp,in_port=3,tp_dst=23', 'drop'],
    ['udp,in_port=1,tp_src=67,tp_dst=68', '2,3,4'],
    ['udp,in_port=1,nw_src=9.9.9.9,tp_dst=53,nw_ttl=9', 'set(ipv4(tos=0xb8/0xfc)),2,3,4'],
    [
      'tcp,in_port=1,nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_ttl=9,dl_vlan=100',
      'set(eth(src=02:00:00:00:00:01)),set(ipv4(ttl=8)),pop_vlan,push_vlan(vid=101,pcp=0),2,3,4',
    ],
    ['arp,in_port=4,arp_op=1', '1,2,3'],
  ])('sends %s to %s', (packet, actions) => {
    expect(new BridgeFixture(...lines).actions(packet)).toBe(actions);
  });
});
