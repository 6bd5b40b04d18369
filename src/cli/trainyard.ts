#!/usr/bin/env node
/**
 * The command `trainyard`. It needs Node 24 (AsyncDisposableStack). On an older version it runs
 * itself again with the Node binary among its dependencies. It imports nothing else before that,
 * because older versions cannot load some modules.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';

const MIN_NODE_VERSION = [24, 0] as const;
const FORWARDED = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

function isOldNode(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < MIN_NODE_VERSION[0] || (major === MIN_NODE_VERSION[0] && minor < MIN_NODE_VERSION[1]);
}

/**
 * The path of the Node binary among the dependencies, wherever npm installed them; undefined if
 * this platform has none.
 */
function bundledNode(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve(`node-${process.platform}-${process.arch}/package.json`);
    return join(dirname(manifest), 'bin/node');
  } catch {
    return undefined;
  }
}

/**
 * Forwards signals, including Ctrl-C: a terminal sends that to both processes, but `kill` only to
 * this one. The command counts a signal that arrives twice at the same moment as one.
 */
function runWith(node: string): void {
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`${node} cannot be started: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
}

if (isOldNode(process.versions.node)) {
  const node = bundledNode();
  if (node !== undefined) runWith(node);
  else {
    console.error(`Trainyard needs Node ${MIN_NODE_VERSION.join('.')} or later; this is ${process.versions.node}.`);
    process.exit(1);
  }
} else {
  const { runCommand } = await import('./commands.ts');
  process.exitCode = await runCommand(process.argv.slice(2));
}
