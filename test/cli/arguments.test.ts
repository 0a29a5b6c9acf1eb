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
    { name: 'look', value: 'PORT', isValueOptional: true, help: 'where to look' },
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

describe('An option whose value may be left out', () => {
  it('takes one after an equals sign only', () => {
    expect(parse('--look', '7').text('look')).toBe('');
    expect(parse('--look', '7').positionals).toEqual(['7']);
    expect(parse('--look=7').text('look')).toBe('7');
    expect(parse('a').text('look')).toBeUndefined();
  });

  it('is a word like any other after "--"', () => {
    const args = parse('--', '--look');
    expect([args.has('look'), args.positionals]).toEqual([false, ['--look']]);
  });
});

describe('Arguments.amount()', () => {
  const range = { min: 0.5, max: 10 };

  it('takes whole numbers and others', () => {
    expect(parse('--count=2').amount('count', range)).toBe(2);
    expect(parse('--count=0.5').amount('count', range)).toBe(0.5);
    expect(parse().amount('count', range)).toBeUndefined();
  });

  it.each(['0', '10.1', '1e1', '.5', 'fast', ''])('refuses "%s"', (text) => {
    expect(() => parse(`--count=${text}`).amount('count', range)).toThrow(
      new UsageError(`Cannot use --count "${text}": expected a number from 0.5 to 10`),
    );
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

describe('A command with a tail', () => {
  const options = [
    { name: 'target', short: 't', value: 'TARGET', help: 'whom' },
    { name: 'pretty', help: 'nicely' },
  ];
  const withTail: Command = { ...command, options, hasTail: true };
  const parseTail = (...words: string[]) => parseArguments(withTail, words);

  it.each([
    [['-t', 'x', 'show', '-m', '--names'], 'x', ['show', '-m', '--names']],
    [['--target', 'x', '--pretty', 'show', '--pretty'], 'x', ['show', '--pretty']],
    [['-tx', 'show', '-t'], 'x', ['show', '-t']],
    [['--target=x', '--', '--show'], 'x', ['--show']],
    [['show', '--', '-m'], undefined, ['show', '--', '-m']],
    [['-t', 'x'], 'x', []],
  ])('has its options before the first word: %j', (words, target, tail) => {
    const args = parseTail(...words);
    expect(args.text('target')).toBe(target);
    expect(args.positionals).toEqual(tail);
  });

  it('refuses options that it does not know', () => {
    expect(() => parseTail('-m', 'show')).toThrow(UsageError);
  });
});
