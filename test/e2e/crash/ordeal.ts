import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { createActor } from './actor.ts';
import { audit } from './audit.ts';
import { createFollower, type Follower } from './follower.ts';
import { type Faults, inspectFolder } from './inspection.ts';
import { createLedger, type JobEntry, type Ledger } from './ledger.ts';
import { createMortalService, type MortalService, type Victim } from './mortalService.ts';
import { createPersistentClient } from './persistentClient.ts';
import { processesLeft } from './processes.ts';
import { createRandom, type Random } from './random.ts';
import { openStopped, type Result, resultOf, undisturbedResults } from './reference.ts';
import { settle } from './settle.ts';

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

const ACTORS = 4;
/** A client does one thing after the other, with pauses up to this. */
const MOST_THINKING_MS = 200;
/** A life is ended so many answers after it began, and so long after the last of them: measured by both, as machines are not equally fast. */
const MOST_ANSWERS = 60;
const MOST_LIFE_MS = 1500;
const SETTLE_MS = 180_000;
const VICTIMS: readonly Victim[] = ['all', 'api', 'worker'];

/** Lets clients use a service that is killed again and again, then looks at all that there is. The data folder stays where there are faults. */
export async function endure({ seed, kills }: Ordeal): Promise<Endured> {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-crash-'));
  const results = await undisturbedResults(join(folder, 'undisturbed'));
  const data = join(folder, 'data');
  const service = createMortalService(data, ['--workers', '2']);
  const ledger = createLedger();
  const followers = new Map<string, Follower>();
  service.start();
  try {
    const killed = await disturb({ service, ledger, followers, seed, kills });
    const address = await service.address();
    const triedAgain = await settle(address, SETTLE_MS);
    await Promise.all([...followers.values()].map((follower) => follower.read()));
    const told = new Map([...followers].map(([id, follower]) => [id, follower.told]));
    const shown = await audit(address, ledger, told);
    const code = await service.stop();
    const ended = code === 0 ? [] : [`the service ended with ${code}`];
    const left = (await processesLeft(service.groups)).map((command) => `a process is left: ${command}`);
    const { faults: kept, states } = inspect(data, ledger, results);
    const faults = [...shown, ...ended, ...left, ...kept];
    if (faults.length === 0) rmSync(folder, { recursive: true });
    return { faults, killed, datasets: ledger.datasets.length, jobs: states, triedAgain, errors: service.errors };
  } catch (error) {
    await service.kill('all');
    throw error;
  }
}

interface DisturbedParts extends Ordeal {
  readonly service: MortalService;
  readonly ledger: Ledger;
  /** Of each job that was taken, by its id. */
  readonly followers: Map<string, Follower>;
}

/** Clients at work, and a killer. Resolves when all have ended and the service lives. */
async function disturb(parts: DisturbedParts): Promise<Endured['killed']> {
  const { service, ledger, followers, seed, kills } = parts;
  let isOver = false;
  const answers = new EventEmitter();
  const onJob = (job: JobEntry & { readonly id: string }) => {
    const follower = createFollower(service, job.id);
    followers.set(job.id, follower);
    follower.read().then(
      () => (job.isOver = true),
      // The same is found when all of its events are read in the end.
      () => (job.isOver = true),
    );
  };
  const actors = Array.from({ length: ACTORS }, async (_, index) => {
    const random = createRandom(seed + index + 1);
    const actor = createActor({ client: createPersistentClient(service, random), ledger, random, onJob });
    while (!isOver) {
      await actor.act();
      answers.emit('answer');
      await delay(random.between(0, MOST_THINKING_MS));
    }
  });
  const killing = killAgainAndAgain(service, answers, createRandom(seed), kills).finally(() => (isOver = true));
  const [killed] = await Promise.all([killing, ...actors]);
  return killed;
}

async function killAgainAndAgain(
  service: MortalService,
  answers: EventEmitter,
  random: Random,
  kills: number,
): Promise<Endured['killed']> {
  const killed = { all: 0, api: 0, worker: 0 };
  for (let count = 0; count < kills; count++) {
    // Half of all lives are short.
    const most = random.chance(0.5) ? MOST_ANSWERS : 2;
    for (let left = Math.floor(random.between(0, most)); left > 0; left--) await once(answers, 'answer');
    await delay(random.between(0, MOST_LIFE_MS));
    const victim = await service.kill(random.pick(VICTIMS));
    killed[victim]++;
    if (victim !== 'worker') service.start();
  }
  return killed;
}

/** What is found in the folder of the stopped service. */
function inspect(data: string, ledger: Ledger, results: ReadonlyMap<string, Result>) {
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
    faults: [...inspectFolder(data, database), ...others],
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
