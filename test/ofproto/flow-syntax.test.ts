import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ofpPort } from '../../src/base/brands.js';
import { ParseError } from '../../src/base/errors.js';
import {
  parseFlow,
  parseFlowChange,
  parseFlowCriteria,
  parseFlowFile,
} from '../../src/ofproto/flow-syntax.js';
import type { FlowSpec } from '../../src/ofproto/rule.js';
import { RuleFlag } from '../../src/ofproto/rule.js';
import { formatFlow } from '../../src/ofproto/rule-text.js';
import { flowTextArbitrary } from './flow-text-arbitrary.js';

const PORTS = new Map([
  ['p1', ofpPort(1)],
  ['eth0', ofpPort(7)],
]);
const ports = (name: string) => PORTS.get(name);

/** The flow printed again: what `ovs-ofctl dump-flows --no-stats --no-names` shows of it. */
function reprint(line: string): string {
  return formatFlow(parseFlow(line, { ports }));
}

/** Where parsing stops, and what was expected there. */
function failure(line: string): string {
  try {
    parseFlow(line, { ports });
  } catch (error) {
    if (error instanceof ParseError) return `${error.column}: ${error.expected}`;
    throw error;
  }
  return 'parses';
}

function comparable(flow: FlowSpec): object {
  return { ...flow, cookie: flow.cookie ?? 0n };
}

describe('parseFlow()', () => {
  it('reads what formatFlow() prints as the same flow', () => {
    fc.assert(
      fc.property(flowTextArbitrary, (text) => {
        const flow = parseFlow(text);
        const printed = formatFlow(flow);
        expect(comparable(parseFlow(printed))).toEqual(comparable(flow));
        expect(reprint(printed)).toBe(printed);
      }),
      { numRuns: 500 },
    );
  });

  it('fills in what a flow does not say', () => {
    expect(parseFlow('actions=drop')).toMatchObject({
      table: 0,
      priority: 0x8000,
      actions: [],
      cookie: undefined,
      idleTimeout: 0,
      hardTimeout: 0,
      flags: 0,
    });
  });

  it('reads properties, flags and statistics around the match', () => {
    const text =
      'cookie=0x12, duration=5.2s, table=3, n_packets=4, n_bytes=5, idle_timeout=6, ' +
      'hard_timeout=7, send_flow_rem check_overlap importance=8, idle_age=1, ' +
      'priority=9,ip actions=1';
    expect(parseFlow(text)).toMatchObject({
      cookie: 0x12n,
      table: 3,
      idleTimeout: 6,
      hardTimeout: 7,
      importance: 8,
      priority: 9,
      flags: RuleFlag.SEND_FLOW_REM | RuleFlag.CHECK_OVERLAP,
    });
  });

  it('finds ports by name, in the match and in actions', () => {
    const text = 'in_port=p1,actions=eth0,output:p1,resubmit(eth0,3),set_field:p1->in_port';
    expect(reprint(text)).toBe(
      'in_port=1 actions=output:7,output:1,resubmit(7,3),set_field:1->in_port',
    );
  });

  it.each([
    ['actions=1,LOCAL,in_port,all,flood,normal', 'output:1,LOCAL,IN_PORT,ALL,FLOOD,NORMAL'],
    ['actions=output:2,4294967294,0xfffc', 'output:2,LOCAL,ALL'],
    [
      'actions=controller,controller:128,CONTROLLER:0',
      'CONTROLLER:65535,CONTROLLER:128,CONTROLLER:0',
    ],
    ['actions=controller(max_len=100,id=5,reason=action)', 'controller(max_len=100,id=5)'],
    [
      'actions=controller(max_len=20,reason=invalid_ttl)',
      'controller(reason=invalid_ttl,max_len=20)',
    ],
    ['actions=resubmit(,1),resubmit(1,2),resubmit:3', 'resubmit(,1),resubmit(1,2),resubmit:3'],
    ['actions=resubmit(in_port,4),resubmit(5,)', 'resubmit(,4),resubmit:5'],
    [
      'actions=load:0->reg0,load:1->reg1[5],load:3->NXM_NX_REG1[0..3]',
      'load:0->NXM_NX_REG0[],load:0x1->NXM_NX_REG1[5],load:0x3->NXM_NX_REG1[0..3]',
    ],
    ['actions=move:eth_src->eth_dst', 'move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[]'],
    ['actions=push_vlan:33024,mod_vlan_vid:5', 'push_vlan:0x8100,mod_vlan_vid:5'],
    ['actions=pop_vlan,strip_vlan', 'pop_vlan,strip_vlan'],
    ['actions=set_field:0x1234/0xff->metadata', 'set_field:0x34/0xff->metadata'],
    ['actions=', 'drop'],
  ])('prints %s as OVS does', (text, printed) => {
    expect(reprint(text)).toBe(`actions=${printed}`);
  });

  it.each([
    [
      'ipv6,actions=set_field:fe80::1/ffff::->ipv6_dst',
      'ipv6 actions=set_field:fe80::/16->ipv6_dst',
    ],
    ['priority=1,table=1 ip action=dec_ttl()', 'table=1, priority=1,ip actions=dec_ttl'],
    ['mpls,actions=pop_mpls:0x800,dec_ttl,1', 'mpls actions=pop_mpls:0x0800,dec_ttl,output:1'],
    [
      'ip,actions=push_mpls:0x8847,set_field:5->mpls_label',
      'ip actions=push_mpls:0x8847,set_field:5->mpls_label',
    ],
  ])('prints %s as OVS does', (text, printed) => {
    expect(reprint(text)).toBe(printed);
  });

  it.each([
    ['priority=5,ip', '14: expected "actions="'],
    ['priority=65536,actions=1', '10: expected a number from 0 to 65535'],
    ['table=254,actions=1', '7: expected a number from 0 to 253'],
    ['in_port=65536,actions=1', '9: expected a port number or name'],
    ['nosuch=3,actions=1', '1: expected a match or a flow\'s property; "nosuch" is none'],
    ['ip,nosuch,actions=1', '4: expected a match or a flow\'s property; "nosuch" is none'],
    ['ip,nw_dst=10.0.0.256,actions=1', '11: expected an IPv4 address'],
    ['tcp_flags=syn,actions=1', '1: expected a complete match: tcp_flags needs tcp'],
    ['cookie=1/1,actions=1', '1: expected a cookie without a mask in a flow to add'],
    ['send_flow_rem=1,actions=1', '1: expected "send_flow_rem" alone, without a value'],
    ['actions=1,65536', '11: expected an action or a port; "65536" is neither'],
    ['actions=65280', '9: expected a port from 0 to 65279, or a reserved one that takes packets'],
    ['actions=output:p9', '16: expected a port from 0 to 65279, or the name of one'],
    ['actions=drop,1', '9: expected no other action beside drop'],
    ['actions=ct(commit)', '9: expected another action; "ct" comes in a later version of upcall'],
    ['actions=frobnicate', '9: expected an action or a port; "frobnicate" is neither'],
    ['actions=resubmit(1,2', '21: expected a closing parenthesis'],
    ['actions=resubmit(,)', '18: expected a port or a table to resubmit to'],
    ['actions=goto_table:3,1', '22: expected apply_actions in front of goto_table'],
    ['table=3,actions=goto_table:3', "17: expected a table behind the flow's own, 3"],
    ['actions=mod_vlan_vid:4096', '22: expected a number from 0 to 4095'],
    ['actions=mod_nw_tos:5', '20: expected a TOS whose two lowest bits (ECN) are 0'],
    ['actions=push_mpls:0x800', '19: expected Ethernet type 0x8847 or 0x8848'],
    ['actions=set_field:5->nosuch', '22: expected the name of a field; "nosuch" is none'],
    [
      'actions=set_field:6->nw_proto',
      '22: expected a field that can be written; nw_proto is read-only',
    ],
    [
      'actions=set_field:1.2.3.4->ip_dst',
      '9: expected a match on ip: no other packets have ip_dst',
    ],
    [
      'dl_vlan=1,actions=set_field:5->vlan_vid',
      '29: expected the VLAN plus 4096 (the tag is there), as in set_field:4101->vlan_vid',
    ],
    ['actions=load:0x10->reg1[0..3]', '14: expected a number that fits into 4 bits'],
    ['actions=load:1->reg1[0..40]', '17: expected bits 0 to 31; reg1 is 32 bits wide'],
    ['actions=load:1', '15: expected "->" and a field'],
    [
      'actions=move:reg0[0..3]->reg1[0..4]',
      '26: expected 4 bits, as many as are moved; these are 5',
    ],
    [
      'actions=set_field:1->ct_mark',
      '22: expected another field; ct_mark needs "ct", which comes in a later version',
    ],
  ])('refuses %s', (text, problem) => {
    expect(failure(text)).toBe(problem);
  });
});

describe('parseFlowFile()', () => {
  it('skips blank lines and comments', () => {
    const text =
      '# All of it\n\n  \t\npriority=1,actions=drop # the rest\r\npriority=2,ip,actions=1\n';
    expect(parseFlowFile('a.flows', text).map(({ priority }) => priority)).toEqual([1, 2]);
  });

  it('names file, line and column of what it cannot read', () => {
    const text = '# One\npriority=1,actions=drop\nip,actions=outputt:1\n';
    expect(() => parseFlowFile('a.flows', text)).toThrow(
      'Cannot parse a.flows:3:12: expected an action or a port; "outputt" is neither',
    );
  });
});

describe('parseFlowCriteria()', () => {
  it('reads all tables where none is named, and a priority only when strict', () => {
    expect(parseFlowCriteria('priority=3,ip')).toMatchObject({
      table: undefined,
      priority: undefined,
    });
    expect(parseFlowCriteria('table=2,priority=3', { isStrict: true })).toMatchObject({
      table: 2,
      priority: 3,
    });
  });

  it('reads cookies with a mask, and the port that flows must output to', () => {
    const criteria = parseFlowCriteria('cookie=0x5/-1,out_port=p1', { ports });
    expect(criteria).toMatchObject({ cookie: 5n, cookieMask: 0xffff_ffff_ffff_ffffn, outPort: 1 });
  });
});

describe('parseFlowChange()', () => {
  it('takes a cookie for the new one, and a cookie with a mask for a criterion', () => {
    expect(parseFlowChange('cookie=5,actions=1')).toMatchObject({
      cookie: 5n,
      criteria: { cookie: undefined },
    });
    expect(parseFlowChange('cookie=5/7,actions=1')).toMatchObject({
      cookie: undefined,
      criteria: { cookie: 5n, cookieMask: 7n },
    });
  });
});
