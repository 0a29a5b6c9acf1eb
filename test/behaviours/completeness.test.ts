/**
 * Is every row of behaviours.md tested? U-001 … U-156, each by its number, and those that `current`
 * overrides in both profiles. A row that cannot exist here has an entry in `docs/ovs-map.md`.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { parseSource, ROOT, readSources, type SourceFile, walk } from '../tidy/source-tree.js';

const ROWS_COUNT = 156;
/** The seed's defects that `current` mends, and the rows of behaviours.md's "Two profiles". */
const OVERRIDDEN = [
  ['001', '018', '020', '030', '033', '046', '047', '048', '049', '050', '051', '056', '061'],
  ['062', '064', '068', '072', '073', '074', '075', '078', '079', '085', '087', '088', '089'],
  ['090', '091', '092', '093', '096', '097', '098', '104', '112', '113', '114', '115', '116'],
  ['117', '118', '119', '121', '123', '124', '127', '128', '129', '134', '135', '137', '140'],
  ['145', '146', '147', '149'],
].flat();
const PROFILES = ['current', 'ovs-2.3'] as const;

/** The start of a test's name: its row, and the one profile that it is about, if it is. */
const TEST_NAME = /^U-(\d{3})(?: in (current|ovs-2\.3))?: /;
/** A line of the table of rows that have no test: its row, the profile, and why. */
const ENTRY = /^\| U-(\d{3}) \| (both|current|ovs-2\.3) \| (.{20,}) \|$/gm;

/** Row and profile, as in "046 current". */
type Claim = string;

const rows = Array.from({ length: ROWS_COUNT }, (_, i) => String(i + 1).padStart(3, '0'));

/** The names of all tests of a file that run: `it('…', …)` and `it.each(…)('…', …)`. */
function testNames({ tree }: SourceFile): string[] {
  const names: string[] = [];
  walk(tree, (node) => {
    if (!ts.isCallExpression(node)) return;
    const callee = node.expression.getText(tree);
    const [name] = node.arguments;
    if (!/^it(\.each\(|$)/.test(callee) || name === undefined) return;
    if (ts.isStringLiteralLike(name)) names.push(name.text);
  });
  return names;
}

function claimsOf(row: string | undefined, profile: string | undefined): Claim[] {
  const all = profile === undefined || profile === 'both';
  return (all ? PROFILES : [profile]).map((name) => `${row} ${name}`);
}

function claimsOfTests(files: readonly SourceFile[]): Set<Claim> {
  const claims = files.flatMap(testNames).flatMap((name) => {
    const [, row, profile] = TEST_NAME.exec(name) ?? [];
    return row === undefined ? [] : claimsOf(row, profile);
  });
  return new Set(claims);
}

function claimsOfEntries(text: string): Set<Claim> {
  return new Set([...text.matchAll(ENTRY)].flatMap(([, row, profile]) => claimsOf(row, profile)));
}

const files = readSources(['test/behaviours']).filter(({ path }) => path.endsWith('.test.ts'));
const tested = claimsOfTests(files);
const excused = claimsOfEntries(readFileSync(join(ROOT, 'docs/ovs-map.md'), 'utf8'));

describe('the rows of behaviours.md', () => {
  it.each(rows)('has a test of U-%s in each profile, or an entry that says why not', (row) => {
    const missing = claimsOf(row, 'both').filter(
      (claim) => !tested.has(claim) && !excused.has(claim),
    );
    expect(missing).toEqual([]);
  });

  it('names both profiles where current overrides a row', () => {
    const named = files.flatMap(testNames).join('\n');
    const missing = OVERRIDDEN.flatMap((row) =>
      PROFILES.filter(
        (profile) =>
          !named.includes(`U-${row} in ${profile}: `) && !excused.has(`${row} ${profile}`),
      ).map((profile) => `${row} ${profile}`),
    );
    expect(missing).toEqual([]);
  });

  it('has no entry for what is tested in that profile', () => {
    expect([...excused].filter((claim) => tested.has(claim))).toEqual([]);
  });

  it('has every test here under a number', () => {
    const unnumbered = files
      .filter(({ path }) => !path.endsWith('completeness.test.ts'))
      .flatMap(testNames)
      .filter((name) => !TEST_NAME.test(name));
    expect(unnumbered).toEqual([]);
  });
});

describe('this count of rows', () => {
  const claims = (text: string): string[] => [...claimsOfTests([parseSource('a.test.ts', text)])];

  it('takes a name without a profile for both', () => {
    expect(claims("it('U-034: reads', () => {});")).toEqual(['034 current', '034 ovs-2.3']);
    expect(claims("it.each([1])('U-034 in current: reads', () => {});")).toEqual(['034 current']);
  });

  it('does not count what does not run, or does not start with a number', () => {
    expect(claims("it.skip('U-034: reads', () => {}); it.todo('U-035: waits');")).toEqual([]);
    expect(claims("it('reads (U-034)', () => {}); // it('U-035: waits')")).toEqual([]);
  });
});
