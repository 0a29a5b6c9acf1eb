/**
 * Random changes of rules and groups between packets: what a group does, a rule's actions, a table
 * that is emptied. Flows that are there must follow.
 */

import type { Rng } from '../../src/base/rng.js';
import { isOneIn, pick } from './choice.js';
import { generateGroup } from './group-generator.js';

/** A command of `ovs-ofctl` that is carried out before the packet at the index `before`. */
export interface Change {
  readonly before: number;
  readonly command: 'add-flow' | 'mod-flows' | 'del-flows' | 'mod-group';
  readonly text: string;
}

export interface Changeable {
  readonly rules: readonly string[];
  readonly groupsCount: number;
  readonly packetsCount: number;
  /** Whether packets may come back from the datapath: if none does, none begins to. */
  readonly recirculates: boolean;
}

const CHANGES_MAX = 2;

export function generateChanges(rng: Rng, changeable: Changeable): Change[] {
  const changes = Array.from({ length: rng.below(CHANGES_MAX + 1) }, () => change(rng, changeable));
  return changes.sort((a, b) => a.before - b.before);
}

function change(rng: Rng, changeable: Changeable): Change {
  const { rules, groupsCount, packetsCount, recirculates } = changeable;
  const before = rng.below(packetsCount);
  if (recirculates && groupsCount > 0 && isOneIn(rng, 2)) {
    const text = generateGroup(rng, 1 + rng.below(groupsCount));
    return { before, command: 'mod-group', text };
  }
  const [head = '', actions = ''] = pick(rng, rules).split(',actions=');
  const [other = ''] = pick(rng, rules).split(',actions=').slice(1);
  if (isOneIn(rng, 3)) return { before, command: 'del-flows', text: withoutPriority(head) };
  // What another match allows, this one may not.
  const changed = isPlain(other) ? other : actions;
  const command = isOneIn(rng, 2) ? 'add-flow' : 'mod-flows';
  const match = command === 'add-flow' ? head : withoutPriority(head);
  return { before, command, text: `${match},actions=${changed}` };
}

function withoutPriority(head: string): string {
  return head.replace(/priority=\d+,?/, '').replace(/,$/, '');
}

/** Whether actions fit every packet, in every table. */
function isPlain(actions: string): boolean {
  return /^(output:\d|in_port|flood|all|normal|local|drop|,)+$/.test(actions);
}
