#!/usr/bin/env node
/**
 * The command `trainyard`. What it needs from Node (AsyncDisposableStack) came with version 24, so on an older one it runs itself again
 * with the binary that the package brings along. Nothing else is imported before that is known: older versions cannot even load some of it.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const OLDEST = [24, 0] as const;

function isOldNode(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}

function runWith(node: string): void {
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  // The terminal sends Ctrl-C to both; passed on, it would be the second, which means "at once".
  process.on('SIGINT', () => {});
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
}

if (isOldNode(process.versions.node)) {
  const pinned = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));
  if (existsSync(pinned)) runWith(pinned);
  else {
    console.error(`Trainyard needs Node ${OLDEST.join('.')} or later; this is ${process.versions.node}.`);
    process.exit(1);
  }
} else {
  const { runCommand } = await import('./commands.ts');
  process.exitCode = await runCommand(process.argv.slice(2));
}
