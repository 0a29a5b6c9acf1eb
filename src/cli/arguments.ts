/**
 * The words after a command's name, parsed and checked against its table of options.
 *
 * `node:util` splits them; the getters here turn text into values and say what was expected. Every
 * failure is a `UsageError` that names the option.
 */

import { parseArgs } from 'node:util';
import { COMMON_OPTIONS, type Command, type OptionSpec } from './command.js';
import { UsageError } from './usage-error.js';

export interface ValueRange {
  readonly min: number;
  readonly max: number;
}

/** What `parseArgs` makes of an option. */
type Parsed = string | boolean | undefined | readonly (string | boolean)[];

export class Arguments {
  readonly #values: Readonly<Record<string, Parsed>>;
  readonly positionals: readonly string[];

  constructor(values: Readonly<Record<string, Parsed>>, positionals: readonly string[]) {
    this.#values = values;
    this.positionals = positionals;
  }

  /** Whether the option was given. */
  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** All values of an option that may be given several times. */
  texts(name: string): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** A whole number in `range`; undefined where the option was not given. */
  integer(name: string, range: ValueRange): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : wholeNumber(name, text, range);
  }

  /** A number in `range`, with or without a fraction; undefined where it was not given. */
  amount(name: string, range: ValueRange): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (value >= range.min && value <= range.max) return value;
    const expected = `expected a number from ${range.min} to ${range.max}`;
    throw new UsageError(`Cannot use --${name} "${text}": ${expected}`);
  }

  /** One of `choices`; undefined where the option was not given. */
  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const found = choices.find((choice) => choice === text);
    if (found !== undefined) return found;
    throw new UsageError(`Cannot use --${name} "${text}": expected ${choices.join(' or ')}`);
  }
}

/** The whole number that `text` is, which was given as the option `name`. */
export function wholeNumber(name: string, text: string, range: ValueRange): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= range.min && value <= range.max) return value;
  const expected = `expected a whole number from ${range.min} to ${range.max}`;
  throw new UsageError(`Cannot use --${name} "${text}": ${expected}`);
}

/** Splits `words` by the table of `command`. */
export function parseArguments(command: Command, words: readonly string[]): Arguments {
  const options = Object.fromEntries(
    [...command.options, ...COMMON_OPTIONS].map((option) => [
      option.name,
      {
        type: option.value === undefined ? ('boolean' as const) : ('string' as const),
        multiple: option.isRepeatable ?? false,
        ...(option.short === undefined ? {} : { short: option.short }),
      },
    ]),
  );
  const args = withTailApart(command, withOptionalValues(command, words));
  try {
    const parsed = parseArgs({ args, options, allowPositionals: true, strict: true });
    return new Arguments(parsed.values, parsed.positionals);
  } catch (error) {
    throw new UsageError(`Cannot run "${command.name}": ${explain(error)}`, { cause: error });
  }
}

/**
 * `parseArgs` knows no value that may be left out, and would take the next word for it: such an
 * option on its own gets an empty one.
 */
function withOptionalValues(command: Command, words: readonly string[]): string[] {
  const names = command.options.filter((option) => option.isValueOptional === true);
  const alone = new Set(names.map(({ name }) => `--${name}`));
  const end = words.indexOf('--');
  return words.map((word, i) => (alone.has(word) && (end < 0 || i < end) ? `${word}=` : word));
}

/** Where somebody else's words begin, "--" says so. */
function withTailApart(command: Command, words: readonly string[]): readonly string[] {
  if (command.hasTail !== true) return words;
  const options = [...command.options, ...COMMON_OPTIONS];
  let count = 0;
  while (words[count]?.startsWith('-') === true && words[count] !== '--') {
    count += isValueNext(options, words[count] ?? '') ? 2 : 1;
  }
  return words[count] === '--' ? words : [...words.slice(0, count), '--', ...words.slice(count)];
}

/** Whether `word` is an option whose value is the word behind it. */
function isValueNext(options: readonly OptionSpec[], word: string): boolean {
  return options.some(({ name, short, value, isValueOptional = false }) => {
    const isNamed = word === `--${name}` || (short !== undefined && word === `-${short}`);
    return isNamed && value !== undefined && !isValueOptional;
  });
}

/** Node's own sentence without its advice, which is about escaping rather than about us. */
function explain(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const sentence = text.split('. ')[0] ?? text;
  return sentence.replaceAll("'", '"').replace(/^./, (letter) => letter.toLowerCase());
}
