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

it('is held by one at a time', () => {
  const path = lockPath();
  const lock = acquireLock(path);
  expect(acquireLock(path)).toBeUndefined();
  lock?.release();
  expect(acquireLock(path)).toBeDefined();
});

it('is held by a process that has kept nothing of it, until that process is killed', async () => {
  const path = lockPath();
  const hold = `
    const { acquireLock } = await import(${JSON.stringify(LOCK_MODULE)});
    const isHeld = acquireLock(${JSON.stringify(path)}) !== undefined;
    setInterval(() => {}, 1000);
    setTimeout(() => { gc(); console.log(isHeld); }, 10);`;
  const holder = endedWithTests(
    spawn(process.execPath, ['--expose-gc', '--input-type=module', '--eval', hold], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  await once(holder.stdout, 'data');
  expect(acquireLock(path)).toBeUndefined();
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  expect(acquireLock(path)).toBeDefined();
});
