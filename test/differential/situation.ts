/**
 * What a seed stands for: rules, groups, and packets that enter ports one after the other.
 *
 * Class D: each rule of a table has a priority of its own, so that one order of rules is right
 * and the megaflows of both switches are comparable word by word. Class E: rules share priorities
 * and no packet meets two of them; which bits an answer hangs on is then up to the classifier.
 */

import { createRng, type Rng } from '../../src/base/rng.js';
import type { PortSettings } from '../../src/ofproto/ofproto.js';
import { OF10, OF11, OF12, OF13, OF14, OF15 } from '../../src/openflow/protocol.js';
import { composePacket } from '../../src/packet/compose.js';
import type { Flow } from '../../src/packet/flow.js';
import {
  IN_PORT,
  MPLS0,
  MPLS2,
  VLAN_PCP_MASK,
  VLAN_VID_MASK,
  VLAN0,
  VLAN1,
} from '../../src/packet/flow-layout.js';
import { MPLS_BOTTOM_OF_STACK } from '../../src/packet/protocol.js';
import type { IncomingFrame } from '../interop/ovs-peer.js';
import { randomPacket } from '../ofproto/random-packet.js';
import { type ActionScope, generateActions } from './action-generator.js';
import { type Change, generateChanges } from './change-generator.js';
import { isOneIn, pick } from './choice.js';
import { generateGroups, generateMeters } from './group-generator.js';
import { FORMATS, type Listener } from './listener.js';
import { type GeneratedMatch, generateDisjointMatches, generateMatch } from './match-generator.js';
import { generatePorts } from './port-generator.js';

export type SituationClass = 'D' | 'E';

export type Protocol = 'OpenFlow10' | 'OpenFlow15';

export interface Situation {
  readonly seed: number;
  readonly kind: SituationClass;
  /** In which the rules are given: 1.0 has other words for VLANs, and no instructions. */
  readonly protocol: Protocol;
  /** By number, from 1. */
  readonly ports: readonly PortSettings[];
  readonly groups: readonly string[];
  readonly meters: readonly string[];
  readonly rules: readonly string[];
  readonly packets: readonly IncomingFrame[];
  readonly changes: readonly Change[];
  /** How packet-ins are heard. */
  readonly listener: Listener;
  /** Whether packets may come back from the datapath. */
  readonly recirculates: boolean;
}

const PROTOCOLS: readonly Protocol[] = ['OpenFlow10', 'OpenFlow15'];
const VERSIONS = [OF10, OF11, OF12, OF13, OF14, OF15] as const;
/** Of either switch. */
export const PORTS_COUNT = 4;
const TABLES_COUNT = 4;
const RULES_MIN = 20;
const PACKETS_COUNT = 50;
/** Most seeds have rules with priorities of their own. */
const SHARED_PRIORITIES_IN = 3;
const VLAN_LIMIT = 2;
const PAYLOAD_MAX = 80;
const VLAN_OTHER = 7;

/** How many tags packets have, if any; `plain`: one at most, of priority 0. */
type Tags = 'any' | 'one' | 'two' | 'plain';
const TAGS_APART: readonly Tags[] = ['one', 'two'];

export function createSituation(seed: number): Situation {
  const rng = createRng(seed);
  const kind: SituationClass = isOneIn(rng, SHARED_PRIORITIES_IN) ? 'E' : 'D';
  const groups = generateGroups(rng);
  const protocol = pick(rng, PROTOCOLS);
  const meters = protocol === 'OpenFlow15' ? generateMeters(rng) : [];
  const known = { protocol, groups: numbersOf(groups), meters: numbersOf(meters) };
  const drawn = kind === 'D' ? rulesInOrder(rng, known) : disjointRules(rng, known);
  const recirculates = [...drawn, ...groups].some((text) => /select|pop_mpls/.test(text));
  const rules = recirculates ? drawn.map((rule) => withoutBranches(withoutActionSet(rule))) : drawn;
  const ports = generatePorts(rng, PORTS_COUNT);
  const packets = generatePackets(rng, tagsFor(rng, { ports, texts: [...rules, ...groups] }));
  const changeable = { rules, groupsCount: groups.length, packetsCount: packets.length };
  const changes = generateChanges(rng, { ...changeable, recirculates });
  const listener = { version: pick(rng, VERSIONS), format: pick(rng, FORMATS) };
  const given = { seed, kind, protocol, ports, groups, meters, rules, packets, changes };
  return { ...given, listener, recirculates };
}

/** What differs on purpose: where tags are pushed, never one and two; see the README here. */
function tagsFor(rng: Rng, known: Pick<Situation, 'ports'> & { readonly texts: string[] }): Tags {
  if (known.ports.some(({ vlan }) => vlan !== undefined)) return 'plain';
  return known.texts.some((text) => text.includes('push_vlan')) ? pick(rng, TAGS_APART) : 'any';
}

/** Open vSwitch 3.1 crashes where an action set is longer than what is left for later. */
function withoutActionSet(rule: string): string {
  return rule.replace(/,write_actions\([^()]*\)/g, '');
}

/** Where a clone in the second branch is frozen, Open vSwitch 3.1 carries it out again. */
function withoutBranches(rule: string): string {
  if (!rule.includes('clone(')) return rule;
  const left = rule.replace(/check_pkt_larger\([^)]*\)->[^,]*,?/g, '').replace(/,$/, '');
  return left.endsWith('actions=') ? `${left}drop` : left;
}

/** They are numbered from 1. */
function numbersOf(list: readonly string[]): number[] {
  return list.map((_, i) => i + 1);
}

function rulesInOrder(rng: Rng, known: Known): string[] {
  const rules: string[] = [];
  const count = RULES_MIN + rng.below(RULES_MIN);
  const priorities = Array.from({ length: TABLES_COUNT }, () => 10);
  for (let i = 0; i < count; i++) {
    // The first table has the most: packets enter there.
    const table = Math.min(rng.below(TABLES_COUNT), rng.below(TABLES_COUNT));
    const priority = priorities[table] ?? 0;
    priorities[table] = priority + 1 + rng.below(3);
    rules.push(rule(rng, { table, priority, match: generateMatch(rng, known.protocol), known }));
  }
  return rules;
}

function disjointRules(rng: Rng, known: Known): string[] {
  const rules: string[] = [];
  for (let priority = 10; rules.length < RULES_MIN; priority++) {
    for (let table = 0; table < TABLES_COUNT; table++) {
      for (const match of generateDisjointMatches(rng)) {
        rules.push(rule(rng, { table, priority, match, known }));
      }
    }
  }
  return rules;
}

/** What actions may use. */
type Known = Pick<ActionScope, 'protocol' | 'groups' | 'meters'>;

interface RulePlace {
  readonly table: number;
  readonly priority: number;
  readonly match: GeneratedMatch;
  readonly known: Known;
}

function rule(rng: Rng, { table, priority, match, known }: RulePlace): string {
  const scope = { ...known, table, tablesCount: TABLES_COUNT, kind: match.kind };
  const words = [`table=${table}`, `priority=${priority}`, match.text].filter(
    (word) => word !== '',
  );
  return `${words.join(',')},actions=${generateActions(rng, scope)}`;
}

/** What differs on purpose; see the README here. */
function avoidDifferences(flow: Flow, tags: Tags): void {
  if (tags === 'one' || tags === 'plain') flow[VLAN1] = 0;
  if (tags === 'plain') flow[VLAN0] = (flow[VLAN0] ?? 0) & ~VLAN_PCP_MASK;
  if (tags === 'two' && flow[VLAN1] === 0) flow[VLAN0] = 0;
  for (const word of [VLAN0, VLAN1]) {
    const tag = flow[word] ?? 0;
    if (tag !== 0 && (tag & VLAN_VID_MASK) === 0) flow[word] = tag | VLAN_OTHER;
  }
  for (let word = MPLS2; word >= MPLS0; word--) {
    const label = flow[word] ?? 0;
    if (label === 0) continue;
    flow[word] = label | MPLS_BOTTOM_OF_STACK;
    return;
  }
}

/** Each packet comes once or twice, so that flows are met again. */
function generatePackets(rng: Rng, tags: Tags): IncomingFrame[] {
  const packets: IncomingFrame[] = [];
  while (packets.length < PACKETS_COUNT) {
    const flow = randomPacket(rng, VLAN_LIMIT);
    avoidDifferences(flow, tags);
    const data = composePacket(flow, { payloadSize: rng.below(PAYLOAD_MAX) });
    const port = flow[IN_PORT] ?? 1;
    packets.push({ port, data });
    if (isOneIn(rng, 3)) packets.push({ port, data });
  }
  return packets;
}
