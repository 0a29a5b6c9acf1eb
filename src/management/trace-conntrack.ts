/**
 * `--ct-next FLAGS` of `ofproto/trace`: what conntrack is to say next, checked.
 *
 * There is no conntrack yet, so that nobody asks for it; what cannot be said is refused all the
 * same. Answers to `parse_ct_state()` and `validate_ct_state()`.
 */

import { CT_STATE_NAMES, formatFlags } from '../packet/flags-text.js';
import { CommandError } from './command.js';

const FLAGS = new Map([...CT_STATE_NAMES].map(([bit, name]) => [name, bit]));

/** Throws a `CommandError` with Open vSwitch's message. */
export function checkConntrackState(text: string): void {
  const names = text.split(/[, ]+/).filter((name) => name !== '');
  const unknown = names.find((name) => !FLAGS.has(name));
  if (unknown !== undefined) {
    throw new CommandError(`${unknown}: unknown connection tracking state flag`);
  }
  const flags = formatFlags(
    CT_STATE_NAMES,
    names.reduce((bits, name) => bits | (FLAGS.get(name) ?? 0), 0),
  );
  const problems = problemsOf(new Set(names));
  const lines = problems.map((why) => `${flags}: invalid connection state: ${why}\n`);
  if (lines.length > 0) throw new CommandError(lines.join(''));
}

function problemsOf(names: ReadonlySet<string>): readonly string[] {
  const has = (...wanted: readonly string[]): boolean => wanted.every((name) => names.has(name));
  const others = [...names].filter((name) => name !== 'inv' && name !== 'trk');
  const problems: readonly (readonly [boolean, string])[] = [
    [names.size > 0 && !has('trk'), 'If "trk" is unset, no other flags are set'],
    [has('inv') && others.length > 0, 'when "inv" is set, only "trk" may also be set'],
    [has('new', 'est'), '"new" and "est" are mutually exclusive'],
    [has('new', 'rpl'), '"new" and "rpy" are mutually exclusive'],
  ];
  return problems.filter(([isSo]) => isSo).map(([, why]) => why);
}
