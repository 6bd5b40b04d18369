import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { audit } from './audit.ts';
import { disturb } from './disturbance.ts';
import type { Follower } from './follower.ts';
import { type Faults, inspectFolder } from './inspection.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createMortalService, type Victim } from './mortalService.ts';
import { processesLeft } from './processes.ts';
import { createRandom } from './random.ts';
import { openStopped, type Result, resultOf, undisturbedResults } from './reference.ts';
import { settle } from './settle.ts';
import { createVandal } from './vandal.ts';

export interface Ordeal {
  /** Chooses what the clients do, what is killed and when. What comes between is up to the machine. */
  readonly seed: number;
  readonly kills: number;
}

export interface Endured {
  /** Empty: nothing was lost, and nothing doubled. */
  readonly faults: Faults;
  readonly killed: Readonly<Record<Victim, number>>;
  readonly datasets: number;
  /** How many are in each state. */
  readonly jobs: Readonly<Record<string, number>>;
  /** Jobs that cost three workers without getting on, and were tried again. */
  readonly triedAgain: number;
  /** What the service logged as an error: the deaths of workers, for the most part. */
  readonly errors: readonly string[];
}

const SETTLE_MS = 180_000;

/** Lets clients use a service that is killed again and again, then looks at all that there is. The data folder stays where there are faults. */
export async function endure({ seed, kills }: Ordeal): Promise<Endured> {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-crash-'));
  const results = await undisturbedResults(join(folder, 'undisturbed'));
  const data = join(folder, 'data');
  const service = createMortalService(data, ['--workers', '2']);
  const vandal = createVandal(data, createRandom(seed - 1));
  const ledger = createLedger();
  const followers = new Map<string, Follower>();
  service.start();
  try {
    const killed = await disturb({ service, vandal, ledger, followers, seed, kills });
    const address = await service.address();
    const triedAgain = await settle(address, SETTLE_MS);
    await Promise.all([...followers.values()].map((follower) => follower.read()));
    const told = new Map([...followers].map(([id, follower]) => [id, follower.told]));
    const shown = await audit(address, ledger, told);
    const code = await service.stop();
    const ended = code === 0 ? [] : [`the service ended with ${code}`];
    const left = (await processesLeft(service.groups)).map((command) => `a process is left: ${command}`);
    const { faults: kept, states } = inspect(data, ledger, results, vandal.damaged);
    const faults = [...shown, ...ended, ...left, ...kept];
    if (faults.length === 0) rmSync(folder, { recursive: true });
    return { faults, killed, datasets: ledger.datasets.length, jobs: states, triedAgain, errors: service.errors };
  } catch (error) {
    await service.kill('all');
    throw error;
  }
}

/** What is found in the folder of the stopped service. */
function inspect(data: string, ledger: Ledger, results: ReadonlyMap<string, Result>, damaged: readonly string[]) {
  using sqlite = openStopped(data);
  const { database } = sqlite;
  const trainings = new Map(ledger.jobs.map(({ name, training }) => [name, training]));
  const jobs = database.prepare<[], FoundJob>('SELECT id, name, state FROM jobs').all();
  const others = jobs.flatMap((job) => {
    const training = trainings.get(job.name) ?? '';
    return faultsOfResult(job, training, resultOf(database, job.id), results.get(training));
  });
  const states = Object.entries(Object.groupBy(jobs, ({ state }) => state));
  return {
    faults: [...inspectFolder(data, database, damaged), ...others],
    states: Object.fromEntries(states.map(([state, found]) => [state, found?.length ?? 0])),
  };
}

interface FoundJob {
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

/** A job comes to what it comes to undisturbed; one that was cancelled, to a beginning of it. */
function faultsOfResult({ id, state }: FoundJob, training: string, found: Result, undisturbed?: Result): Faults {
  const isWhole = state === 'succeeded';
  const losses = isWhole ? undisturbed?.losses : undisturbed?.losses.slice(0, found.losses.length);
  return [
    ...(isDeepStrictEqual(found.losses, losses) ? [] : [`the losses of ${id} (${training}) are others`]),
    ...(!isWhole || found.parameters === undisturbed?.parameters
      ? []
      : [`the model of ${id} (${training}) is another`]),
  ];
}
