import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/cli/arguments.js';
import { type Command, EXIT_OK } from '../../src/cli/command.js';
import { UsageError } from '../../src/cli/usage-error.js';

const command: Command = {
  name: 'try',
  summary: 'Tries.',
  synopsis: 'FILE',
  options: [
    { name: 'count', value: 'N', help: 'how many' },
    { name: 'colour', value: 'NAME', help: 'red or blue' },
    { name: 'fast', help: 'quickly' },
  ],
  run: async () => EXIT_OK,
};
const parse = (...words: string[]) => parseArguments(command, words);

describe('parseArguments()', () => {
  it('tells options from positionals', () => {
    const args = parse('a', '--fast', '--count', '3', 'b', '--', '--c');
    expect(args.positionals).toEqual(['a', 'b', '--c']);
    expect(args.has('fast')).toBe(true);
    expect(args.has('colour')).toBe(false);
    expect(args.text('count')).toBe('3');
  });

  it.each([
    [['--speed'], 'Cannot run "try": unknown option "--speed"'],
    [['--count'], 'Cannot run "try": option "--count <value>" argument missing'],
    [['--fast=yes'], 'Cannot run "try": option "--fast" does not take an argument'],
  ])('refuses %j', (words, message) => {
    expect(() => parse(...words)).toThrow(new UsageError(message));
  });
});

describe('Arguments.integer()', () => {
  const range = { min: 1, max: 10 };

  it('is undefined where the option was not given', () => {
    expect(parse().integer('count', range)).toBeUndefined();
  });

  it('takes both ends of the range', () => {
    expect(parse('--count', '1').integer('count', range)).toBe(1);
    expect(parse('--count', '10').integer('count', range)).toBe(10);
  });

  it.each(['0', '11', '1.5', '0x3', 'many', ''])('refuses "%s"', (text) => {
    expect(() => parse(`--count=${text}`).integer('count', range)).toThrow(
      new UsageError(`Cannot use --count "${text}": expected a whole number from 1 to 10`),
    );
  });
});

describe('Arguments.choice()', () => {
  it('takes one of the choices and names them all otherwise', () => {
    expect(parse('--colour', 'red').choice('colour', ['red', 'blue'])).toBe('red');
    expect(() => parse('--colour', 'pink').choice('colour', ['red', 'blue'])).toThrow(
      'Cannot use --colour "pink": expected red or blue',
    );
  });
});
