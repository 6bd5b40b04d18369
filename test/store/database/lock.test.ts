import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { acquireLock } from '../../../src/store/database/sqlite/lock.ts';
import { endedWithTests } from '../../support/children.ts';

const LOCK_MODULE = new URL('../../../src/store/database/sqlite/lock.ts', import.meta.url).href;

function lockPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-lock-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'lock');
}

it('has one owner at a time', () => {
  const path = lockPath();
  const lock = acquireLock(path);
  expect(acquireLock(path)).toBeUndefined();
  lock?.release();
  expect(acquireLock(path)).toBeDefined();
});

it('is owned by a process that has no reference to it, until that process is killed', async () => {
  const path = lockPath();
  const script = `
    const { acquireLock } = await import(${JSON.stringify(LOCK_MODULE)});
    const isAcquired = acquireLock(${JSON.stringify(path)}) !== undefined;
    setInterval(() => {}, 1000);
    setTimeout(() => { gc(); console.log(isAcquired); }, 10);`;
  const owner = endedWithTests(
    spawn(process.execPath, ['--expose-gc', '--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  await once(owner.stdout, 'data');
  expect(acquireLock(path)).toBeUndefined();
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  expect(acquireLock(path)).toBeDefined();
});
