// @ts-check
/**
 * Tries the slow path, and prints the path that convicts it.
 *
 * Run it: `npm run build && node examples/test-your-own-slow-path/convict.js`
 */

import { Conviction, runModel } from 'upcall/model';
import { createDriver, goal, model } from './model.js';
import { SlowPath } from './slow-path.js';

export async function main(print = console.log) {
  try {
    await runModel(
      model,
      createDriver(() => new SlowPath()),
      { goal },
    );
    print('innocent');
  } catch (error) {
    if (!(error instanceof Conviction)) throw error;
    print(error.message);
  }
}

if (process.argv[1] === import.meta.filename) await main();
