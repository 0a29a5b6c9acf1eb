/** The words of a filter box: buttons change theirs and leave the others. */

import { describe, expect, it } from 'vitest';
import {
  askable,
  hasWord,
  ruleOf,
  withRule,
  withWord,
  wordsOf,
} from '../../../src/inspector/web/filter-words.js';

describe('The words of a filter', () => {
  it('are parted by any blanks', () => {
    expect(wordsOf('  tcp\t  10.0.0.1 ')).toEqual(['tcp', '10.0.0.1']);
  });

  it('are none in an empty box', () => {
    expect(wordsOf(' ')).toEqual([]);
  });
});

describe('withWord()', () => {
  it('adds a word at the end, once', () => {
    expect(withWord('gone tcp', 'gone', true)).toBe('tcp gone');
  });

  it('takes a word out and leaves those that contain it', () => {
    expect(withWord('gone begone', 'gone', false)).toBe('begone');
    expect(hasWord('begone', 'gone')).toBe(false);
  });
});

describe('withRule()', () => {
  it('replaces the rule that was asked for', () => {
    expect(withRule('rule:3 tcp', 12)).toBe('tcp rule:12');
  });

  it('asks for none when there is none', () => {
    expect(withRule('rule:3 tcp', undefined)).toBe('tcp');
  });
});

describe('askable()', () => {
  it('leaves out what is only begun', () => {
    expect(askable('tcp rule: state:')).toBe('tcp');
    expect(askable('rule:x')).toBe('');
  });

  it('leaves in what the server understands', () => {
    expect(askable('rule:3 state:evicting gone tcp')).toBe('rule:3 state:evicting gone tcp');
  });
});

describe('ruleOf()', () => {
  it('finds the rule among the words', () => {
    expect(ruleOf('tcp rule:17')).toBe(17);
  });

  it('finds none in what only resembles one', () => {
    expect(ruleOf('rule:x myrule:3')).toBeUndefined();
  });
});
