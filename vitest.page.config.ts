import { defineConfig } from 'vitest/config';

/** The inspector's page in a real browser: needs Debian's `chromium`, and builds the package. */
export default defineConfig({
  test: { include: ['test/page/**/*.test.ts'], testTimeout: 60_000, fileParallelism: false },
});
