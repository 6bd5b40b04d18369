import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { endedWithTests } from './children.ts';

export const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** A busy machine is no overload of the service; what measures that says so. */
export const PATIENT = ['--max-delay-ms', '60000'];
const COMMAND = join(PACKAGE_ROOT, 'dist/cli/trainyard.js');

/**
 * The built service in a process of its own, on a free port and, if none is given, over a data
 * folder of its own.
 */
export interface BuiltService {
  readonly address: string;
  readonly data: string;
  readonly process: ChildProcess;
  /** Every line of its log so far. */
  readonly lines: readonly string[];
  /** The entry of that message, as soon as it is there. */
  logged(message: string): Promise<LogEntry>;
  /**
   * Ends it as an operator would, and removes its data if that is its own; answers the exit code
   * when all of its log is there.
   */
  stop(): Promise<number | null>;
}

/** What tests read of a line. */
interface LogEntry {
  readonly pid: number;
  readonly msg: string;
  readonly address: string;
}

/**
 * Starts `trainyard serve` and waits for the line of its log that names its address. Throws with
 * what it logged when it ends before that.
 */
export async function startBuiltService(
  flags: readonly string[] = [],
  given?: string,
  ready = 'ready',
): Promise<BuiltService> {
  const data = given ?? mkdtempSync(join(tmpdir(), 'trainyard-'));
  const command = [COMMAND, 'serve', '--port', '0', '--data', data, ...PATIENT, ...flags];
  const child = endedWithTests(spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] }));
  // A log comes to its end with the last process that writes to it, the worker among them.
  const gone = once(child, 'close');
  const log = readLog(child, gone);
  const { address } = await log.logged(ready);
  return {
    address,
    data,
    process: child,
    ...log,
    async stop() {
      child.kill('SIGTERM');
      await gone;
      if (given === undefined) rmSync(data, { recursive: true, force: true });
      return child.exitCode;
    },
  };
}

/** Goes on reading the log, so that the service never waits for a full pipe. */
export function readLog(child: ChildProcess, gone: Promise<unknown>): Pick<BuiltService, 'lines' | 'logged'> {
  if (!child.stdout) throw new Error('The service was started without a pipe to read its log from.');
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const find = (message: string) =>
    lines
      // `npm start` prints what it builds.
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as LogEntry)
      .find((entry) => entry.msg === message);
  return {
    lines,
    async logged(message) {
      const stopped = new AbortController();
      gone.then(() => stopped.abort());
      for (let entry = find(message); ; entry = find(message)) {
        if (entry) return entry;
        if (stopped.signal.aborted) break;
        await once(reader, 'line', { signal: stopped.signal }).catch(() => {});
      }
      throw new Error(`The service ended before it logged '${message}':\n${lines.join('\n')}`);
    },
  };
}
