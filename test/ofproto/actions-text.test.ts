/**
 * The text of actions: what `ovs-ofctl` makes of it, and that what is printed reads back.
 */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseFlow } from '../../src/ofproto/flow-syntax.js';
import { formatFlow } from '../../src/ofproto/rule-text.js';

/** Each text, and below it, indented, what Open vSwitch prints of it. */
const FIXTURE = new URL('fixtures/action-texts.txt', import.meta.url);
const PAIRS = [...readFileSync(FIXTURE, 'utf8').matchAll(/^(\S.*)\n {2}(.*)$/gm)].map(
  ([, text = '', printed = '']) => [text, printed] as const,
);

describe('formatFlow()', () => {
  it('has a hundred texts to compare', () => {
    expect(PAIRS.length).toBeGreaterThan(100);
  });

  it.each(PAIRS)('prints %s as ovs-ofctl does', (text, printed) => {
    expect(formatFlow(parseFlow(text))).toBe(printed);
  });

  it.each(PAIRS)('prints of %s what reads back', (_, printed) => {
    expect(formatFlow(parseFlow(printed))).toBe(printed);
  });
});

/** What is wrong with an action, or with its place. */
const REFUSED: readonly (readonly [text: string, problem: string])[] = [
  ['actions=output(port=LOCAL,max_len=13)', 'a max_len of 14 bytes or more'],
  ['actions=output(port=CONTROLLER,max_len=100)', 'a port of its own, LOCAL or IN_PORT'],
  ['actions=output(port=1)', 'both port and max_len'],
  ['actions=output:tcp_src', 'a match on tcp or tcp6'],
  ['actions=resubmit(,3,ct)', 'a match on ct_state=+trk'],
  ['actions=output:1,meter:3', 'meter in front of apply_actions'],
  ['actions=meter:0', 'a meter from 1'],
  ['actions=write_metadata:1,output:1', 'apply_actions in front of write_metadata'],
  ['actions=write_metadata:1,write_metadata:2', 'write_metadata once only'],
  ['actions=write_actions(output:1),clear_actions', 'clear_actions in front of write_actions'],
  ['actions=write_actions(write_actions(output:1))', 'no write_actions inside of write_actions'],
  ['actions=write_actions(learn(table=1))', 'no learn in a set of actions'],
  ['actions=clone(goto_table:1)', 'no goto_table inside of clone'],
  ['actions=conjunction(1,1/2),output:1', 'nothing but note beside conjunction'],
  ['actions=conjunction(1,3/2)', 'a clause from 1 to 2'],
  ['actions=conjunction(0,1/1)', '2 to 64 clauses'],
  ['actions=check_pkt_larger(1000)->reg0', 'a single bit'],
  ['actions=delete_field:reg0', 'one of tun_metadata0'],
  ['actions=enqueue:ALL:5', 'a port that has queues'],
  ['actions=bundle(eth_src,0,hrw,ofport,members:CONTROLLER,1)', 'ports only'],
  ['actions=pop:dp_hash', 'a field that can be written'],
  ['actions=multipath(eth_src,50,modulo_n,12,0,reg0[0..2])', 'room for 12 links'],
  ['actions=push_vlan:0x8100,push_vlan:0x8100,push_vlan:0x8100', 'at most two VLAN tags'],
  ['actions=learn(nw_dst=10.0.0.1)', 'a match on ip'],
  ['ip,actions=learn(NXM_OF_IP_DST[]=NXM_OF_IP_SRC[])', 'a match on ip'],
  ['actions=learn(load:0xff->reg1[0..3])', 'a number that fits into 4 bits'],
  ['actions=learn(reg0=0x5/0xf)', 'a value without a mask'],
  ['actions=learn(result_dst=reg0)', 'a single bit'],
];

describe('parseFlow()', () => {
  it.each(REFUSED)('refuses %s', (text, problem) => {
    expect(() => parseFlow(text)).toThrow(`expected ${problem}`);
  });
});
