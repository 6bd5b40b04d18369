import { defineConfig } from 'vitest/config';

/** Of a test or a hook that hangs: what ends takes seconds, and ten times as long on a busy machine. */
const HANGS_MS = 120_000;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/setup.ts'],
    testTimeout: HANGS_MS,
    hookTimeout: HANGS_MS,
    pool: 'forks',
    maxWorkers: 2,
  },
});
