import { describe, expect, it } from 'vitest';
import { INTERNAL_ERROR, MAX_CRASHES } from '../../src/jobs/failures.ts';
import { createQueue, LEASE_MS } from '../../src/worker/queue/queueStore.ts';
import { COOLDOWN_MS, reclaimCrashed } from '../../src/worker/queue/reclaimStore.ts';
import { insertDataset } from '../jobs/datasets.ts';
import { openJobs } from '../jobs/fixtures.ts';
import { moveTo } from '../support/jobStates.ts';

const ANY = Number.MAX_SAFE_INTEGER;
const NO_SUSPECT = { crashes: 0, suspectAt: null };

/** A queue whose clock the test sets. `die`: the worker dies and its supervisor survives. */
async function openSuspects() {
  const { database, checkpoints, jobs } = openJobs();
  const datasetId = await insertDataset(database);
  const clock = { now: 1_000_000 };
  const queueOf = (owner: string) => createQueue(database, owner, () => clock.now);
  const queue = queueOf('worker');
  const submit = async () => (await jobs.submit({ datasetId, target: 'species', ensemble: null })).id;
  const die = () => reclaimCrashed(database, clock.now, 'worker');
  const rowOf = (id: string) =>
    database.selectFrom('jobs').select(['crashes', 'suspectAt']).where('id', '=', id).executeTakeFirst();
  const logsOf = async (id: string) => {
    const rows = await database.selectFrom('events').select('data').where('jobId', '=', id).orderBy('id').execute();
    return rows.flatMap(({ data }) => JSON.parse(data).code ?? []);
  };
  /** A job that runs alone as a suspect. */
  const suspected = async () => {
    const id = await submit();
    await queue.claim(ANY);
    await die();
    await queue.claimSuspect();
    return id;
  };
  return { database, checkpoints, jobs, clock, queueOf, queue, submit, die, rowOf, logsOf, suspected };
}

describe('the crash count of a job', () => {
  it('excludes expired leases and workers that died with their supervisor, however often', async () => {
    const { clock, queue, queueOf, submit, jobs, rowOf, logsOf } = await openSuspects();
    const id = await submit();
    for (let life = 0; life < 4 * MAX_CRASHES; life++) {
      expect(await queue.claim(ANY)).toMatchObject({ id });
      clock.now += LEASE_MS + 1;
      const other = queueOf('other');
      expect(await (life % 2 === 0 ? other.reclaimExpired() : other.reclaimFrom('worker'))).toEqual([id]);
    }
    expect(await jobs.get(id)).toMatchObject({ state: 'queued', error: null, attempts: 4 * MAX_CRASHES });
    expect(await rowOf(id)).toEqual(NO_SUSPECT);
    expect(new Set(await logsOf(id))).toEqual(new Set(['worker_lost']));
  });

  it('excludes them also for a suspect that runs alone', async () => {
    const { queue, queueOf, suspected, jobs, rowOf } = await openSuspects();
    const id = await suspected();
    for (let life = 0; life < 2 * MAX_CRASHES; life++) {
      await queueOf('other').reclaimFrom('worker');
      expect(await queue.claimSuspect()).toMatchObject({ id });
    }
    expect(await jobs.get(id)).toMatchObject({ state: 'running' });
    expect(await rowOf(id)).toMatchObject({ crashes: 0 });
  });

  it('excludes the death of a process that ran other jobs too: all of them become suspects', async () => {
    const { queue, submit, die, rowOf, logsOf, clock } = await openSuspects();
    const ids = [await submit(), await submit()];
    const waiting = await submit();
    expect(await die()).toEqual([]);
    for (const id of ids) expect(await queue.claim(ANY)).toMatchObject({ id });
    expect(await die()).toEqual(ids);
    for (const id of ids) expect(await rowOf(id)).toEqual({ crashes: 0, suspectAt: clock.now });
    expect(await rowOf(waiting)).toEqual(NO_SUSPECT);
    expect(await logsOf(ids[0])).toEqual(['worker_died']);
  });

  it('includes deaths while it ran alone; at the limit, without a checkpoint in between, the job fails with a remedy', async () => {
    const { database, queue, suspected, jobs, die, rowOf } = await openSuspects();
    const id = await suspected();
    for (let death = 1; death < MAX_CRASHES; death++) {
      expect(await die()).toEqual([id]);
      expect(await rowOf(id)).toMatchObject({ crashes: death });
      await queue.claimSuspect();
    }
    await queue.writeProgress(id, false, async () => 'a checkpoint');
    expect(await rowOf(id)).toMatchObject({ crashes: 0, suspectAt: expect.any(Number) });
    for (let death = 1; death < MAX_CRASHES; death++) {
      await die();
      await queue.claimSuspect();
    }
    expect(await die()).toEqual([id]);
    expect(await jobs.get(id)).toMatchObject({
      state: 'failed',
      error: {
        code: 'worker_crashed',
        message: expect.stringMatching(/died 3 times while it ran this job alone.*use a smaller network/),
      },
    });
    expect(await database.selectFrom('jobs').select('leaseOwner').executeTakeFirst()).toEqual({ leaseOwner: null });
  });

  it('does not override requested actions: the job is cancelled or paused, and a suspect when it resumes', async () => {
    const { queue, submit, suspected, jobs, die } = await openSuspects();
    const cancelled = await suspected();
    for (let death = 1; death < MAX_CRASHES; death++) {
      await die();
      await queue.claimSuspect();
    }
    await jobs.cancel(cancelled);
    await die();
    expect(await jobs.get(cancelled)).toMatchObject({ state: 'cancelled', error: null });
    const paused = await submit();
    await queue.claim(ANY);
    await jobs.pause(paused);
    await die();
    expect(await jobs.get(paused)).toMatchObject({ state: 'paused', requested: null });
    await jobs.resume(paused);
    expect(await queue.claim(ANY)).toBeUndefined();
    expect(await queue.claimSuspect()).toMatchObject({ id: paused });
  });
});

describe('a suspect', () => {
  it('is cleared by a checkpoint after its probation, by a halt, a retry and an extension', async () => {
    const { database, checkpoints, queue, suspected, jobs, rowOf } = await openSuspects();
    const cleared = await suspected();
    await queue.writeProgress(cleared, true, async () => 'a checkpoint');
    expect(await rowOf(cleared)).toEqual(NO_SUSPECT);
    await queue.release(cleared);
    await jobs.cancel(cleared);
    const halted = await suspected();
    await queue.halt(halted);
    expect(await rowOf(halted)).toEqual(NO_SUSPECT);
    await moveTo(database, { to: 'cancelled', now: 1 });
    const retried = await suspected();
    await queue.fail(retried, INTERNAL_ERROR);
    await jobs.retry(retried);
    expect(await rowOf(retried)).toEqual(NO_SUSPECT);
    await jobs.cancel(retried);
    const extended = await suspected();
    const last = await checkpoints.write(extended, { step: 10, epoch: 3, finished: true, bytes: Buffer.alloc(64) });
    await checkpoints.record(database, last);
    await moveTo(database, { to: 'succeeded', now: 1 }, extended);
    expect(await rowOf(extended)).toMatchObject({ suspectAt: expect.any(Number) });
    await jobs.extend(extended, 5);
    expect(await rowOf(extended)).toEqual(NO_SUSPECT);
  });

  it('waits for a worker without other jobs, which claims no other job meanwhile', async () => {
    const { queue, queueOf, submit, die } = await openSuspects();
    const suspects = [await submit(), await submit()];
    for (const _ of suspects) await queue.claim(ANY);
    await die();
    const healthy = await submit();
    expect(await queue.claim(ANY)).toBeUndefined();
    expect(await queue.hasDueSuspect()).toBe(true);
    for (const id of suspects) expect(await queue.claimSuspect()).toMatchObject({ id });
    expect(await queue.hasDueSuspect()).toBe(false);
    expect(await queueOf('another').claim(ANY)).toMatchObject({ id: healthy });
  });

  it('is the first in the queue', async () => {
    const { queue, submit, die, jobs } = await openSuspects();
    const ids = [await submit(), await submit()];
    for (const _ of ids) await queue.claim(ANY);
    await queue.release(ids[0]);
    await die();
    expect(await jobs.get(ids[1])).toMatchObject({ queuePosition: 1 });
    expect(await jobs.get(ids[0])).toMatchObject({ queuePosition: 2 });
  });

  it('waits for the cooldown after a counted crash while other jobs are queued, and then runs', async () => {
    const { clock, queue, submit, suspected, die } = await openSuspects();
    const killer = await suspected();
    const healthy = await submit();
    await die();
    expect(await queue.hasDueSuspect()).toBe(false);
    expect(await queue.claim(ANY)).toMatchObject({ id: healthy });
    clock.now += COOLDOWN_MS - 1;
    expect(await queue.hasDueSuspect()).toBe(false);
    clock.now += 1;
    expect(await queue.hasDueSuspect()).toBe(true);
    expect(await queue.claimSuspect()).toMatchObject({ id: killer });
  });

  it('does not wait longer when the clock is set back', async () => {
    const { clock, queue, submit, suspected, die } = await openSuspects();
    const killer = await suspected();
    await submit();
    await die();
    clock.now -= 24 * 3_600_000;
    expect(await queue.claimSuspect()).toMatchObject({ id: killer });
  });

  it('has no cooldown without other jobs, or without a counted crash', async () => {
    const { queue, submit, die } = await openSuspects();
    const [killer, neighbour] = [await submit(), await submit()];
    for (const _ of [killer, neighbour]) await queue.claim(ANY);
    await die();
    expect(await queue.claimSuspect()).toMatchObject({ id: killer });
    await die();
    const healthy = await submit();
    expect(await queue.claimSuspect()).toMatchObject({ id: neighbour });
    expect(await queue.hasDueSuspect()).toBe(false);
    expect(await queue.claim(ANY)).toMatchObject({ id: healthy });
    await queue.fail(healthy, INTERNAL_ERROR);
    await queue.fail(neighbour, INTERNAL_ERROR);
    expect(await queue.claimSuspect()).toMatchObject({ id: killer });
  });

  it('waits while its project is at its limit of running jobs, and does not block other jobs', async () => {
    const { database, queue, submit, die } = await openSuspects();
    await submit();
    await queue.claim(ANY);
    await die();
    await database.updateTable('projects').set({ runningJobs: 0 }).execute();
    expect(await queue.hasDueSuspect()).toBe(false);
    expect(await queue.claimSuspect()).toBeUndefined();
  });
});
