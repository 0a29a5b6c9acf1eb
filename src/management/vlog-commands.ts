/**
 * `vlog/list` and `vlog/set`: what is logged, and where.
 *
 * Only a program whose log is a `Vlog` has them. Its lines are JSON, so there are no patterns to be
 * set. Answers to `vlog_set_levels_from_string()` and `vlog_get_levels()` of OVS's `lib/vlog.c`.
 */

import type { Log } from '../base/log.js';
import { VLOG_DESTINATIONS, VLOG_LEVELS, Vlog, type VlogTarget } from '../base/vlog.js';
import { ARGS_UNLIMITED, type Command, CommandError } from './command.js';

const MODULE_WIDTH = 16;
const LEVEL_WIDTH = 4;
const LIST_HEAD =
  '                 console    syslog    file\n                 -------    ------    ------\n';

export function vlogCommands(log: Log): readonly Command[] {
  if (!(log instanceof Vlog)) return [];
  return [
    {
      name: 'vlog/list',
      usage: '',
      argsMin: 0,
      argsMax: 0,
      run: () => LIST_HEAD + log.modules.map((module) => listLine(log, module)).join(''),
    },
    {
      name: 'vlog/set',
      usage: '{spec | PATTERN:destination:pattern}',
      argsMin: 0,
      argsMax: ARGS_UNLIMITED,
      run: (args) => {
        // One after the other: what stands before a mistake has been done.
        for (const spec of args) setLevels(log, spec);
        return '';
      },
    },
  ];
}

function listLine(log: Vlog, module: string): string {
  const levels = VLOG_DESTINATIONS.map((destination) => {
    return (log.level(module, destination) ?? '').toUpperCase().padStart(LEVEL_WIDTH);
  });
  return `${module.padEnd(MODULE_WIDTH)}  ${levels.join('       ')}\n`;
}

/** One `spec`: a module, a destination and a level, each at most once and in any order. */
function setLevels(log: Vlog, spec: string): void {
  const words = spec.split(/[ ,:\t]+/).filter((word) => word !== '');
  const [first = ''] = words;
  if (isSame(first, 'PATTERN') || isSame(first, 'FACILITY')) refuseSetting(first);
  const found = new Map<Kind, string>();
  for (const word of words) {
    if (isSame(word, 'ANY')) continue;
    const { kind, name } = readWord(log, word);
    if (found.has(kind)) throw new CommandError(`cannot specify multiple ${kind}s`);
    found.set(kind, name);
  }
  const target: VlogTarget = {
    module: found.get('module'),
    destination: VLOG_DESTINATIONS.find((name) => name === found.get('destination')),
  };
  log.set(VLOG_LEVELS.find((name) => name === found.get('level')) ?? 'dbg', target);
}

type Kind = 'destination' | 'level' | 'module';

function readWord(log: Vlog, word: string): { kind: Kind; name: string } {
  const kinds: readonly (readonly [Kind, readonly string[]])[] = [
    ['destination', VLOG_DESTINATIONS],
    ['level', VLOG_LEVELS],
    ['module', log.modules],
  ];
  for (const [kind, names] of kinds) {
    const name = names.find((each) => isSame(each, word));
    if (name !== undefined) return { kind, name };
  }
  throw new CommandError(`no destination, level, or module "${word}"`);
}

function refuseSetting(what: string): never {
  const reason = 'lines of this log are JSON; set levels only';
  throw new CommandError(`Cannot set ${what.toLowerCase()}: ${reason}`);
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
