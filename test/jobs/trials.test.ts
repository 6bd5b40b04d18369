import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { JobsQuery } from '../../src/jobs/schemas.ts';
import { checkRequest } from '../../src/jobs/submission/check.ts';
import { cancelHalted, insertTrial, resumeTrial } from '../../src/jobs/trials.ts';
import type { StopRule } from '../../src/training/loop/stopRule.ts';
import { createQueue } from '../../src/worker/queue/queueStore.ts';
import { TENANT } from '../support/access.ts';
import { findDataset, insertDataset } from './datasets.ts';
import { openJobs } from './fixtures.ts';
import { insertSweep } from './sweeps.ts';

const MACHINE = { cores: 2, coresOfJob: 2, memoryBytes: 2 ** 34 };
const HALT: StopRule = { metric: 'validationLoss', goal: 'minimize', until: 3, limits: [{ epoch: 1, worst: 0.5 }] };
const ANY = Number.MAX_SAFE_INTEGER;

/** A sweep, a function that queues its trials, and the queue of a worker. */
async function openTrials() {
  const { database, jobs, checkpoints } = openJobs();
  const datasetId = await insertDataset(database);
  const sweepId = await insertSweep(database, datasetId);
  const queue = createQueue(database, 'worker', Date.now);
  const insert = async (trial = 0, request: object = {}) => {
    const checked = await checkRequest({ datasetId, target: 'species', ...request }, findDataset(database), MACHINE);
    const options = { project: TENANT.project, machine: MACHINE, now: Date.now(), checked };
    return database
      .transaction()
      .execute((transaction) => insertTrial(transaction, { ...options, sweepId, trial, stopRule: HALT }));
  };
  const halted = async (trial?: number) => {
    const id = await insert(trial);
    await queue.claim(ANY);
    const row = await checkpoints.write(id, { step: 10, epoch: 4, finished: false, bytes: Buffer.alloc(64) });
    await queue.writeProgress(id, false, (queries) => checkpoints.record(queries, row));
    await queue.halt(id);
    return id;
  };
  const rowOf = (id: string) => database.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const dropSweep = () => database.deleteFrom('sweeps').execute();
  return { database, jobs, datasetId, sweepId, queue, insert, halted, rowOf, dropSweep };
}

describe('the job of a trial', () => {
  it('equals a job that a client submits, and has its sweep and number', async () => {
    const { jobs, sweepId, datasetId, insert } = await openTrials();
    const request = { labels: { team: 'risk' }, priority: 3, training: { epochs: 7 } };
    const of = async (id: string) => {
      const { id: _, createdAt: __, queuePosition: ___, ...job } = await jobs.get(id);
      return job;
    };
    const submitted = await of((await jobs.submit({ datasetId, target: 'species', ensemble: null, ...request })).id);
    expect(submitted).toMatchObject({ sweepId: null, trial: null });
    expect(await of(await insert(12, request))).toEqual({ ...submitted, sweepId, trial: 12 });
  });

  it('does not exist when the transaction fails', async () => {
    const { database, jobs, insert } = await openTrials();
    await database.deleteFrom('datasets').execute();
    await expect(insert()).rejects.toMatchObject({ code: 'invalid_spec' });
    expect((await jobs.list({ limit: 10 })).items).toEqual([]);
  });

  it('is found by its sweep', async () => {
    const { jobs, sweepId, datasetId, insert } = await openTrials();
    await jobs.submit({ datasetId, target: 'species', ensemble: null });
    const ids = [await insert(0), await insert(1)];
    const { items } = await jobs.list({ sweepId, limit: 10 });
    expect(items.map(({ id }) => id)).toEqual(ids.toReversed());
    expect((await jobs.list({ sweepId: 'swp_other', limit: 10 })).items).toEqual([]);
  });

  it('is not in the list of jobs unless trials are requested, also when its sweep is deleted', async () => {
    const { jobs, datasetId, insert, dropSweep } = await openTrials();
    const { id } = await jobs.submit({ datasetId, target: 'species', ensemble: null });
    const trial = await insert(0);
    const listed = async (query: Partial<JobsQuery>) =>
      (await jobs.list({ limit: 10, ...query })).items.map((job) => job.id);
    for (const step of [dropSweep, () => undefined]) {
      expect(await listed({})).toEqual([id]);
      expect(await listed({ trials: 'false' })).toEqual([id]);
      expect(await listed({ trials: 'true' })).toEqual([trial, id]);
      expect(await listed({ state: ['queued'] })).toEqual([id]);
      await step();
    }
  });

  it('adds no work to the list of other jobs', async () => {
    const { database } = await openTrials();
    const plan = await sql<{ detail: string }>`EXPLAIN QUERY PLAN
      SELECT name FROM jobs WHERE project = 'default' AND trial IS NULL ORDER BY id DESC LIMIT 50`.execute(database);
    expect(plan.rows.map(({ detail }) => detail)).toEqual(['SEARCH jobs USING INDEX jobs_of_no_sweep (project=?)']);
  });

  it('has its stop rule when a worker claims it', async () => {
    const { queue, insert } = await openTrials();
    await insert();
    expect(JSON.parse((await queue.claim(ANY))?.stopRule ?? '')).toEqual(HALT);
  });
});

describe('a job that halts', () => {
  it('is paused, without a lease', async () => {
    const { jobs, halted, rowOf } = await openTrials();
    const id = await halted();
    expect(await rowOf(id)).toMatchObject({ state: 'paused', halted: 1, leaseOwner: null, leaseUntil: null });
    expect(await jobs.get(id)).toMatchObject({ state: 'paused', attempts: 1 });
  });

  it.each([
    ['pause', { state: 'paused', halted: 0 }],
    ['cancel', { state: 'cancelled', halted: 0 }],
    ['stop', { state: 'queued', requested: 'stop', halted: 0 }],
  ] as const)('performs an action that a client requested first: %s', async (action, expected) => {
    const { jobs, queue, insert, rowOf } = await openTrials();
    const id = await insert();
    await queue.claim(ANY);
    await jobs[action](id);
    // A stop does not need a checkpoint here: the job is queued, and a worker creates its model.
    await queue.halt(id);
    expect(await rowOf(id)).toMatchObject(expected);
  });

  it('is not changed by a worker that has no lease on it', async () => {
    const { database, insert, queue, rowOf } = await openTrials();
    const id = await insert();
    await queue.claim(ANY);
    await createQueue(database, 'other', Date.now).halt(id);
    expect(await rowOf(id)).toMatchObject({ state: 'running', halted: 0 });
  });

  it('is resumed by its sweep up to the next stop rule, as the same attempt', async () => {
    const { database, queue, halted, rowOf } = await openTrials();
    const id = await halted();
    const next = { ...HALT, until: 9 };
    expect(await resumeTrial(database, id, next)).toBe(true);
    expect(await rowOf(id)).toMatchObject({ state: 'queued', halted: 0, attempts: 0 });
    expect(await queue.claim(ANY)).toMatchObject({ id, attempts: 1, stopRule: JSON.stringify(next) });
    expect(await resumeTrial(database, id, null)).toBe(false);
  });

  it('is resumed to its end without a stop rule', async () => {
    const { database, halted, rowOf } = await openTrials();
    const id = await halted();
    await resumeTrial(database, id, null);
    expect(await rowOf(id)).toMatchObject({ state: 'queued', stopRule: null });
  });

  it('cannot be resumed by a client, and the error names the possible actions', async () => {
    const { jobs, halted } = await openTrials();
    const id = await halted();
    const rejection = { code: 'job_wrong_state', message: expect.stringMatching(/its sweep.*stopped or cancelled/) };
    await expect(jobs.resume(id)).rejects.toMatchObject(rejection);
    await expect(jobs.retry(id)).rejects.toMatchObject({ message: expect.not.stringContaining('resumed') });
  });

  it('can be resumed by a client when its sweep is deleted, and trains to its end', async () => {
    const { jobs, halted, rowOf, dropSweep } = await openTrials();
    const id = await halted();
    await dropSweep();
    expect(await jobs.resume(id)).toMatchObject({ state: 'queued', sweepId: null, trial: 0 });
    expect(await rowOf(id)).toMatchObject({ halted: 0, stopRule: null });
  });

  it('can be stopped, and creates its model', async () => {
    const { jobs, halted, rowOf } = await openTrials();
    const id = await halted();
    expect(await jobs.stop(id)).toMatchObject({ state: 'queued', requested: 'stop' });
    expect(await rowOf(id)).toMatchObject({ halted: 0 });
  });

  it('can be cancelled, and retried without its sweep', async () => {
    const { jobs, halted, rowOf } = await openTrials();
    const id = await halted();
    expect(await jobs.cancel(id)).toMatchObject({ state: 'cancelled' });
    expect(await jobs.retry(id)).toMatchObject({ state: 'queued' });
    expect(await rowOf(id)).toMatchObject({ halted: 0, stopRule: null });
  });

  it('is cancelled by its sweep, which does not change other jobs', async () => {
    const { database, jobs, queue, insert, halted } = await openTrials();
    const [first, second] = [await halted(0), await halted(1)];
    const running = await insert(2);
    await queue.claim(ANY);
    expect(await cancelHalted(database, [first, running], Date.now())).toEqual([first]);
    const states = await Promise.all([first, second, running].map((id) => jobs.get(id)));
    expect(states.map(({ state }) => state)).toEqual(['cancelled', 'paused', 'running']);
  });
});

describe('a trial that a client has paused', () => {
  it('is resumed by a client, and still halts', async () => {
    const { jobs, insert, rowOf } = await openTrials();
    const id = await insert();
    await jobs.pause(id);
    expect(await jobs.resume(id)).toMatchObject({ state: 'queued' });
    expect(await rowOf(id)).toMatchObject({ stopRule: JSON.stringify(HALT) });
  });
});
