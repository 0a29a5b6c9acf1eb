/**
 * Splits the text of keys and actions at the commas and spaces that stand outside brackets.
 *
 * `eth(src=…,dst=…),recirc_id(0)` is two terms, `eth` and `recirc_id`, each with what stands
 * between its brackets. Columns count from 1, in the whole text, for messages.
 */

import { ParseError } from '../base/errors.js';

export interface OdpTerm {
  readonly name: string;
  /** What stands between the brackets; undefined where there are none. */
  readonly args: string | undefined;
  readonly column: number;
  /** Where `args` begins. */
  readonly argsColumn: number;
}

/** One `name=value` between the brackets of a term. */
export interface OdpArgument {
  readonly name: string;
  readonly value: string;
  readonly mask: string | undefined;
  readonly column: number;
}

/** Where the scanned text stands within the text that a user gave. */
export interface OdpTextPlace {
  readonly source: string;
  readonly column: number;
}

/** The terms of `text`, in order; none of an empty text. */
export function scanTerms(text: string, place: OdpTextPlace): OdpTerm[] {
  const terms: OdpTerm[] = [];
  for (let at = 0; at < text.length; ) {
    const end = findEnd(text, at, place);
    const raw = text.slice(at, end);
    const lead = raw.length - raw.trimStart().length;
    if (raw.trim() !== '') terms.push(toTerm(raw.trim(), place.column + at + lead, place));
    at = end + 1;
  }
  return terms;
}

/** `text` from the beginning of the term in which `column` stands: where OVS finds it wrong. */
export function restFromTerm(text: string, column: number): string {
  let start = 0;
  let depth = 0;
  for (let i = 0; i < column - 1; i++) {
    const char = text[i] ?? '';
    if (char === '(') depth++;
    else if (char === ')') depth--;
    if (depth === 0 && (char === ')' || SEPARATORS.has(char))) start = i + 1;
  }
  return text.slice(start);
}

/** The arguments of a term: `name=value` or `name=value/mask`, separated by commas. */
export function scanArguments(term: OdpTerm, place: OdpTextPlace): OdpArgument[] {
  let column = term.argsColumn;
  const found: OdpArgument[] = [];
  for (const part of (term.args ?? '').split(',')) {
    const match = /^\s*(\w+)=([^/]*)(?:\/(.*))?$/.exec(part);
    if (match?.[1] !== undefined && match[2] !== undefined) {
      found.push({ name: match[1], value: match[2], mask: match[3], column });
    } else if (part.trim() !== '') {
      throw expectedError(place, column, `expected name=value in ${term.name}(), found "${part}"`);
    }
    column += part.length + 1;
  }
  return found;
}

const SEPARATORS: ReadonlySet<string> = new Set(', \t\r\n');

export function expectedError(place: OdpTextPlace, column: number, expected: string): ParseError {
  return new ParseError({ source: place.source, column, expected });
}

/** The first comma or space from `at` on that stands outside brackets, or the end. */
function findEnd(text: string, at: number, place: OdpTextPlace): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const char = text[i];
    if (char === '(') depth++;
    else if (char === ')' && --depth < 0) {
      throw expectedError(place, place.column + i, 'found ")" without "("');
    } else if (depth === 0 && SEPARATORS.has(char ?? '')) return i;
  }
  if (depth > 0) throw expectedError(place, place.column + text.length, 'expected ")"');
  return text.length;
}

function toTerm(text: string, column: number, place: OdpTextPlace): OdpTerm {
  const open = text.indexOf('(');
  if (open < 0) return { name: text, args: undefined, column, argsColumn: column };
  if (!text.endsWith(')')) {
    const after = column + text.lastIndexOf(')') + 1;
    throw expectedError(place, after, `expected "," after ${text.slice(0, open)}()`);
  }
  const args = text.slice(open + 1, -1);
  return { name: text.slice(0, open), args, column, argsColumn: column + open + 1 };
}
