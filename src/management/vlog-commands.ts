/**
 * `vlog/*`: what is logged, where, and how.
 *
 * Only a program whose log is a `Vlog` has them. Answers to `vlog_set_levels_from_string()` and the
 * `vlog_unixctl_*` functions of OVS's `lib/vlog.c`.
 */

import type { Log } from '../base/log.js';
import {
  VLOG_DESTINATIONS,
  VLOG_LEVELS,
  Vlog,
  type VlogDestination,
  type VlogTarget,
} from '../base/vlog.js';
import { VLOG_FACILITIES } from '../base/vlog-pattern.js';
import { ARGS_UNLIMITED, type Command, CommandError } from './command.js';

const MODULE_WIDTH = 16;
const LEVEL_WIDTH = 4;
const LIST_HEAD =
  '                 console    syslog    file\n                 -------    ------    ------\n';

export function vlogCommands(log: Log): readonly Command[] {
  if (!(log instanceof Vlog)) return [];
  const plain = { usage: '', argsMin: 0, argsMax: 0 };
  return [
    {
      ...plain,
      name: 'vlog/list',
      run: () => LIST_HEAD + log.modules.map((module) => listLine(log, module)).join(''),
    },
    {
      name: 'vlog/set',
      usage: '{spec | PATTERN:destination:pattern}',
      argsMin: 0,
      argsMax: ARGS_UNLIMITED,
      run: (args) => {
        // One after the other: what stands before a mistake has been done.
        for (const spec of args) set(log, spec);
        return '';
      },
    },
    { ...plain, name: 'vlog/list-pattern', run: () => listPatterns(log) },
    { ...plain, name: 'vlog/reopen', run: () => reopen(log) },
    {
      ...plain,
      name: 'vlog/close',
      run: () => {
        log.file?.close?.();
        return '';
      },
    },
    limitCommand(log, 'vlog/enable-rate-limit', true),
    limitCommand(log, 'vlog/disable-rate-limit', false),
  ];
}

function listLine(log: Vlog, module: string): string {
  const levels = VLOG_DESTINATIONS.map((destination) => {
    return (log.level(module, destination) ?? '').toUpperCase().padStart(LEVEL_WIDTH);
  });
  const remark = log.isLimited(module) ? '' : '    (rate limiting disabled)';
  return `${module.padEnd(MODULE_WIDTH)}  ${levels.join('       ')}${remark}\n`;
}

const PATTERNS_HEAD =
  '         prefix                            format\n' +
  '         ------                            ------\n';
/** In the order in which they are listed, with what comes before their lines. */
const PREFIXES: readonly (readonly [VlogDestination, string])[] = [
  ['syslog', '<%B> %D{%h %e %T} %E %A:'],
  ['console', 'none'],
  ['file', 'none'],
];
const DESTINATION_WIDTH = 8;
const PREFIX_WIDTH = 33;

function listPatterns(log: Vlog): string {
  const lines = PREFIXES.map(([destination, prefix]) => {
    const name = destination.toUpperCase().padEnd(DESTINATION_WIDTH);
    return `${name} ${prefix.padEnd(PREFIX_WIDTH)} ${log.pattern(destination)}\n`;
  });
  return PATTERNS_HEAD + lines.join('');
}

function reopen(log: Vlog): string {
  if (log.file === undefined) throw new CommandError('Logging to file not configured');
  log.file.reopen?.();
  return '';
}

function limitCommand(log: Vlog, name: string, isLimited: boolean): Command {
  return {
    name,
    usage: '[module]...',
    argsMin: 0,
    argsMax: ARGS_UNLIMITED,
    run: (args) => {
      // One after the other, as levels are.
      for (const word of args) log.setLimited(isLimited, readModule(log, word));
      if (args.length === 0) log.setLimited(isLimited);
      return '';
    },
  };
}

/** Undefined: all of them. */
function readModule(log: Vlog, word: string): string | undefined {
  if (isSame(word, 'ANY')) return undefined;
  const module = log.modules.find((name) => isSame(name, word));
  if (module === undefined) throw new CommandError('unknown module');
  return module;
}

function set(log: Vlog, spec: string): void {
  const [first = '', rest = ''] = takeWord(spec);
  if (isSame(first, 'PATTERN')) setPattern(log, rest);
  else if (isSame(first, 'FACILITY')) setFacility(log, rest);
  else setLevels(log, spec);
}

/** The first of the words of `text`, and what stands behind the character that ends it. */
function takeWord(text: string): readonly [string, string] {
  const [, word = '', rest = ''] = /^[ ,:\t]*([^ ,:\t]*)(?:[ ,:\t](.*))?$/s.exec(text) ?? [];
  return [word, rest];
}

function setPattern(log: Vlog, text: string): void {
  const [word, pattern] = takeWord(text);
  if (word === '') throw new CommandError('missing destination');
  const destination = VLOG_DESTINATIONS.find((name) => isSame(name, word));
  if (destination === undefined && !isSame(word, 'ANY')) {
    throw new CommandError(`unknown destination "${word}"`);
  }
  log.setPattern(pattern, destination);
}

function setFacility(log: Vlog, name: string): void {
  const facility = VLOG_FACILITIES.get(name.toLowerCase());
  if (facility === undefined) throw new CommandError('invalid facility');
  log.setFacility(facility);
}

/** One `spec`: a module, a destination and a level, each at most once and in any order. */
function setLevels(log: Vlog, spec: string): void {
  const words = spec.split(/[ ,:\t]+/).filter((word) => word !== '');
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

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
