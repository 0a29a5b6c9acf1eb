/**
 * `dpctl/parse-actions` and `dpctl/normalize-actions`: datapath actions, read and printed again.
 *
 * Normalized, they are grouped by the tags that a packet has when it leaves: two lists that do the
 * same in another order read the same. Answers to `dpctl_normalize_actions()`.
 */

import { type OdpPort, odpPort } from '../base/brands.js';
import { ParseError } from '../base/errors.js';
import { exactMask } from '../datapath/mask.js';
import type { OdpAction, OdpActions } from '../datapath/odp-actions.js';
import { parseOdpActions } from '../datapath/odp-actions-parse.js';
import { formatOdpActions } from '../datapath/odp-actions-text.js';
import { parseOdpKey } from '../datapath/odp-key-parse.js';
import { formatOdpKey, formatTci } from '../datapath/odp-key-text.js';
import { restFromTerm, scanTerms } from '../datapath/odp-text-scanner.js';
import { type Flow, wordAt } from '../packet/flow.js';
import * as L from '../packet/flow-layout.js';
import { ETH_TYPE_VLAN, isMplsType } from '../packet/protocol.js';
import type { DpctlCall } from './dpctl-call.js';

interface Group {
  readonly tags: readonly number[];
  readonly actions: OdpAction[];
}

export function reprintActions(call: DpctlCall): void {
  for (const text of call.words) {
    const actions = readActions(call, text);
    call.say(`${formatOdpActions(actions)}\n`);
  }
}

export function normalizeActions(call: DpctlCall): void {
  const [flowText = '', actionsText = '', ...numbers] = call.words;
  const ports = readPorts(call, numbers);
  const key = readFlow(call, flowText, ports);
  const whole = formatOdpKey(key, exactMask(L.DP_START).words);
  call.say(`input flow: ${keepNamed(whole, flowText)}\n`);
  const actions = readActions(call, actionsText);
  if (call.options.isVerbose) call.say(`input actions: ${formatOdpActions(actions)}\n`);
  const groups = groupActions(actions, key).sort(compareTags);
  for (const group of groups) {
    const text = formatOdpActions(sortOutputs(group.actions));
    call.say(`${formatTags(group.tags, key)}${text}`);
  }
}

/** Names of ports, as `NAME=NUMBER`. */
function readPorts(call: DpctlCall, words: readonly string[]): ReadonlyMap<string, OdpPort> {
  return new Map(
    words.map((word) => {
      const [, name = '', number] = /^([^=]+)=(\d+)/.exec(word) ?? [];
      if (number === undefined) call.fail(`${word}: expected NAME=NUMBER`);
      return [name, odpPort(Number(number))];
    }),
  );
}

function readFlow(call: DpctlCall, text: string, ports: ReadonlyMap<string, OdpPort>): Flow {
  try {
    return parseOdpKey(text, { portNumber: (name) => ports.get(name) }).key;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const rest = restFromTerm(error.source, error.column);
    return call.fail(`odp_flow_key_from_string (syntax error at ${rest})`, 'EINVAL');
  }
}

/** The terms of `whole` that `named` has too, with what they hold. */
function keepNamed(whole: string, named: string): string {
  const place = { source: whole, column: 1 };
  const wanted = new Map(scanTerms(named, place).map((term) => [term.name, term]));
  const kept = scanTerms(whole, place).filter(({ name }) => wanted.has(name));
  return kept
    .map(({ name, args = '' }) => {
      const inner = name === 'encap' ? keepNamed(args, wanted.get(name)?.args ?? '') : args;
      return `${name}(${inner})`;
    })
    .join(',');
}

function readActions(call: DpctlCall, text: string): OdpActions {
  if (text === '') return [];
  if (text === 'drop') return [{ type: 'drop', reason: 0 }];
  try {
    return parseOdpActions(text);
  } catch (error) {
    if (error instanceof ParseError) return call.fail('odp_actions_from_string', 'EINVAL');
    throw error;
  }
}

/** The other actions, by the tags that the packet has when they are carried out. */
function groupActions(actions: OdpActions, key: Flow): Group[] {
  const groups: Group[] = [];
  let tags = [wordAt(key, L.VLAN0), wordAt(key, L.VLAN1)].filter((tag) => tag !== 0);
  for (const action of actions) {
    if (action.type === 'pop_vlan') tags = tags.slice(1);
    else if (action.type === 'push_vlan') {
      tags = [((action.tpid << 16) | action.tci) >>> 0, ...tags].slice(0, 2);
    } else groupOf(groups, tags).actions.push(action);
  }
  return groups;
}

function groupOf(groups: Group[], tags: readonly number[]): Group {
  const found = groups.find((group) => String(group.tags) === String(tags));
  if (found !== undefined) return found;
  const group: Group = { tags, actions: [] };
  groups.push(group);
  return group;
}

function compareTags(a: Group, b: Group): number {
  for (let i = 0; i < 2; i++) {
    const difference = (a.tags[i] ?? 0) - (b.tags[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Outputs that follow one another, by port. */
function sortOutputs(actions: readonly OdpAction[]): OdpAction[] {
  const sorted = [...actions];
  for (let start = 0; start < sorted.length; ) {
    let end = start;
    while (sorted[end]?.type === 'output') end++;
    const run = sorted.slice(start, end).sort((a, b) => portOf(a) - portOf(b));
    sorted.splice(start, run.length, ...run);
    start = end + 1;
  }
  return sorted;
}

function portOf(action: OdpAction): number {
  return action.type === 'output' ? action.port : 0;
}

function formatTags(tags: readonly number[], key: Flow): string {
  const vlans = tags.map((tag) => `vlan(${formatTpid(tag >>> 16)}${formatVlan(tag)}): `);
  const vlanText = vlans.length === 0 ? 'no vlan: ' : vlans.join('');
  return `${vlanText}${formatLabel(key)}: `;
}

function formatVlan(tag: number): string {
  return formatTci(tag & 0xffff, 0xffff, true);
}

/** In the byte order of the machine, as Open vSwitch has it. */
function formatTpid(tpid: number): string {
  if (tpid === ETH_TYPE_VLAN) return '';
  const swapped = ((tpid & 0xff) << 8) | (tpid >>> 8);
  return `tpid=0x${swapped.toString(16)},`;
}

function formatLabel(key: Flow): string {
  if (!isMplsType(wordAt(key, L.DL_TYPE) >>> 16)) return 'no mpls';
  const entry = wordAt(key, L.MPLS0);
  return `mpls(label=${entry >>> 12},tc=${(entry >>> 9) & 7},ttl=${entry & 0xff})`;
}
