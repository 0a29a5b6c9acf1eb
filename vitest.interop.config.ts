import { defineConfig } from 'vitest/config';

/** Tests against the real Open vSwitch tools; `.ci/run` installs them first. */
export default defineConfig({
  test: { include: ['test/interop/**/*.test.ts'], testTimeout: 300_000, fileParallelism: false },
});
