import { strict as assert } from 'node:assert';
import * as fs from 'node:fs';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as rxjs from 'rxjs';
import { describe, expect, it } from 'vitest';
import * as upcall from '../src/index.js';
import * as inspector from '../src/inspector/index.js';
import * as management from '../src/management/index.js';
import * as openflow from '../src/openflow/index.js';

const SOURCES = join(import.meta.dirname, '../src');
const MODULES = {
  upcall,
  rxjs,
  fs,
  'upcall/inspector': inspector,
  'upcall/management': management,
  'upcall/openflow': openflow,
};

interface Example {
  /** The file it stands in. */
  readonly file: string;
  readonly code: string;
}

/** The examples in the doc comments of all sources. */
function readExamples(): readonly Example[] {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .flatMap((file) => {
      const comments =
        readFileSync(join(SOURCES, file), 'utf8').match(/\/\*\*\n[\s\S]*?\*\//g) ?? [];
      return comments.flatMap((comment) => {
        const text = comment.replace(/^\/\*\*\n|\s*\*\/$/g, '').replace(/^ \* ?/gm, '');
        const code = text.split('@example\n')[1];
        return code === undefined ? [] : [{ file, code }];
      });
    });
}

/** Imports become look-ups in `modules`, so that the code can run as it stands. */
function compile(code: string): (modules: typeof MODULES, check: typeof assert) => Promise<void> {
  const body = code
    .replace(/import \* as (\w+) from '([\w/]+)';/g, "const $1 = modules['$2'];")
    .replace(/import (\{[^}]*\}) from '(?:node:)?([\w/]+)';/g, "const $1 = modules['$2'];");
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
  return AsyncFunction('modules', 'assert', body) as ReturnType<typeof compile>;
}

describe('The door of the package', () => {
  const examples = readExamples();

  it('has examples for its main parts', () => {
    expect(examples.length).toBeGreaterThanOrEqual(7);
  });

  it.each(examples)('runs the example in $file', async ({ code }) => {
    await compile(code)(MODULES, assert);
  });
});
