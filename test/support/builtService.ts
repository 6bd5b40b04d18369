import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COMMAND = join(PACKAGE_ROOT, 'dist/cli/trainyard.js');

/** The built service in a process of its own, on a free port and, if none is given, a fresh data folder. */
export interface BuiltService {
  readonly address: string;
  readonly data: string;
  readonly process: ChildProcess;
  /** Ends it as an operator would and removes its data; answers the exit code. */
  stop(): Promise<number | null>;
}

/** Starts `trainyard serve` and waits for its ready line. Throws with what it logged when it ends before that. */
export async function startBuiltService(
  flags: readonly string[] = [],
  data = mkdtempSync(join(tmpdir(), 'trainyard-')),
): Promise<BuiltService> {
  const child = spawn(process.execPath, [COMMAND, 'serve', '--port', '0', '--data', data, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const address = await readyAddress(child);
  return {
    address,
    data,
    process: child,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      rmSync(data, { recursive: true, force: true });
      return child.exitCode;
    },
  };
}

/** Goes on reading the log after the ready line, so that the service never waits for a full pipe. */
function readyAddress(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const lines: string[] = [];
  if (!child.stdout) throw new Error('The service was started without a pipe to read its log from.');
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    const entry = JSON.parse(line) as { msg?: string; address?: string };
    if (entry.msg === 'ready' && entry.address) resolve(entry.address);
  });
  child.once('exit', () => reject(new Error(`The service ended before it was ready:\n${lines.join('\n')}`)));
  return promise;
}
