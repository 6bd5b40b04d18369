import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { type Checkpoints, createCheckpoints } from '../../src/jobs/checkpoints/checkpoints.ts';
import { createJobs, type Jobs, type JobsDeps } from '../../src/jobs/service.ts';
import { isFinal } from '../../src/jobs/states.ts';
import type { Machine } from '../../src/jobs/submission/threadWarnings.ts';
import type { Tenant } from '../../src/kit/contract/caller.ts';
import { createEventBus } from '../../src/notifications/bus.ts';
import { createFolderBlobs } from '../../src/store/blobs/folder.ts';
import { type Database, openDatabase } from '../../src/store/database/database.ts';
import { TENANT } from '../support/access.ts';
import { findDataset } from './datasets.ts';

export const log = pino({ level: 'silent' });

/** A data folder with its database. */
export function makeFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-jobs-'));
  const database = openDatabase(join(folder, 'trainyard.sqlite'));
  const close = async () => {
    await database.destroy();
    rmSync(folder, { recursive: true });
  };
  return { folder, database, close };
}

export function checkpointsIn(folder: string, database: Database): Checkpoints {
  return createCheckpoints({ database, blobs: createFolderBlobs(join(folder, 'checkpoints')), clock: Date.now, log });
}

/** The service of jobs with a new database, which is deleted after the test. */
export function openJobs(
  machine: Machine = { cores: 4, coresOfJob: 4, memoryBytes: 2 ** 34 },
  changes: Partial<JobsDeps> = {},
) {
  const { folder, database, close } = makeFolder();
  onTestFinished(close);
  const bus = createEventBus();
  const checkpoints = checkpointsIn(folder, database);
  const deps = { database, findDataset: findDataset(database), checkpoints, bus, machine, clock: Date.now };
  const jobsOf = (tenant: Tenant) => createJobs({ ...deps, ...changes }, tenant);
  return { folder, database, checkpoints, bus, jobs: jobsOf(TENANT), jobsOf };
}

/** Resolves with the job once it is in a final state. */
export async function over(jobs: Jobs, id: string) {
  for (;;) {
    const job = await jobs.get(id, { waitMs: 20_000, signal: new AbortController().signal });
    if (isFinal(job.state)) return job;
  }
}
