import { defineConfig } from 'vitest/config';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  // The examples import the package by its name; here that is the source.
  resolve: {
    alias: [
      { find: /^upcall$/, replacement: `${import.meta.dirname}/src/index.ts` },
      {
        find: /^upcall\/(machines|model|inspector|netdev|openflow|management)$/,
        replacement: `${import.meta.dirname}/src/$1/index.ts`,
      },
    ],
  },
  test: {
    include: ['test/**/*.test.{ts,tsx}', 'examples/**/*.test.js'],
    exclude: ['test/interop/**', 'test/page/**', '**/node_modules/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
