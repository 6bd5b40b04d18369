import { globSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** Time limit of a test or a hook. A test takes seconds, and ten times as long on a busy machine. */
const LIMIT_MS = 120_000;

/** The built service, the packed package, generated clients, documents, published tables. */
const E2E = ['e2e/', 'package/', 'clients/', 'docs/', 'bench/load.test.ts', 'training/publishedLeaks.test.ts'];
/** Pure functions, the engine, the command line: together less than 20 seconds. */
const UNIT = [
  'bench/',
  'cli/',
  'config/',
  'engine/',
  'features/',
  'formats/',
  'kit/',
  'search/',
  'tools/',
  'training/',
];
/** Beside unit tests, but longer: matrices over every kernel, and runs that stop at every step. */
const LONG = ['conformance', 'simulation', 'threads'].map((name) => `engine/kernels/${name}.test.ts`);
LONG.push('engine/resume.test.ts', 'engine/precision.test.ts', 'training/robustness/');

type Size = 'unit' | 'integration' | 'e2e';

/** A test file has the size of the first list that names it or its folder. */
function sizeOf(file: string): Size {
  const isIn = (list: readonly string[]) => list.some((path) => file.startsWith(`test/${path}`));
  if (isIn(E2E)) return 'e2e';
  if (isIn(LONG)) return 'integration';
  return isIn(UNIT) || file === 'test/structure.test.ts' ? 'unit' : 'integration';
}

const files = globSync('test/**/*.test.ts');
const projectOf = (name: Size) => ({
  extends: true as const,
  test: { name, include: files.filter((file) => sizeOf(file) === name) },
});

export default defineConfig({
  test: {
    setupFiles: ['test/support/setup.ts'],
    testTimeout: LIMIT_MS,
    hookTimeout: LIMIT_MS,
    pool: 'forks',
    maxWorkers: 2,
    projects: [projectOf('unit'), projectOf('integration'), projectOf('e2e')],
  },
});
