/**
 * Documentation that does not lie about names: every link and every file that it mentions is there.
 */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesUnder, ROOT, sourceFolders } from './tidy/source-tree.js';

const DOCUMENTS = [
  'README.md',
  'CHANGELOG.md',
  'examples/README.md',
  ...filesUnder('docs').filter((path) => path.endsWith('.md')),
  ...sourceFolders().map((folder) => `src/${folder}/README.md`),
];

describe('The documentation', () => {
  it.each(DOCUMENTS)('%s links to what exists', (path) => {
    const links = [...read(path).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(
      (match) => match[1] ?? '',
    );
    expect(links.filter((link) => !existsSync(join(ROOT, dirname(path), link)))).toEqual([]);
  });

  it.each(DOCUMENTS)('%s names files that exist', (path) => {
    const named = [
      ...read(path).matchAll(/`((?:src|test|docs|bench|captures|examples)\/[^`\s*…]*)`/g),
    ];
    const paths = named.map((match) => match[1] ?? '');
    expect(paths.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  });
});

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
