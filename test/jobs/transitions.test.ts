import { describe, expect, it } from 'vitest';
import { isFinal } from '../../src/jobs/states.ts';
import { allowedFrom, type Move, moveJobs } from '../../src/jobs/transitions.ts';
import type { Database } from '../../src/store/database/database.ts';
import { JOB_STATES, type JobState } from '../../src/store/database/tables.ts';
import { createWebhooks } from '../../src/webhooks/service.ts';
import { TENANT } from '../support/access.ts';
import { moveTo } from '../support/jobStates.ts';
import { insertDataset } from './datasets.ts';
import { openJobs } from './fixtures.ts';

const ERROR = JSON.stringify({ code: 'internal_error', message: 'A message.' });
const NOW = Date.parse('2026-11-23T08:00:00Z');

async function openQueued() {
  const { database, jobs } = openJobs();
  const datasetId = await insertDataset(database);
  const submit = async () => (await jobs.submit({ datasetId, target: 'species', ensemble: null })).id;
  const row = (id: string) => database.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const statesOf = async (id: string): Promise<readonly string[]> => {
    const events = database.selectFrom('events').select('data').where('jobId', '=', id).where('type', '=', 'state');
    return (await events.orderBy('id').execute()).map(({ data }) => JSON.parse(data).state);
  };
  const subscribe = async () => {
    const send = () => Promise.reject(new Error('nothing is sent'));
    const webhooks = createWebhooks({ database, send, allowPrivate: true, clock: Date.now }, TENANT);
    await webhooks.create({ url: 'https://127.0.0.1:9/', events: ['job.succeeded', 'job.failed', 'job.cancelled'] });
  };
  const deliveries = async () =>
    (await database.selectFrom('deliveries').select('payload').orderBy('id').execute()).map(({ payload }) => payload);
  return { database, submit, row, statesOf, subscribe, deliveries };
}

const move = (to: JobState): Move => (isFinal(to) ? { to, now: NOW } : { to });

/** Moves one job, with the columns that its new state needs. */
const moveOne = (database: Database, id: string, to: JobState) =>
  to === 'failed'
    ? moveJobs(database, move(to), (jobs) => jobs.set({ error: ERROR }).where('id', '=', id))
    : moveTo(database, move(to), id);

/** The moves from `queued` to each state. */
const PATHS: Readonly<Record<JobState, readonly JobState[]>> = {
  queued: [],
  running: ['running'],
  paused: ['paused'],
  succeeded: ['running', 'succeeded'],
  failed: ['running', 'failed'],
  cancelled: ['cancelled'],
};

describe('moving a job', () => {
  const pairs = JOB_STATES.flatMap((from) => JOB_STATES.map((to) => [from, to] as const));

  it.each(pairs)('from %s to %s happens only if the table allows it', async (from, to) => {
    const { database, submit, row, statesOf } = await openQueued();
    const id = await submit();
    for (const state of PATHS[from]) expect(await moveOne(database, id, state)).toHaveLength(1);
    const before = await row(id);
    const moved = await moveOne(database, id, to);
    const isAllowed = (allowedFrom[to] as readonly JobState[]).includes(from);
    expect(moved.map((job) => job.state)).toEqual(isAllowed ? [to] : []);
    expect(await statesOf(id)).toEqual(['queued', ...PATHS[from], ...(isAllowed ? [to] : [])]);
    if (!isAllowed) expect(await row(id)).toEqual(before);
  });

  it('has one winner when several move it at once', async () => {
    const { database, submit, statesOf } = await openQueued();
    const id = await submit();
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, owner) =>
        moveJobs(database, { to: 'running' }, (jobs) =>
          jobs.set({ leaseOwner: String(owner), leaseUntil: 1 }).where('id', '=', id),
        ),
      ),
    );
    expect(results.flat()).toHaveLength(1);
    expect(await statesOf(id)).toEqual(['queued', 'running']);
  });

  it.each(['succeeded', 'failed', 'cancelled'] as const)(
    'to %s adds a delivery with the state and its result',
    async (to) => {
      const { database, submit, row, subscribe, deliveries } = await openQueued();
      await subscribe();
      const id = await submit();
      for (const state of PATHS[to]) await moveOne(database, id, state);
      const { name, datasetId } = await row(id);
      const error = to === 'failed' ? JSON.parse(ERROR) : null;
      const data = { jobId: id, name, state: to, datasetId, modelId: null, error };
      expect(await deliveries()).toEqual([
        JSON.stringify({ type: `job.${to}`, timestamp: '2026-11-23T08:00:00.000Z', data }),
      ]);
    },
  );

  it('of a trial adds no delivery', async () => {
    const { database, submit, subscribe, deliveries } = await openQueued();
    await subscribe();
    const id = await submit();
    await database.updateTable('jobs').set({ trial: 0 }).where('id', '=', id).execute();
    await moveTo(database, move('cancelled'), id);
    expect(await deliveries()).toEqual([]);
  });

  it('writes state, event and delivery, or none of them', async () => {
    const { database, submit, row, statesOf, subscribe, deliveries } = await openQueued();
    await subscribe();
    const id = await submit();
    const failing = database.transaction().execute(async (transaction) => {
      await moveJobs(transaction, move('cancelled'), (jobs) => jobs.where('id', '=', id));
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect((await row(id)).state).toBe('queued');
    expect(await statesOf(id)).toEqual(['queued']);
    expect(await deliveries()).toEqual([]);
  });
});
