import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PACKAGE_ROOT, PATIENT } from '../../support/builtService.ts';
import { groupEndedWithTests } from '../../support/children.ts';

const COMMAND = join(PACKAGE_ROOT, 'dist/cli/trainyard.js');
const STARTED = ['serve', '--port', '0', ...PATIENT];
/** Often, so that a checkpoint exists to be damaged and resumed from. */
const CHECKPOINT_SECONDS = 0.05;

/**
 * What is killed: the service with all its processes; only the API, whose worker then exits; or
 * only the worker, which is restarted.
 */
export type Victim = 'all' | 'api' | 'worker';

/** The service on one data folder, in one life after another. */
export interface MortalService {
  /** Of the running life, or of the next one. Rejects if a life ended without a kill. */
  address(): Promise<string>;
  start(): void;
  /** Resolves when a worker of this life has started a job. */
  jobStarted(): Promise<void>;
  /** Like `kill -9`. Returns what was killed: everything, if there is no worker yet. */
  kill(victim: Victim): Promise<Victim>;
  /** Stops it as an operator would; returns the exit code. */
  stop(): Promise<number | null>;
  /** The process groups of all lives. */
  readonly groups: readonly number[];
  /** Its errors in the log. */
  readonly errors: readonly string[];
}

interface LogLine {
  readonly level: number;
  readonly pid: number;
  readonly msg?: string;
  readonly address?: string;
}

interface Life {
  readonly process: ChildProcess;
  readonly group: number;
  worker: number | undefined;
  readonly jobStarted: PromiseWithResolvers<void>;
  isExpectedToEnd: boolean;
}

const ERROR_LEVEL = 50;

/** Starts nothing yet. */
export function createMortalService(
  data: string,
  flags: readonly string[] = [],
  checkpointSeconds = CHECKPOINT_SECONDS,
): MortalService {
  const cadence = ['--checkpoint-seconds', String(checkpointSeconds)];
  let ready = Promise.withResolvers<string>();
  let isUp = false;
  let life: Life | undefined;
  const groups: number[] = [];
  const errors: string[] = [];

  const living = (): Life => {
    if (!life) throw new Error('The service is not started.');
    return life;
  };
  const readLogLine = (own: Life, line: string) => {
    const entry = readLine(line);
    if (entry === undefined) return;
    if (entry.level >= ERROR_LEVEL) errors.push(line);
    if (entry.pid !== own.group) own.worker = entry.pid;
    if (entry.msg === 'job started') own.jobStarted.resolve();
    if (entry.msg !== 'ready' || entry.address === undefined) return;
    isUp = true;
    ready.resolve(entry.address);
  };
  /** From here on, the address is that of the next life. */
  const bury = () => {
    if (isUp) ready = Promise.withResolvers();
    isUp = false;
  };

  return {
    groups,
    errors,
    address: () => ready.promise,
    jobStarted: () => living().jobStarted.promise,
    start() {
      // Its own process group, so that all of it can be killed at once.
      const child = groupEndedWithTests(
        spawn(process.execPath, [COMMAND, ...STARTED, ...cadence, '--data', data, ...flags], {
          stdio: ['ignore', 'pipe', 'inherit'],
          detached: true,
        }),
      );
      if (child.pid === undefined) throw new Error('The service could not be started.');
      const jobStarted = Promise.withResolvers<void>();
      const own: Life = { process: child, group: child.pid, worker: undefined, jobStarted, isExpectedToEnd: false };
      life = own;
      groups.push(own.group);
      createInterface({ input: child.stdout }).on('line', (line) => readLogLine(own, line));
      child.once('exit', (code, signal) => {
        if (own.isExpectedToEnd) return;
        bury();
        ready.reject(new Error(`The service exited without a kill: ${code ?? signal}\n${errors.join('\n')}`));
      });
    },
    async kill(victim) {
      const { process: child, group, worker } = living();
      if (victim === 'worker' && worker !== undefined && killed(worker)) return 'worker';
      living().isExpectedToEnd = true;
      bury();
      const gone = once(child, 'exit');
      killed(victim === 'api' ? group : -group);
      await gone;
      return victim === 'api' ? 'api' : 'all';
    },
    async stop() {
      const { process: child } = living();
      living().isExpectedToEnd = true;
      bury();
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
      return child.exitCode;
    },
  };
}

/** False: it had already exited. */
function killed(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

/** Undefined for the incomplete line of a process that was killed while it wrote. */
function readLine(line: string): LogLine | undefined {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return undefined;
  }
}
