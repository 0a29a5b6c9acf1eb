// @ts-check
/**
 * How it looks in a suite of tests: the mended slow path follows the model, a test for each path.
 * The wrong one would fail the one called "evicting < deletion.refused".
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeModel } from 'upcall/model';
import { describe, expect, it } from 'vitest';
import { main } from './convict.js';
import { createDriver, goal, model } from './model.js';
import { SlowPath } from './slow-path.js';

class MendedSlowPath extends SlowPath {
  /** @override @param {string} key @param {string} [error] */
  deleteAnswered(key, error) {
    // Any other error: the flow is still there, and somebody must ask again.
    const isGone = error === undefined || error === 'ENOENT';
    this.move(key, ['leaving'], isGone ? 'gone' : 'there');
  }
}

describeModel({ describe, it }, 'The mended slow path', {
  model,
  driver: createDriver(() => new MendedSlowPath()),
  goal,
});

describe('The slow path of this example', () => {
  it('is convicted: it forgets a flow that it could not delete', async () => {
    /** @type {string[]} */
    const printed = [];
    await main((line) => printed.push(line));
    const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
    expect(readme).toContain(printed.join('\n'));
  });
});
