/** Every check of the project, one after the other; ends with a line that counts them, tests and checks together. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';

const TEST_REPORT = 'build/tests.json';

interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** One npm script counts as one; a script that cannot be started has failed. */
function check(script: string, ...args: readonly string[]): Count {
  console.log(`\n== npm run ${script} ${args.join(' ')}`);
  const { status } = spawnSync('npm', ['run', '--silent', script, '--', ...args], { stdio: 'inherit' });
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** `npm test` counts as many as it ran; a run that failed beyond its tests, or left no report, is one failure more. */
function tests(): Count {
  rmSync(TEST_REPORT, { force: true });
  const run = check('test', '--reporter=default', '--reporter=json', `--outputFile=${TEST_REPORT}`);
  const { numPassedTests: passed, numFailedTests: failed } = readReport();
  return { passed, failed: run.failed > 0 ? Math.max(failed, 1) : failed };
}

function readReport(): { readonly numPassedTests: number; readonly numFailedTests: number } {
  try {
    return JSON.parse(readFileSync(TEST_REPORT, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 1 };
  }
}

const counts = [tests(), check('typecheck'), check('lint'), check('deadcode'), check('openapi', '--check')];
const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
