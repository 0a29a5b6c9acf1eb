/**
 * Help texts, made from the same tables that parsing uses.
 */

import { COMMON_OPTIONS, type Command, type OptionSpec } from './command.js';

/** Help for one command. */
export function commandHelp(command: Command): string {
  const options = [...command.options, ...COMMON_OPTIONS];
  const width = Math.max(...options.map((option) => optionWords(option).length));
  const rows = options.map((option) => `  ${optionWords(option).padEnd(width)}  ${option.help}`);
  return [
    `Usage: upcall ${command.name} ${command.synopsis}`,
    '',
    command.summary,
    '',
    'Options:',
    ...rows,
    '',
  ].join('\n');
}

/** Help for `upcall` itself. */
export function overallHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  return [
    'Usage: upcall COMMAND [ARG...]',
    '',
    'The slow path of Open vSwitch as an actor system, with a whole switch around it.',
    '',
    'Commands:',
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    '"upcall COMMAND --help" tells more. Exit status: 0 ok, 1 failed, 2 bad usage.',
    '',
  ].join('\n');
}

function optionWords(option: OptionSpec): string {
  const { name, short, value, isValueOptional = false, isRepeatable = false } = option;
  const words = short === undefined ? `--${name}` : `-${short}, --${name}`;
  if (value === undefined) return words;
  if (isRepeatable) return `${words} ${value}...`;
  return isValueOptional ? `${words}[=${value}]` : `${words} ${value}`;
}
