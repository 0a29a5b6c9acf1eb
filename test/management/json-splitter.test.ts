/** The splitter of JSON values that follow one another. */

import { describe, expect, it } from 'vitest';
import {
  JSON_DEPTH_MAX,
  JSON_LENGTH_MAX,
  JsonSplitter,
} from '../../src/management/json-splitter.js';

describe('JsonSplitter.push()', () => {
  it('cuts values that follow one another without anything between', () => {
    const splitter = new JsonSplitter();
    expect(splitter.push('{"a":1}{"b":{"c":[2]}} \n{"d":3}')).toEqual([
      '{"a":1}',
      '{"b":{"c":[2]}}',
      ' \n{"d":3}',
    ]);
  });

  it('takes text in any pieces', () => {
    const splitter = new JsonSplitter();
    const values = [...'{"a":"}{"}{"b":"\\"}"}'].flatMap((letter) => splitter.push(letter));
    expect(values).toEqual(['{"a":"}{"}', '{"b":"\\"}"}']);
  });

  it.each(['[1]', 'hello', '3', '"text"', '}'])('refuses %s, which is no object', (text) => {
    expect(() => new JsonSplitter().push(text)).toThrow('expected an object');
  });

  it('refuses a value that is too deep', () => {
    const splitter = new JsonSplitter();
    expect(splitter.push('{"a":'.repeat(JSON_DEPTH_MAX))).toEqual([]);
    expect(() => splitter.push('[')).toThrow(`more than ${JSON_DEPTH_MAX} deep`);
  });

  it('refuses a value that does not end', () => {
    const splitter = new JsonSplitter();
    expect(splitter.push(`{"a":"${'x'.repeat(JSON_LENGTH_MAX - 6)}`)).toEqual([]);
    expect(() => splitter.push('x')).toThrow(`over ${JSON_LENGTH_MAX} characters`);
  });
});
