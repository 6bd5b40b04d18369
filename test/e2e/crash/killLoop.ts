import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Job } from '../../../src/jobs/schemas.ts';
import { isFinal } from '../../../src/jobs/states.ts';
import { endedWithTests } from '../../support/children.ts';
import { call, finishedJob } from '../../support/client.ts';
import { type Faults, inspectFolder } from './inspection.ts';
import { getJson, listAll } from './lists.ts';
import { createMortalService } from './mortalService.ts';
import { createPersistentClient, type PersistentClient } from './persistentClient.ts';
import { processesLeft } from './processes.ts';
import { createRandom } from './random.ts';
import { openStopped, type Result, resultOf } from './reference.ts';
import { kindsTable } from './trainings.ts';

export interface KillLoop {
  /** Determines the duration of each life. */
  readonly seed: number;
  readonly kills: number;
  /** Number of processes that compute while the service is killed. */
  readonly busy: number;
}

export interface Survived {
  /** Empty: no job failed, was lost or repeated, and each has the result of an undisturbed one. */
  readonly faults: Faults;
  readonly jobs: number;
  /** How many of them ended before the last kill. */
  readonly endedBetweenKills: number;
  /** How often a job resumed from a checkpoint. */
  readonly resumed: number;
  readonly maxAttempts: number;
}

const LIFE_MS = { least: 200, most: 1700 };
/**
 * Jobs are submitted in batches, and one life in this many waits for that: the others may be too
 * short for any response.
 */
const LIVES_A_BATCH = 4;
const JOBS_A_BATCH = 8;

const TABLE = kindsTable('kill loop', 600);
/** The head of the queue is long, so that one life after another starts it and none finishes it. */
const LONG_JOBS = 2;
const EPOCHS = { long: 4000, short: 60 };
/**
 * A life that waited for the start of a job ends soon after, so that a fast machine does not finish
 * the long jobs.
 */
const STARTED_LIFE_MS = { least: 0, most: 300 };
type Length = keyof typeof EPOCHS;
const lengthOf = (index: number): Length => (index < LONG_JOBS ? 'long' : 'short');

function requestOf(name: string, length: Length, datasetId: string) {
  const network = { layers: [{ units: 32, normalization: 'batch', dropout: 0.3 }, { units: 16 }] };
  const training = { epochs: EPOCHS[length], batchSize: 32, earlyStopping: null };
  return { name, datasetId, target: 'kind', labels: { length }, network, training };
}

/**
 * Kills a service with all its processes shortly after each start, while clients submit jobs, then
 * lets it end them.
 */
export async function surviveKills({ seed, kills, busy }: KillLoop): Promise<Survived> {
  const data = mkdtempSync(join(tmpdir(), 'trainyard-kills-'));
  const service = createMortalService(data, ['--workers', '2'], 10);
  const random = createRandom(seed);
  // A client whose answer was lost asks again, until it has one.
  const client = createPersistentClient(service, random, 0);
  const accepted: string[] = [];
  service.start();
  const address = await service.address();
  const { id: datasetId } = await call(address, '/v1/datasets?name=kinds', {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: TABLE,
  });
  const lengths = ['long', 'short'] as const;
  await Promise.all(
    lengths.map((length) => finishedJob(address, requestOf(undisturbedName(length), length, datasetId))),
  );
  const computing = Array.from({ length: busy }, () =>
    endedWithTests(spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' })),
  );
  try {
    let batch: Promise<void> = Promise.resolve();
    for (let kill = 0; kill < kills; kill++) {
      if (kill % LIVES_A_BATCH === 0) batch = submitBatch(client, datasetId, kill, accepted);
      // Awaited some lives later.
      batch.catch(() => {});
      if ((kill + 1) % LIVES_A_BATCH === 0) await batch;
      // Every other life lasts until a job runs, however slow the machine is.
      const waits = kill % 2 === 1 && (await hasUnfinished(await service.address()));
      if (waits) await service.jobStarted();
      const life = waits ? STARTED_LIFE_MS : LIFE_MS;
      await delay(random.between(life.least, life.most));
      await service.kill('all');
      service.start();
    }
    const killedAt = Date.now();
    for (const process of computing) process.kill('SIGKILL');
    await batch;
    await untilAllEnded(await service.address());
    const code = await service.stop();
    const left = await processesLeft(service.groups);
    const found = inspect(data, accepted, killedAt);
    const faults = [
      ...found.faults,
      ...(code === 0 ? [] : [`the service ended with ${code}`]),
      ...left.map((command) => `a process is left: ${command}`),
    ];
    if (faults.length === 0) rmSync(data, { recursive: true });
    return { ...found, faults };
  } catch (error) {
    await service.kill('all');
    throw error;
  } finally {
    for (const process of computing) process.kill('SIGKILL');
  }
}

const undisturbedName = (length: Length) => `undisturbed-${length}`;

/** Resolves when each has been answered; the names of the jobs are added to `accepted`. */
async function submitBatch(
  client: PersistentClient,
  datasetId: string,
  batch: number,
  accepted: string[],
): Promise<void> {
  const submitted = Array.from({ length: JOBS_A_BATCH }, async (_, index) => {
    const name = `job-${batch}-${index}`;
    const headers = { 'idempotency-key': name };
    const length = batch === 0 ? lengthOf(index) : 'short';
    const body = JSON.stringify(requestOf(name, length, datasetId));
    const answered = await client.ask({ method: 'POST', path: '/v1/jobs', type: 'application/json', headers, body });
    if (answered?.status !== 202) throw new Error(`${name} was answered ${JSON.stringify(answered)}`);
    accepted.push(name);
  });
  await Promise.all(submitted);
}

async function hasUnfinished(address: string): Promise<boolean> {
  const pages = ['queued', 'running'].map((state) =>
    getJson<{ readonly items: readonly Job[] }>(`${address}/v1/jobs?state=${state}&limit=1`),
  );
  return (await Promise.all(pages)).some(({ items }) => items.length > 0);
}

async function untilAllEnded(address: string): Promise<void> {
  for (;;) {
    const waiting = (await listAll(address, 'jobs')).find(({ state }) => !isFinal(state));
    if (waiting === undefined) return;
    await getJson<Job>(`${address}/v1/jobs/${waiting.id}?wait=20`);
  }
}

interface FoundJob {
  readonly id: string;
  readonly name: string;
  readonly length: Length;
  readonly state: string;
  readonly error: string | null;
  readonly attempts: number;
  readonly finished_at: number;
}

/** What is found in the folder of the stopped service. */
function inspect(data: string, accepted: readonly string[], killedAt: number): Survived {
  using sqlite = openStopped(data);
  const { database } = sqlite;
  const all = database
    .prepare<[], FoundJob>(
      `SELECT id, name, request ->> '$.labels.length' AS length, state, error, attempts, finished_at FROM jobs`,
    )
    .all();
  const references = [undisturbedName('long'), undisturbedName('short')];
  const jobs = all.filter(({ name }) => !references.includes(name));
  const undisturbed = (length: Length) =>
    resultOf(database, all.find(({ name }) => name === undisturbedName(length))?.id ?? '');
  const results = { long: undisturbed('long'), short: undisturbed('short') };
  const names = jobs.map(({ name }) => name).toSorted();
  const isSame = isDeepStrictEqual(names, accepted.toSorted());
  const resumed = database
    .prepare<[], number>("SELECT count(*) FROM events WHERE data ->> 'code' = 'training_resumed'")
    .pluck()
    .get();
  return {
    faults: [
      ...inspectFolder(data, database),
      ...(isSame ? [] : [`${accepted.length} jobs were accepted, and these are there: ${names.join(', ')}`]),
      ...jobs.flatMap((job) => faultsOf(job, resultOf(database, job.id), results[job.length])),
    ],
    jobs: jobs.length,
    endedBetweenKills: jobs.filter((job) => job.finished_at < killedAt).length,
    resumed: resumed ?? 0,
    maxAttempts: Math.max(...jobs.map(({ attempts }) => attempts)),
  };
}

function faultsOf({ name, state, error }: FoundJob, result: Result, undisturbed: Result): Faults {
  if (state !== 'succeeded') return [`${name} is ${state}: ${error}`];
  return isDeepStrictEqual(result, undisturbed) ? [] : [`${name} has another result than an undisturbed job`];
}
