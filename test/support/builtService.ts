import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { endedWithTests } from './children.ts';

export const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** A busy machine is not an overload of the service; tests of overload set their own limit. */
export const PATIENT = ['--max-delay-ms', '60000'];
const COMMAND = join(PACKAGE_ROOT, 'dist/cli/trainyard.js');

/**
 * The built service in a separate process, on a free port and, if none is given, with its own data
 * folder.
 */
export interface BuiltService {
  readonly address: string;
  readonly data: string;
  readonly process: ChildProcess;
  /** Every line of its log so far. */
  readonly lines: readonly string[];
  /** The log entry with that message, as soon as it is written. */
  logged(message: string): Promise<LogEntry>;
  /**
   * Stops it as an operator would, and removes its own data folder; resolves with the exit code
   * after the log has ended.
   */
  stop(): Promise<number | null>;
}

/** The fields of a log line that tests read. */
interface LogEntry {
  readonly pid: number;
  readonly msg: string;
  readonly address: string;
}

/**
 * Starts `trainyard serve` and waits for the log line with its address. Throws with its log if it
 * exits earlier.
 */
export async function startBuiltService(
  flags: readonly string[] = [],
  given?: string,
  ready = 'ready',
): Promise<BuiltService> {
  const data = given ?? mkdtempSync(join(tmpdir(), 'trainyard-'));
  const command = [COMMAND, 'serve', '--port', '0', '--data', data, ...PATIENT, ...flags];
  const child = endedWithTests(spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] }));
  // A log ends with the last process that writes to it, including the worker.
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

/** Reads the log continuously, so that the service never blocks on a full pipe. */
export function readLog(child: ChildProcess, gone: Promise<unknown>): Pick<BuiltService, 'lines' | 'logged'> {
  if (!child.stdout) throw new Error('The service was started without a pipe to read its log from.');
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const find = (message: string) =>
    lines
      // `npm start` prints the output of the build.
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
