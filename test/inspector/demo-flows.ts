/**
 * The demonstration's flows, upcalls and rules.
 */

import type {
  FlowRow,
  FlowView,
  RuleUse,
  UpcallRow,
  UpcallView,
} from '../../src/inspector/view-data.js';

const NORMAL = 'priority=0 actions=NORMAL';

export const demoRules: readonly RuleUse[] = [
  { rule: 1, bridge: 'br0', table: 0, text: 'priority=100,tcp actions=output:2', megaflows: 141 },
  { rule: 2, bridge: 'br0', table: 0, text: NORMAL, megaflows: 46 },
];

export function demoFlowRow(i: number): FlowRow {
  return {
    flow: i + 1,
    key: `recirc_id(0),in_port(1),eth_type(0x0800),ipv4(dst=10.0.${i % 9}.${i},proto=6,frag=no)`,
    actions: i % 7 === 0 ? 'drop' : '2',
    packets: (i * 7919) % 12_345,
    bytes: (i * 791_900) % 1_234_567,
    idleMs: i % 11 === 0 ? undefined : (i * 97) % 10_000,
    ageMs: 1000 + 131 * i,
    maskBits: 96 + (i % 5) * 16,
    state: i % 17 === 3 ? 'evicting' : 'operational',
    reason: i % 17 === 3 ? 'flow_idle' : undefined,
  };
}

export function demoFlow(flow: number): FlowView {
  return {
    row: demoFlowRow(flow - 1),
    events: [
      { n: 40, t: 1_700_000_000_120, kind: 'upcall', text: 'a miss at port p1', upcall: 12 },
      { n: 41, t: 1_700_000_000_121, kind: 'put', text: 'put with actions 2', upcall: 12 },
      { n: 90, t: 1_700_000_000_620, kind: 'dump', text: 'kept: 12 packets', upcall: undefined },
    ],
    omitted: 0,
    rules: demoRules.slice(0, 1),
    whyDeleted: undefined,
  };
}

export function demoUpcallRow(upcall: number, t: number): UpcallRow {
  return {
    upcall,
    t,
    handler: upcall % 2,
    class: 'miss',
    port: `p${1 + (upcall % 3)}`,
    key: `in_port(1),eth_type(0x0800),ipv4(src=10.0.0.${upcall % 200},dst=10.0.0.2,proto=17)`,
    size: 64 + (upcall % 900),
    actions: '2',
    us: 30 + (upcall % 60),
    outcome: 'installed',
    flow: 1 + (upcall % 187),
  };
}

export function demoUpcall(upcall: number, t: number): UpcallView {
  const nothing = { us: undefined, steps: [] };
  return {
    row: demoUpcallRow(upcall, t),
    messages: [
      { from: 'port', to: 'datapath', text: 'frame of 98 bytes', ...nothing },
      { from: 'datapath', to: 'handler', text: 'miss', ...nothing },
      {
        from: 'handler',
        to: 'translator',
        text: 'translate',
        us: 41,
        steps: [
          { depth: 0, kind: 'table', text: 'br0, table 0: priority=100,tcp', rule: 1 },
          { depth: 0, kind: 'action', text: 'output:2' },
        ],
      },
      { from: 'handler', to: 'datapath', text: 'put flow, execute 2', us: 12, steps: [] },
    ],
    rules: demoRules.slice(0, 1),
  };
}
