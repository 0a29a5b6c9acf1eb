/**
 * Where two answers differ, once what may differ on purpose is made alike; see the README here.
 */

import { extractFlow } from '../../src/packet/extract.js';
import { createFlow } from '../../src/packet/flow.js';
import { VLAN_PCP_MASK, VLAN_VID_MASK, VLAN0, VLAN1 } from '../../src/packet/flow-layout.js';
import { ETH_TYPE_VLAN } from '../../src/packet/protocol.js';
import type { IncomingFrame } from '../interop/ovs-peer.js';
import { sortOutputs } from '../interop/sent-by.js';
import type { Situation } from './situation.js';
import type { Outcome, Trace } from './twin.js';

/** One difference, in words for people. */
export interface Difference {
  readonly what: string;
  readonly ours: string;
  readonly theirs: string;
}

/** OVS prints the mask of a whole IPv6 label where an action, not a match, has set it. */
const FULL_LABEL_MASK = /(?<=ipv6_label=0x\w{5})\/0xfffff/;
/** What of a rule's line depends on when it was asked for. */
const TIMES = /(?:duration|idle_age|hard_age)=[^,]*,? ?/g;
const RECIRCULATION_ID = /(?<=recirc(?:_id)?\()0x[0-9a-f]+(?=\))/g;
const MEGAFLOWS_SLACK = 2;
const MEGAFLOWS_RATIO = 1.1;

/** In a situation, for a frame. */
export function compareTraces(
  { situation, frame }: { readonly situation: Situation; readonly frame: IncomingFrame },
  ours: Trace,
  theirs: Trace,
): Difference[] {
  const tags = tagsOf(frame);
  const [done, wanted] = [ours, theirs].map(({ actions }) => comparableActions(actions, tags));
  const differences = differ('actions', done ?? '', wanted ?? '');
  if (situation.kind === 'E') return differences;
  const megaflow = theirs.megaflow.replace(FULL_LABEL_MASK, '');
  const hasVlans = situation.ports.some(({ vlan }) => vlan !== undefined);
  const [mine, other] = [withoutBareTag(ours.megaflow, megaflow), megaflow].map((text) =>
    hasVlans ? withoutPriority(text) : text,
  );
  return [...differences, ...differ('megaflow', mine ?? '', other ?? '')];
}

export function compareOutcomes(ours: Outcome, theirs: Outcome): Difference[] {
  return [
    ...ours.sent.flatMap((frames, i) =>
      differ(`sent from port ${i + 1}`, sorted(frames), sorted(theirs.sent[i] ?? [])),
    ),
    ...differ('rules', sorted(ours.rules.map(ruleOf)), sorted(theirs.rules.map(ruleOf))),
    ...differ('addresses', sorted(ours.macs), sorted(theirs.macs)),
    ...differ('packet-ins', ours.packetIns.join('\n'), theirs.packetIns.join('\n')),
  ];
}

/** What was asked on the way, of class D. */
export interface Megaflows {
  /** As traces told them. */
  readonly megaflows: ReadonlySet<string>;
  /** As the datapath had them. */
  readonly recirculated: ReadonlySet<string>;
}

export function compareMegaflows(ours: Megaflows, theirs: Megaflows): Difference[] {
  const others = sorted([...theirs.recirculated]);
  const mine = sorted(withoutFollowing(ours.recirculated, theirs.recirculated));
  const differences = differ('flows of recirculated packets', mine, others);
  const [count, other] = [ours.megaflows.size, theirs.megaflows.size];
  if (count <= Math.max(other + MEGAFLOWS_SLACK, other * MEGAFLOWS_RATIO)) return differences;
  return [...differences, ...differ('megaflows', `${count}`, `${other}`)];
}

/**
 * Ours without flows that the real switch had, too, and deleted where ours followed a change: their
 * other actions are not known there.
 */
function withoutFollowing(ours: ReadonlySet<string>, theirs: ReadonlySet<string>): string[] {
  const keys = new Set(Array.from(theirs, keyOf));
  return [...ours].filter((line) => theirs.has(line) || !keys.has(keyOf(line)));
}

function keyOf(line: string): string {
  return line.slice(0, line.indexOf(' actions:'));
}

/** That there is a tag, whatever it says: OVS leaves telling that to the datapath's key. */
export function withoutBareTag(ours: string, theirs: string): string {
  if (theirs.includes('vlan')) return ours;
  return ours.replace(/,vlan_tci=0x1000\/0x1000(?:,[a-z_]*vlan[a-z_]*1=[^,]*)*/, '');
}

/** Whether a tag's priority, which is 0, is in OVS's mask hangs on the order of a flood. */
function withoutPriority(megaflow: string): string {
  return megaflow.replace('dl_vlan_pcp=0,', '');
}

function differ(what: string, ours: string, theirs: string): Difference[] {
  if (ours === theirs) return [];
  const ourLines = ours.split('\n');
  const theirLines = theirs.split('\n');
  const only = (lines: readonly string[], others: readonly string[]): string =>
    lines.filter((line) => !others.includes(line)).join('\n            ');
  if (ourLines.length === 1 && theirLines.length === 1) return [{ what, ours, theirs }];
  const mine = only(ourLines, theirLines);
  const others = only(theirLines, ourLines);
  if (mine === '' && others === '') {
    const at = ourLines.findIndex((line, i) => line !== theirLines[i]);
    return [
      {
        what: `${what}, order from line ${at}`,
        ours: ourLines[at] ?? '',
        theirs: theirLines[at] ?? '',
      },
    ];
  }
  return [{ what, ours: only(ourLines, theirLines), theirs: only(theirLines, ourLines) }];
}

/**
 * The real switch floods in the order of a hash, and numbers frozen states and queues as it likes:
 * outputs between two changes of headers are a set.
 */
function comparableActions(actions: string, tags: readonly string[]): string {
  const named = actions
    .replace(/recirc\(0x[0-9a-f]+\)/g, 'recirc(N)')
    .replace(/recirc_id=\d+/g, 'recirc_id=N')
    .replace(/\bpid=\d+/g, 'pid=N');
  return sortOutputs(named, tags);
}

/** A frame's tags in the words of `push_vlan`, the outermost last. */
function tagsOf({ data }: IncomingFrame): string[] {
  const flow = createFlow();
  extractFlow(data, flow);
  return [flow[VLAN1] ?? 0, flow[VLAN0] ?? 0]
    .filter((tag) => tag !== 0)
    .map((tag) => {
      const tpid = tag >>> 16 === ETH_TYPE_VLAN ? '' : `tpid=0x${(tag >>> 16).toString(16)},`;
      return `(${tpid}vid=${tag & VLAN_VID_MASK},pcp=${(tag & VLAN_PCP_MASK) >>> 13})`;
    });
}

/**
 * A flow of packets that came back, without what differs in every run: ids of recirculation, and
 * hashes of the datapath, which are its own. How many tags there are below the ones looked at, ours
 * do not ask; and of a tag that is only asked for, the real one shows the whole number.
 */
export function nameRecirculated(line: string): string {
  return line
    .replace(/ufid:\S+, /, '')
    .replace(/, packets:.*, actions:/, ', actions:')
    .replace(/dp_hash\(\w+\//, 'dp_hash(H/')
    .replace(RECIRCULATION_ID, 'R')
    .replace(/encap\(|eth_type\(0x(?:8100|88a8)\),/g, '')
    .replace(/(?<=vid=\d+)\/0x0|,pcp=\d\/0x0/g, '')
    .replace(/\)+(?=, actions:)/, ')')
    .replace(/(?<=actions:).*/, (actions) => comparableActions(actions, []));
}

/** Of actions only the outputs of learned rules: each version has its own words for the others. */
function ruleOf(line: string): string {
  const [match = '', actions = ''] = line
    .replace(TIMES, '')
    .replace('reset_counts ', '')
    .trim()
    .split(' actions=');
  const learned = /priority=100[0-2]/.test(match) ? (/output:\w+/.exec(actions)?.[0] ?? '') : '';
  return `${match} ${learned}`;
}

function sorted(lines: readonly string[]): string {
  return lines
    .filter((line) => line !== '' && !line.startsWith('NXST') && !line.startsWith('OFPST'))
    .sort()
    .join('\n');
}
