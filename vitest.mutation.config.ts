import { defineConfig } from 'vitest/config';
import base from './vitest.config.js';

/**
 * The fast suite that `npm run mutate` tries mutants on: rows, paths and unit tests of the machines
 * and actors. A machine's configuration is static to Stryker, so each mutant of it runs all of this;
 * what searches at length (random traffic, the simulator) is left to the other suites.
 */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/{machines,actors,behaviours}/**/*.test.ts'],
    exclude: ['test/behaviours/imperfect-dumps.test.ts', 'test/machines/drawings.test.ts'],
  },
});
