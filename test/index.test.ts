import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as rxjs from 'rxjs';
import { describe, expect, it } from 'vitest';
import * as upcall from '../src/index.js';

const SOURCE = join(import.meta.dirname, '../src/index.ts');
const MODULES = { upcall, rxjs };

interface Example {
  /** The sentence above it. */
  readonly title: string;
  readonly code: string;
}

/** The examples in the doc comments of the package's door. */
function readExamples(): readonly Example[] {
  const comments = readFileSync(SOURCE, 'utf8').match(/\/\*\*\n[\s\S]*?\*\//g) ?? [];
  return comments.flatMap((comment) => {
    const text = comment.replace(/^\/\*\*\n|\s*\*\/$/g, '').replace(/^ \* ?/gm, '');
    const [title = '', code] = text.split('@example\n');
    return code === undefined ? [] : [{ title: title.trim(), code }];
  });
}

/** Imports become look-ups in `modules`, so that the code can run as it stands. */
function compile(code: string): (modules: typeof MODULES, check: typeof assert) => Promise<void> {
  const body = code
    .replace(/import \* as (\w+) from '(\w+)';/g, 'const $1 = modules.$2;')
    .replace(/import (\{[^}]*\}) from '(\w+)';/g, 'const $1 = modules.$2;');
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
  return AsyncFunction('modules', 'assert', body) as ReturnType<typeof compile>;
}

describe('The door of the package', () => {
  const examples = readExamples();

  it('has examples', () => {
    expect(examples.length).toBeGreaterThanOrEqual(6);
  });

  it.each(examples)('runs its example: $title', async ({ code }) => {
    await compile(code)(MODULES, assert);
  });
});
