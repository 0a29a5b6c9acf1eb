/**
 * Splits flow text into names and values, as `ovs-ofctl` does, and knows where each of them stands.
 *
 * Items are parted by commas and white space. A value follows its name behind `:` or `=` up to the
 * next comma or space, or in parentheses up to the closing one; parentheses and brackets inside of
 * a value nest. `(x)->y` is one value. Answers to OVS's `ofputil_parse_key_value`.
 */

import { ParseError } from '../base/errors.js';
import { parseInteger } from './address-parse.js';

/** Where a text comes from, for messages. */
export interface TextSource {
  /** A file's path, or the text itself. */
  readonly source: string;
  /** From 1; 0: the source has no lines. */
  readonly line: number;
}

export interface KeyValue {
  readonly name: string;
  /** Undefined: nothing follows the name. */
  readonly value: string | undefined;
  /** Offset of the name in the scanned text. */
  readonly at: number;
  /** Offset of the value, or of the end of the name. */
  readonly valueAt: number;
}

const SEPARATORS = ', \t\r\n';
const NAME_END = /[:=(,\s]/g;

/** Text with its place; the parsers' way to say what is wrong where. */
export class PlacedText {
  readonly text: string;
  readonly #source: TextSource;
  /** Offset of `text` in the line. */
  readonly #at: number;

  constructor(text: string, source: TextSource, at = 0) {
    this.text = text;
    this.#source = source;
    this.#at = at;
  }

  /** A part of this text, with its own place. */
  part(text: string, at: number): PlacedText {
    return new PlacedText(text, this.#source, this.#at + at);
  }

  /** Throws a `ParseError` at `offset`. */
  fail(expected: string, offset = 0): never {
    const { source, line } = this.#source;
    throw new ParseError({ source, line, column: this.#at + offset + 1, expected });
  }

  /** Runs `parse`; what it throws of a value that begins at `offset` gets this text's place. */
  placing<T>(offset: number, parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      const expected = error.expected.replace(/^(?!expected )/, 'expected ');
      return this.fail(expected, offset + error.column - 1);
    }
  }

  /** The names and values in this text, in order. */
  *items(): Generator<KeyValue> {
    const { text } = this;
    let at = 0;
    for (;;) {
      while (at < text.length && SEPARATORS.includes(text[at] ?? '')) at++;
      if (at >= text.length) return;
      const item = this.#item(at);
      yield item;
      at = item.value === undefined ? item.valueAt : item.valueAt + item.value.length + 1;
    }
  }

  #item(at: number): KeyValue {
    const { text } = this;
    NAME_END.lastIndex = at;
    const nameEnd = NAME_END.exec(text)?.index ?? text.length;
    const name = text.slice(at, nameEnd);
    const delimiter = text[nameEnd];
    if (name === '') this.fail('expected a name', at);
    if (delimiter === undefined || SEPARATORS.includes(delimiter)) {
      return { name, value: undefined, at, valueAt: nameEnd };
    }
    const valueAt = nameEnd + 1;
    const end = delimiter === '(' ? this.#closing(valueAt) : valueEnd(text, valueAt, SEPARATORS);
    return { name, value: text.slice(valueAt, end), at, valueAt };
  }

  /** Where a value in parentheses ends. */
  #closing(valueAt: number): number {
    const end = valueEnd(this.text, valueAt, ')');
    if (end === this.text.length) this.fail('expected a closing parenthesis', end);
    return this.text.startsWith(')->', end) ? valueEnd(this.text, end + 1, SEPARATORS) : end;
  }
}

/** The first of `delimiters` that is not inside of parentheses or brackets. */
function valueEnd(text: string, from: number, delimiters: string): number {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const char = text[i] ?? '';
    if (depth === 0 && delimiters.includes(char)) return i;
    if (char === '(' || char === '[') depth++;
    else if ((char === ')' || char === ']') && depth > 0) depth--;
  }
  return text.length;
}

/** A whole number from 0 to `max`, in C's notation; undefined where it is none. */
export function parseNumber(text: string, max: number): number | undefined {
  const value = parseInteger(text);
  return value !== undefined && value <= max ? Number(value) : undefined;
}
