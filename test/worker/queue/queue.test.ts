import { describe, expect, it } from 'vitest';
import { createQueue, LEASE_MS } from '../../../src/worker/queue/queueStore.ts';
import { insertDataset } from '../../jobs/datasets.ts';
import { openJobs } from '../../jobs/fixtures.ts';

const DONE = { epochs: 3, warnings: [] };
const ANY = Number.MAX_SAFE_INTEGER;

/** A queue whose clock the test sets, and a function that queues jobs. */
async function openQueue() {
  const { database, jobs } = openJobs();
  const datasetId = await insertDataset(database);
  const clock = { now: Date.now() };
  const queueOf = (owner: string) => createQueue(database, owner, () => clock.now);
  const submit = async (request: object = {}) =>
    (await jobs.submit({ datasetId, target: 'species', ensemble: null, ...request })).id;
  return { database, jobs, clock, queueOf, submit };
}

describe('the queue', () => {
  it('returns the job with the highest priority first, then the oldest', async () => {
    const { queueOf, submit } = await openQueue();
    const low = await submit({ priority: -1 });
    const first = await submit();
    const second = await submit();
    const high = await submit({ priority: 5 });
    const queue = queueOf('a');
    const order = [];
    for (let job = await queue.claim(ANY); job; job = await queue.claim(ANY)) order.push(job.id);
    expect(order).toEqual([high, first, second, low]);
  });

  it('gives each job to one worker', async () => {
    const { queueOf, submit } = await openQueue();
    const ids = [await submit(), await submit()];
    const claims = await Promise.all(['a', 'b', 'c'].map((owner) => queueOf(owner).claim(ANY)));
    expect(claims.flatMap((job) => job?.id ?? []).toSorted()).toEqual(ids);
  });

  it('does not let small jobs overtake one that waits for memory', async () => {
    const { database, queueOf, submit } = await openQueue();
    const large = await submit();
    await submit();
    await database.updateTable('jobs').set({ memoryBytes: 1e12 }).where('id', '=', large).execute();
    expect(await queueOf('a').claim(1e9)).toBeUndefined();
    expect(await queueOf('a').claim(ANY)).toMatchObject({ id: large });
  });

  it('does not reclaim a job from a worker that renews its lease', async () => {
    const { clock, queueOf, submit, jobs } = await openQueue();
    const id = await submit();
    const queue = queueOf('a');
    await queue.claim(ANY);
    clock.now += LEASE_MS - 1;
    expect(await queue.renew()).toEqual([{ id, requested: null }]);
    clock.now += LEASE_MS - 1;
    expect(await queueOf('b').reclaimExpired()).toEqual([]);
    expect(await jobs.get(id)).toMatchObject({ state: 'running', attempts: 1 });
  });

  it('lets a worker renew expired leases of its own if no other worker has reclaimed the jobs', async () => {
    const { clock, queueOf, submit, jobs } = await openQueue();
    const id = await submit();
    const queue = queueOf('a');
    await queue.claim(ANY);
    clock.now += LEASE_MS + 1;
    expect(await queue.reclaimExpired()).toEqual([]);
    expect(await queue.renew()).toEqual([{ id, requested: null }]);
    expect(await queueOf('b').reclaimExpired()).toEqual([]);
    expect(await jobs.get(id)).toMatchObject({ state: 'running', attempts: 1 });
  });

  it('skips the jobs that a worker still runs', async () => {
    const { queueOf, submit } = await openQueue();
    const [first, second] = [await submit(), await submit()];
    expect(await queueOf('a').claim(ANY, [first])).toMatchObject({ id: second });
    expect(await queueOf('a').claim(ANY, [first])).toBeUndefined();
    expect(await queueOf('a').claim(ANY)).toMatchObject({ id: first });
  });

  it('reclaims a job from a worker that is gone, and gives it to another', async () => {
    const { clock, queueOf, submit, jobs } = await openQueue();
    const id = await submit();
    const dead = queueOf('dead');
    await dead.claim(ANY);
    clock.now += LEASE_MS + 1;
    expect(await queueOf('b').reclaimExpired()).toEqual([id]);
    expect(await jobs.get(id)).toMatchObject({ state: 'queued', queuePosition: 1, startedAt: null });
    expect(await queueOf('b').claim(ANY)).toMatchObject({ id, attempts: 2 });
    expect(await dead.renew()).toEqual([]);
  });

  it('lets no worker end a job that is no longer leased to it', async () => {
    const { queueOf, submit, jobs } = await openQueue();
    const id = await submit();
    const dead = queueOf('dead');
    await dead.claim(ANY);
    await queueOf('b').reclaimFrom('dead');
    await queueOf('b').claim(ANY);
    await dead.fail(id, { code: 'internal_error', message: 'late' });
    expect(await dead.succeed(id, DONE, async () => 'mdl_none')).toBe(false);
    expect(await jobs.get(id)).toMatchObject({ state: 'running', error: null });
  });

  it('cancels a job whose worker died before it received the request', async () => {
    const { queueOf, submit, jobs } = await openQueue();
    const id = await submit();
    await queueOf('a').claim(ANY);
    await jobs.cancel(id);
    await queueOf('b').reclaimFrom('a');
    expect(await jobs.get(id)).toMatchObject({ state: 'cancelled' });
  });

  it('does not count the attempt of a released job', async () => {
    const { queueOf, submit, jobs } = await openQueue();
    const id = await submit();
    await queueOf('a').claim(ANY);
    await queueOf('a').release(id);
    expect(await jobs.get(id)).toMatchObject({ state: 'queued', attempts: 0 });
  });

  it('writes neither model nor state when the model cannot be saved', async () => {
    const { database, queueOf, submit, jobs } = await openQueue();
    const id = await submit();
    await queueOf('a').claim(ANY);
    const broken = queueOf('a').succeed(id, DONE, async (queries) => {
      await queries
        .insertInto('models')
        .values({
          id: 'mdl_1',
          project: 'default',
          name: 'm',
          task: 'binary',
          target: 't',
          description: '{}',
          sha256: '',
          createdAt: 1,
        })
        .execute();
      throw new Error('the disk is full');
    });
    await expect(broken).rejects.toThrow('the disk is full');
    expect(await jobs.get(id)).toMatchObject({ state: 'running' });
    expect(await database.selectFrom('models').selectAll().execute()).toEqual([]);
  });
});
