/**
 * The shape of the code: layers, headers, lengths, names, exports, purity.
 *
 * Each rule is run on the whole repository and, first, on a few lines that break it.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkLayers, ROOMS } from './tidy/layers.js';
import {
  checkExports,
  checkFileLength,
  checkFileName,
  checkFunctionLength,
  checkHeader,
  checkLineLength,
  checkNonNull,
  checkPurity,
  checkSilenced,
  checkTestsRun,
  checkTypes,
} from './tidy/rules.js';
import {
  parseSource,
  ROOT,
  readSources,
  type SourceFile,
  sourceFolders,
} from './tidy/source-tree.js';

const README_LINES_MAX = 60;

const sources = readSources(['src']);
const benches = readSources(['bench']);
const tests = readSources(['test']);
const all = [...sources, ...benches, ...tests];

type Rule = (file: SourceFile) => string[];

interface Case {
  readonly rule: Rule;
  readonly files: readonly SourceFile[];
  readonly path?: string;
  /** Text that breaks the rule. */
  readonly broken: string;
  readonly says: RegExp;
}

const long = 'x\n'.repeat(500);
const CASES: readonly Case[] = [
  { rule: checkHeader, files: [...sources, ...benches], broken: 'export {};', says: /header/ },
  { rule: checkLineLength, files: all, broken: `//${'x'.repeat(99)}`, says: /101 columns/ },
  { rule: checkFileLength, files: all, broken: long, says: /500 lines/ },
  {
    rule: checkFunctionLength,
    files: [...sources, ...benches],
    broken: `const f = () => {${'\n'.repeat(70)}};`,
    says: /71 lines/,
  },
  { rule: checkFileName, files: all, path: 'src/base/someUtil.ts', broken: '', says: /kebab/ },
  { rule: checkFileName, files: all, path: 'src/base/flow-utils.ts', broken: '', says: /utils/ },
  { rule: checkExports, files: all, broken: 'export default 1;', says: /default/ },
  { rule: checkExports, files: all, broken: 'export default class A {}', says: /default/ },
  { rule: checkExports, files: all, broken: "export * from './a.js';", says: /export \*/ },
  { rule: checkTypes, files: all, broken: 'let a: Map<string, any>;', says: /any/ },
  { rule: checkTypes, files: all, broken: 'enum A { B }', says: /enum/ },
  { rule: checkNonNull, files: sources, broken: 'const a = b[0]!;', says: /Hot path/ },
  { rule: checkSilenced, files: sources, broken: '// @ts-ignore', says: /silenced/ },
  { rule: checkPurity, files: sources, broken: 'const a = Date.now();', says: /Clock/ },
  { rule: checkPurity, files: sources, broken: 'setTimeout(() => {}, 1);', says: /Clock/ },
  { rule: checkPurity, files: sources, broken: 'const a = Math.random();', says: /Rng/ },
  { rule: checkPurity, files: sources, broken: "console.log('');", says: /console/ },
  { rule: checkPurity, files: sources, broken: 'const a = process.env;', says: /process/ },
  { rule: checkTestsRun, files: tests, broken: "it.only('', () => {});", says: /it\.only/ },
  {
    rule: checkLayers,
    files: sources,
    path: 'src/packet/a.ts',
    broken: "import { b } from '../ofproto/b.js';",
    says: /packet\/ imports from ofproto/,
  },
  {
    rule: checkLayers,
    files: sources,
    path: 'src/machines/a.ts',
    broken: "import type { Observable } from 'rxjs';",
    says: /it may use xstate/,
  },
  {
    rule: checkLayers,
    files: sources,
    path: 'src/actors/a.ts',
    broken: "const b = await import('../switch.js');",
    says: /actors\/ imports from switch/,
  },
  {
    rule: checkLayers,
    files: sources,
    path: 'src/inspector/web/a.tsx',
    broken: "import { PUSH_MS } from '../wire.js';",
    says: /types only/,
  },
  {
    rule: checkLayers,
    files: sources,
    path: 'src/inspector/a.ts',
    broken: "import type { Route } from './web/route.js';",
    says: /inspector\/ imports from inspector\/web/,
  },
];

describe('The shape of the code', () => {
  for (const { rule, path = 'src/base/broken.ts', broken, says } of CASES) {
    it(`${rule.name}() finds ${JSON.stringify((broken || path).slice(0, 50))}`, () => {
      expect(rule(parseSource(path, broken)).join('\n')).toMatch(says);
    });
  }

  for (const rule of new Set(CASES.map((entry) => entry.rule))) {
    it(`passes ${rule.name}()`, () => {
      const files = CASES.find((entry) => entry.rule === rule)?.files ?? [];
      expect(files.flatMap((file) => rule(file))).toEqual([]);
    });
  }
});

describe('The rooms of src/', () => {
  it('are those of the layer table', () => {
    const unknown = sourceFolders().filter((folder) => ROOMS[folder] === undefined);
    expect(unknown, 'rooms that test/tidy/layers.ts does not know').toEqual([]);
  });

  it.each(sourceFolders())('%s/ has a README that fits on a page', (folder) => {
    const path = join(ROOT, 'src', folder, 'README.md');
    expect(existsSync(path), `src/${folder}/README.md exists`).toBe(true);
    expect(readFileSync(path, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(
      README_LINES_MAX,
    );
  });

  it.each(sourceFolders())('%s/ has every file in the table of its README', (folder) => {
    const readme = readFileSync(join(ROOT, 'src', folder, 'README.md'), 'utf8');
    const names = sources
      .filter(({ path }) => path.startsWith(`src/${folder}/`))
      .filter(({ path }) => !isInRoomWithin(path, folder))
      .map(({ path }) => path.slice(`src/${folder}/`.length).replace(/(\.d)?\.tsx?$/, ''));
    expect(names.filter((name) => !readme.includes(name))).toEqual([]);
  });
});

/** Whether a file of a room is in another one that the room holds. */
function isInRoomWithin(path: string, folder: string): boolean {
  return sourceFolders().some(
    (room) => room.startsWith(`${folder}/`) && path.startsWith(`src/${room}/`),
  );
}
