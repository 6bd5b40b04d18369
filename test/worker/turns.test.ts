import Sqlite from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createJobStore } from '../../src/jobs/store.ts';
import { NO_QUOTAS } from '../../src/kit/contract/caller.ts';
import { newId } from '../../src/kit/ids.ts';
import { type Database, openDatabase } from '../../src/store/database/database.ts';
import { createQueue } from '../../src/worker/queue/queueStore.ts';
import { insertDataset } from '../jobs/datasets.ts';
import { openJobs } from '../jobs/fixtures.ts';
import { insertSweep } from '../jobs/sweeps.ts';

const ANY = Number.MAX_SAFE_INTEGER;

/** A queue, and functions that add projects and their jobs. */
async function openTurns() {
  const { folder, database, jobsOf } = openJobs();
  const claimOne = async () => (await createQueue(database, 'worker', Date.now).claim(ANY))?.id;
  return {
    folder,
    database,
    claimOne,
    jobsOf: (project: string) => jobsOf({ project, quotas: NO_QUOTAS }),
    async claimAll() {
      const ids: string[] = [];
      for (let id = await claimOne(); id !== undefined; id = await claimOne()) ids.push(id);
      return ids;
    },
    async addProject(name: string, runningJobs: number | null = null) {
      await database
        .insertInto('projects')
        .values({ name, ...NO_QUOTAS, runningJobs, createdAt: 0 })
        .execute();
    },
    submit: (project: string, priorities: readonly number[]) => insertJobs(database, project, priorities),
  };
}

/** Inserts queued jobs, the oldest first, and returns their ids. */
async function insertJobs(database: Database, project: string, priorities: readonly number[]) {
  const rows = priorities.map((priority) => ({
    ...({
      id: newId('job'),
      project,
      name: 'a job',
      state: 'queued',
      priority,
      request: '{}',
      memoryBytes: 0,
    } as const),
    ...{ warnings: '[]', attempts: 0, crashes: 0, createdAt: 0 },
  }));
  await database.insertInto('jobs').values(rows).execute();
  return rows.map(({ id }) => id);
}

describe('the trials of a sweep in the queue', () => {
  it('run after the jobs that clients have submitted, unless their priority is higher', async () => {
    const { database, submit, claimAll } = await openTurns();
    const [first, second, own, high] = await submit('default', [0, 0, 0, 5]);
    const sweepId = await insertSweep(database, await insertDataset(database));
    await database.updateTable('jobs').set({ sweepId, trial: 0 }).where('id', 'in', [first, second, high]).execute();
    const order = [high, own, first, second];
    const positions = await createJobStore(database, 'default').queuePositions(order);
    expect(order.map((id) => positions.get(id))).toEqual([1, 2, 3, 4]);
    expect(await claimAll()).toEqual(order);
  });
});

describe('projects in the queue', () => {
  it('alternate: one job does not wait for a thousand jobs of another project', async () => {
    const { addProject, submit, claimOne } = await openTurns();
    await addProject('many');
    await addProject('one');
    const many = await submit('many', Array(1000).fill(0));
    const [only] = await submit('one', [0]);
    expect([await claimOne(), await claimOne(), await claimOne()]).toEqual([many[0], only, many[1]]);
  });

  it('are served by the fewest running jobs first, then by the oldest job', async () => {
    const { addProject, submit, claimOne } = await openTurns();
    await addProject('a');
    await addProject('b');
    await addProject('c');
    const a = await submit('a', [0, 0, 0]);
    expect([await claimOne(), await claimOne()]).toEqual([a[0], a[1]]);
    const c = await submit('c', [0]);
    const b = await submit('b', [0, 0]);
    expect([await claimOne(), await claimOne(), await claimOne(), await claimOne()]).toEqual([c[0], b[0], b[1], a[2]]);
  });

  it('are served after a higher priority', async () => {
    const { addProject, submit, claimAll } = await openTurns();
    await addProject('a');
    await addProject('b');
    const a = await submit('a', [1, 1]);
    const b = await submit('b', [0, 0]);
    expect(await claimAll()).toEqual([...a, ...b]);
  });

  it('run no more jobs than their limit, and do not block other projects', async () => {
    const { database, addProject, submit, claimAll } = await openTurns();
    await addProject('small', 1);
    await addProject('large');
    const small = await submit('small', [5, 5]);
    const large = await submit('large', [0, 0]);
    expect(await claimAll()).toEqual([small[0], ...large]);
    await database.updateTable('projects').set({ runningJobs: 2 }).where('name', '=', 'small').execute();
    expect(await claimAll()).toEqual([small[1]]);
  });

  it('have queue positions in the order in which their jobs are claimed', async () => {
    const { addProject, submit, claimOne, claimAll, jobsOf } = await openTurns();
    const projects = ['a', 'b', 'c'];
    for (const project of projects) await addProject(project);
    for (let i = 0; i < 30; i++) await submit(projects[(i * i) % 3] ?? 'a', [(i * 7) % 4]);
    for (let i = 0; i < 5; i++) await claimOne();
    const queued: { id: string; queuePosition: number | null }[] = [];
    for (const project of projects) {
      const { items } = await jobsOf(project).list({ limit: 100, state: ['queued'] });
      queued.push(...items);
    }
    queued.sort((a, b) => (a.queuePosition ?? 0) - (b.queuePosition ?? 0));
    expect(queued.map(({ queuePosition }) => queuePosition)).toEqual(queued.map((_, index) => index + 1));
    expect(queued.map(({ id }) => id)).toEqual(await claimAll());
  });

  it('are found by indexes, so that a claim does not scan the queue', async () => {
    const { folder } = await openTurns();
    const path = `${folder}/trainyard.sqlite`;
    const sqlite = new Sqlite(path);
    const statements: { sql: string; parameters: readonly unknown[] }[] = [];
    const watched = openDatabase(path, { onQuery: ({ query }) => void statements.push(query) });
    onTestFinished(() => watched.destroy());
    await createQueue(watched, 'worker', Date.now).claim(ANY);
    const claim = statements.find((statement) => /^update/i.test(statement.sql));
    const plan = sqlite
      .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${claim?.sql}`)
      .all(...(claim?.parameters ?? []))
      .map(({ detail }) => detail);
    expect(plan.filter((step) => step.startsWith('SCAN'))).toEqual(['SCAN projects']);
    expect(plan.join('\n')).toMatch(/jobs_queue \(project=\?\)/);
    expect(plan.join('\n')).toMatch(/jobs_running \(project=\?\)/);
    expect(plan.join('\n')).toMatch(/suspect USING INDEX jobs_suspects \(state=\?\)/);
  });
});

it('the queue limit is never exceeded by concurrent requests', async () => {
  const { database, jobsOf } = openJobs();
  const datasetId = await insertDataset(database);
  const jobs = jobsOf({ project: 'default', quotas: { ...NO_QUOTAS, queuedJobs: 2 } });
  const submit = () => jobs.submit({ datasetId, target: 'species', ensemble: null });
  const outcomes = await Promise.allSettled([submit(), submit(), submit()]);
  expect(outcomes.filter(({ status }) => status === 'rejected')).toMatchObject([
    { reason: { code: 'queued_jobs_quota' } },
  ]);
  const { items } = await jobs.list({ limit: 10 });
  expect(items).toHaveLength(2);
});

it('a paused job cannot be resumed while the queue is full', async () => {
  const { database, jobsOf } = openJobs();
  const datasetId = await insertDataset(database);
  const jobs = jobsOf({ project: 'default', quotas: { ...NO_QUOTAS, queuedJobs: 1 } });
  const paused = await jobs.submit({ datasetId, target: 'species', ensemble: null });
  await jobs.pause(paused.id);
  const waiting = await jobs.submit({ datasetId, target: 'species', ensemble: null });
  await expect(jobs.resume(paused.id)).rejects.toMatchObject({ code: 'queued_jobs_quota' });
  expect(await jobs.get(paused.id)).toMatchObject({ state: 'paused' });
  await jobs.cancel(waiting.id);
  expect(await jobs.resume(paused.id)).toMatchObject({ state: 'queued' });
});
