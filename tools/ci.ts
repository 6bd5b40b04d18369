/**
 * Every check of the project, one after another; the last line counts them, tests and checks
 * together.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';

const TEST_REPORT = 'build/tests.json';
/** A check that hangs has failed. All of them together need about ten minutes on two cores. */
const CHECK_LIMIT_MS = 28 * 60_000;

interface Count {
  readonly passed: number;
  readonly failed: number;
}

/**
 * One npm script counts as one. A script that cannot be started, or does not end, has failed. Its
 * remaining processes are killed.
 */
async function check(script: string, ...args: readonly string[]): Promise<Count> {
  console.log(`\n== npm run ${script} ${args.join(' ')}`);
  // Its own process group, so that everything it has started ends with it.
  const child = spawn('npm', ['run', '--silent', script, '--', ...args], { stdio: 'inherit', detached: true });
  const limit = setTimeout(() => {
    console.log(`npm run ${script} has not ended within ${CHECK_LIMIT_MS / 60_000} minutes, and is killed.`);
    endGroup(child.pid);
  }, CHECK_LIMIT_MS);
  const interrupted = () => {
    endGroup(child.pid);
    process.exit(1);
  };
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted);
  const [status] = await once(child, 'exit').catch(() => [null]);
  clearTimeout(limit);
  process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  endGroup(child.pid);
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of its processes have ended.
  }
}

/**
 * `npm test` counts as many as it ran. A run that failed outside its tests, or left no report, is
 * one more failure.
 */
async function tests(): Promise<Count> {
  rmSync(TEST_REPORT, { force: true });
  const run = await check('test', '--reporter=default', '--reporter=json', `--outputFile=${TEST_REPORT}`);
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

/** The checks that fail most often are first. */
const counts = [
  await check('typecheck'),
  await check('lint'),
  await check('deadcode'),
  await tests(),
  await check('openapi', '--check'),
  await check('lint:openapi'),
];
if (process.argv.includes('--full')) counts.push(await check('soak'));
const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
