import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PACKAGE_ROOT, PATIENT } from '../../support/builtService.ts';
import { groupEndedWithTests } from '../../support/children.ts';

const COMMAND = join(PACKAGE_ROOT, 'dist/cli/trainyard.js');
const STARTED = ['serve', '--port', '0', ...PATIENT];
/** Often, so that there are checkpoints to be damaged and gone on from. */
const CHECKPOINT_SECONDS = 0.05;

/**
 * What dies: the service with all its processes, the API alone, whose worker then ends by itself,
 * or the worker alone, which is started again.
 */
export type Victim = 'all' | 'api' | 'worker';

/** The service over one data folder, in one life after the other. */
export interface MortalService {
  /**
   * Of the life that answers, or of the next one. Rejects when a life ended that nobody has killed.
   */
  address(): Promise<string>;
  start(): void;
  /** Resolves when a worker of this life has started a job. */
  jobStarted(): Promise<void>;
  /**
   * As `kill -9` does. Answers what has died: a worker that is not there yet cannot, and then all
   * do.
   */
  kill(victim: Victim): Promise<Victim>;
  /** Ends it as an operator would; answers the exit code. */
  stop(): Promise<number | null>;
  /** The process groups of all lives. */
  readonly groups: readonly number[];
  /** What it logged as an error. */
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

/** Nothing is started yet. */
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
  const hear = (own: Life, line: string) => {
    const entry = readLine(line);
    if (entry === undefined) return;
    if (entry.level >= ERROR_LEVEL) errors.push(line);
    if (entry.pid !== own.group) own.worker = entry.pid;
    if (entry.msg === 'job started') own.jobStarted.resolve();
    if (entry.msg !== 'ready' || entry.address === undefined) return;
    isUp = true;
    ready.resolve(entry.address);
  };
  /** Whoever asks for the address from here on waits for the next life. */
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
      // A group of its own, so that all of it can be killed at once.
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
      createInterface({ input: child.stdout }).on('line', (line) => hear(own, line));
      child.once('exit', (code, signal) => {
        if (own.isExpectedToEnd) return;
        bury();
        ready.reject(new Error(`The service ended by itself: ${code ?? signal}\n${errors.join('\n')}`));
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

/** False: it was gone already. */
function killed(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

/** Undefined for the torn line of a process that was killed while it wrote. */
function readLine(line: string): LogLine | undefined {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return undefined;
  }
}
