/**
 * Random lists of actions in ovs-ofctl's words, of those that both switches know.
 */

import type { Rng } from '../../src/base/rng.js';
import { isOneIn, pick } from './choice.js';
import type { Protocol } from './situation.js';

/** What a list may refer to. */
export interface ActionScope {
  readonly protocol: Protocol;
  /** The table that it is in; calls go to later ones, most of the time. */
  readonly table: number;
  readonly tablesCount: number;
  /** Numbers of the groups that there are. */
  readonly groups: readonly number[];
  /** Numbers of the meters; of use in OpenFlow 1.5, where a meter is an action. */
  readonly meters: readonly number[];
  /** Of the packets that the rule matches, as `GeneratedMatch.kind`. */
  readonly kind: string;
}

type Draw = (rng: Rng, scope: ActionScope) => string;

const LINK_METHODS = ['hrw', 'active_backup'];

const OUTPUTS: readonly Draw[] = [
  (rng) => `output:${1 + rng.below(4)}`,
  (rng) => `output:${1 + rng.below(4)}`,
  () => 'in_port',
  () => 'flood',
  () => 'all',
  () => 'normal',
  () => 'local',
  (rng) => `output:NXM_NX_REG${rng.below(3)}[0..3]`,
  (rng) => `controller(max_len=${pick(rng, [64, 65_535])})`,
  (rng) => `controller(reason=${pick(rng, ['no_match', 'invalid_ttl'])},max_len=20)`,
  () => 'controller(userdata=01.02.03)',
  (rng) => `bundle(eth_src,${rng.below(3)},${pick(rng, LINK_METHODS)},ofport,members:1,2,3,4)`,
  (rng) => `output(port=${1 + rng.below(4)},max_len=${pick(rng, [60, 100])})`,
];

const HEADERS: readonly Draw[] = [
  (rng) => `mod_dl_dst:02:00:00:00:00:0${rng.below(3)}`,
  (rng) => `mod_dl_src:02:00:00:00:01:0${rng.below(3)}`,
  (rng) => `set_field:${rng.below(3)}->reg${rng.below(3)}`,
  (rng) => `load:${rng.below(16)}->NXM_NX_REG${rng.below(3)}[4..7]`,
  (rng) => `move:NXM_OF_ETH_SRC[0..15]->NXM_NX_REG${rng.below(3)}[0..15]`,
  () => 'move:NXM_OF_IN_PORT[]->NXM_NX_REG1[0..15]',
  () => 'set_field:7->metadata',
  () => 'set_field:1/1->metadata',
  (rng) => `set_queue:${rng.below(3)}`,
];

/** What has no place in an action set. */
const STEPS: readonly Draw[] = [
  (rng) => `push:NXM_NX_REG${rng.below(3)}[],pop:NXM_NX_REG${rng.below(3)}[]`,
  () => 'push:NXM_OF_ETH_SRC[],push:NXM_OF_ETH_DST[],pop:NXM_OF_ETH_SRC[],pop:NXM_OF_ETH_DST[]',
  () => 'pop_queue',
  () => 'note:00.11.22',
  (rng) =>
    `multipath(${pick(rng, FIELDS)},${rng.below(3)},${pick(rng, ALGORITHMS)},4,0,${twoBits(rng)})`,
  (rng) =>
    `bundle_load(eth_src,${rng.below(3)},hrw,ofport,NXM_NX_REG${rng.below(3)}[0..15],members:2,3)`,
  (rng) => `check_pkt_larger(${pick(rng, [40, 60, 100])})->NXM_NX_REG${rng.below(3)}[0]`,
  () => 'sample(probability=12345,collector_set_id=1,obs_domain_id=2,obs_point_id=3)',
];

const ALGORITHMS = ['modulo_n', 'hash_threshold', 'hrw', 'iter_hash'];
const FIELDS = ['eth_src', 'symmetric_l4'];

function twoBits(rng: Rng): string {
  return `NXM_NX_REG${rng.below(3)}[0..1]`;
}

/** Each version has words of its own for VLAN tags, and turns those of others into them. */
const VLANS: Readonly<Record<Protocol, readonly Draw[]>> = {
  OpenFlow10: [
    () => 'strip_vlan',
    (rng) => `mod_vlan_vid:${5 + rng.below(3)}`,
    (rng) => `mod_vlan_vid:6,mod_vlan_pcp:${rng.below(8)}`,
  ],
  OpenFlow15: [(rng) => `push_vlan:0x8100,set_field:${0x1005 + rng.below(3)}->vlan_vid`],
};

const IP_HEADERS: readonly Draw[] = [
  () => 'dec_ttl',
  (rng) => `mod_nw_tos:${pick(rng, [0, 184, 32])}`,
  (rng) => `mod_nw_ecn:${rng.below(4)}`,
  (rng) => `mod_nw_ttl:${pick(rng, [1, 17, 64])}`,
];
const V4_HEADERS: readonly Draw[] = [
  (rng) => `mod_nw_src:10.0.9.${rng.below(3)}`,
  (rng) => `mod_nw_dst:10.0.1.${rng.below(3)}`,
  ...IP_HEADERS,
];
const PORT_HEADERS: readonly Draw[] = [
  (rng) => `mod_tp_src:${pick(rng, [53, 1000])}`,
  (rng) => `mod_tp_dst:${pick(rng, [80, 2000])}`,
];
const LABELS: readonly Draw[] = [
  () => 'pop_mpls:0x0800',
  () => 'pop_mpls:0x86dd',
  () => 'pop_mpls:0x8847',
];
const FITTING: Readonly<Record<string, readonly Draw[]>> = {
  ip: V4_HEADERS,
  icmp: V4_HEADERS,
  tcp: [...V4_HEADERS, ...PORT_HEADERS],
  udp: [...V4_HEADERS, ...PORT_HEADERS],
  ipv6: IP_HEADERS,
  icmp6: IP_HEADERS,
  mpls: LABELS,
  tcp6: [...IP_HEADERS, ...PORT_HEADERS],
};

const CALLS: readonly Draw[] = [
  (rng, scope) => `resubmit(,${laterTable(rng, scope)})`,
  (rng, scope) => `resubmit(,${laterTable(rng, scope)})`,
  (rng, scope) => `resubmit(${1 + rng.below(4)},${laterTable(rng, scope)})`,
  (rng, scope) => `clone(${header(rng, scope)},${pick(rng, OUTPUTS)(rng, scope)})`,
  (rng, scope) => `clone(${header(rng, scope)},resubmit(,${laterTable(rng, scope)}))`,
];

const LEARNS: readonly Draw[] = [
  (_rng, { tablesCount }) =>
    `learn(table=${tablesCount - 1},priority=1000,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],` +
    'output:NXM_OF_IN_PORT[])',
  (_rng, { tablesCount }) =>
    `learn(table=${tablesCount - 1},priority=1001,cookie=0x9,NXM_OF_VLAN_TCI[0..11],` +
    'NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],load:NXM_OF_IN_PORT[]->NXM_NX_REG2[0..15])',
  (rng, { tablesCount }) =>
    `learn(table=${tablesCount - 1},priority=1002,limit=${1 + rng.below(3)},cookie=0x7,` +
    'NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[])',
];

/** From one to five actions; now and then none. */
export function generateActions(rng: Rng, scope: ActionScope): string {
  if (isOneIn(rng, 12)) return 'drop';
  const actions: string[] = [];
  let { kind } = scope;
  if (scope.protocol === 'OpenFlow15' && scope.meters.length > 0 && isOneIn(rng, 6)) {
    actions.push(`meter:${pick(rng, scope.meters)}`);
  }
  const count = actions.length + 1 + rng.below(4);
  while (actions.length < count) {
    const next = action(rng, { ...scope, kind });
    if (isSecondTag(actions, next)) continue;
    actions.push(next);
    kind = kindAfter(next, kind);
  }
  if (scope.protocol === 'OpenFlow10') return actions.join(',');
  const set = `write_actions(${header(rng, { ...scope, kind })},output:${1 + rng.below(4)})`;
  if (isOneIn(rng, 4) && !isSecondTag(actions, set)) actions.push(set);
  if (isOneIn(rng, 4) && scope.table + 1 < scope.tablesCount) {
    actions.push(`goto_table:${laterTable(rng, scope)}`);
  }
  return actions.join(',');
}

/** What was under a label shows up. */
function kindAfter(action: string, kind: string): string {
  const [, type] = /^pop_mpls:(0x[0-9a-f]+)/.exec(action) ?? [];
  if (type === undefined) return kind;
  return { '0x0800': 'ip', '0x86dd': 'ipv6' }[type] ?? kind;
}

/** A packet may have one already, and two are the most. */
function isSecondTag(actions: readonly string[], next: string): boolean {
  return next.includes('push_vlan') && actions.some((text) => text.includes('push_vlan'));
}

/** A bucket's: no calls, so that groups never lead back. */
export function generateBucketActions(rng: Rng): string {
  const scope = {
    protocol: 'OpenFlow15',
    table: 0,
    tablesCount: 1,
    groups: [],
    meters: [],
    kind: '',
  } as const;
  const output = `output:${1 + rng.below(4)}`;
  return isOneIn(rng, 2) ? output : `${header(rng, scope)},${output}`;
}

function action(rng: Rng, scope: ActionScope): string {
  const die = rng.below(20);
  if (die < 8) return pick(rng, OUTPUTS)(rng, scope);
  if (die < 12) return header(rng, scope);
  if (die < 14) return pick(rng, STEPS)(rng, scope);
  if (die === 14) return pick(rng, LEARNS)(rng, scope);
  if (die < 17 && scope.groups.length > 0) return `group:${pick(rng, scope.groups)}`;
  if (scope.table + 1 < scope.tablesCount) return pick(rng, CALLS)(rng, scope);
  return pick(rng, OUTPUTS)(rng, scope);
}

function header(rng: Rng, scope: ActionScope): string {
  const draws = [...HEADERS, ...VLANS[scope.protocol], ...(FITTING[scope.kind] ?? [])];
  const text = pick(rng, draws)(rng, scope);
  return scope.protocol === 'OpenFlow15' ? inNewWords(text, scope.kind) : text;
}

/** OpenFlow 1.5 sets fields by their names only, which looks at less than the actions of 1.0. */
function inNewWords(text: string, kind: string): string {
  return text.replace(/mod_([a-z]+)_([a-z]+):([^,]+)/g, (_, layer: string, part: string, value) => {
    const [protocol = ''] = /tcp|udp/.exec(kind) ?? [];
    const field = { dl: `eth_${part}`, nw: `nw_${part}`, tp: `${protocol}_${part}` }[layer];
    return `set_field:${value}->${field}`;
  });
}

function laterTable(rng: Rng, { table, tablesCount }: ActionScope): number {
  const left = tablesCount - 1 - table;
  return left <= 0 ? tablesCount - 1 : table + 1 + rng.below(left);
}
