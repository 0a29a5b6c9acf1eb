/**
 * Files of questions to the twins, in `test/fixtures/command-cases/`: a command and its words on a
 * line, words with spaces in single quotes.
 *
 * `!start RULES` begins with a new pair that has these rules (`\n` between them); `!receive PORT
 * FLOW` lets a packet in on both sides; what begins with `#` is a remark.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../fixtures/command-cases');

export interface CommandCase {
  readonly kind: 'start' | 'receive' | 'ask';
  /** Of `start`: the rules, as one word. */
  readonly words: readonly string[];
}

/** The files, by what they are about. */
export function caseFiles(): readonly string[] {
  return readdirSync(FOLDER).map((name) => basename(name, '.cases'));
}

export function readCases(name: string): readonly CommandCase[] {
  const lines = readFileSync(join(FOLDER, `${name}.cases`), 'utf8').split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map(toCase);
}

function toCase(line: string): CommandCase {
  if (line.startsWith('!start')) {
    return { kind: 'start', words: [line.slice('!start'.length).trim().replaceAll('\\n', '\n')] };
  }
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => {
    return quoted ?? bare ?? '';
  });
  return words[0] === '!receive'
    ? { kind: 'receive', words: words.slice(1) }
    : { kind: 'ask', words };
}
