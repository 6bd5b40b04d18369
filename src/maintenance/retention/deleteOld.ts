import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Checkpoints } from '../../jobs/checkpoints/checkpoints.ts';
import type { Clock } from '../../kit/clock.ts';
import { IDEMPOTENCY_RETENTION_MS } from '../../kit/contract/idempotency.ts';
import type { Database } from '../../store/database/database.ts';
import type { Retention } from './settings.ts';
import { createRetentionStore, type RetentionStore } from './store.ts';

export interface DeleteOldDeps {
  readonly database: Database;
  readonly checkpoints: Pick<Checkpoints, 'removeFiles' | 'collect'>;
  readonly retention: Retention;
  readonly clock: Clock;
  /** Stops the deletion. The rest is deleted by the next call. */
  readonly leaving: AbortSignal;
}

const DAY_MS = 86_400_000;
/** A few milliseconds of work, which delay every request. */
const ROWS_AT_ONCE = 500;
/** A sweep can have thousands of trials, which are deleted with it. */
const SWEEPS_AT_ONCE = 1;

/** Deletes expired data and unused checkpoint files. Returns the number of deleted jobs. */
export async function deleteOld({ database, checkpoints, retention, clock, leaving }: DeleteOldDeps): Promise<number> {
  const store = createRetentionStore(database);
  /** Yields to the event loop between two deletions. */
  const untilNone: UntilNone = async (deleteSome) => {
    while (!leaving.aborted && (await deleteSome()) > 0) await yieldToEventLoop();
  };
  const daysAgo = (days: number) => clock() - days * DAY_MS;
  const { retainJobsDays, deleteModelsWithJobs, retainEventsDays, retainCheckpointsDays } = retention;
  const withModels = deleteModelsWithJobs;
  const jobs =
    retainJobsDays === undefined
      ? 0
      : await deleteJobs({ store, checkpoints, before: daysAgo(retainJobsDays), withModels, untilNone });
  if (retainJobsDays !== undefined) await untilNone(() => store.deleteSweeps(daysAgo(retainJobsDays), SWEEPS_AT_ONCE));
  await untilNone(() => store.deleteEvents(daysAgo(retainEventsDays), ROWS_AT_ONCE));
  await untilNone(async () => {
    const files = await store.deleteCheckpoints(daysAgo(retainCheckpointsDays), ROWS_AT_ONCE);
    await checkpoints.removeFiles(files);
    return files.length;
  });
  await untilNone(() => store.deleteIdempotencyKeys(clock() - IDEMPOTENCY_RETENTION_MS, ROWS_AT_ONCE));
  await checkpoints.collect();
  return jobs;
}

type UntilNone = (deleteSome: () => Promise<number>) => Promise<void>;

interface OldJobs {
  readonly store: RetentionStore;
  readonly checkpoints: DeleteOldDeps['checkpoints'];
  readonly before: number;
  readonly withModels: boolean;
  readonly untilNone: UntilNone;
}

async function deleteJobs({ store, checkpoints, before, withModels, untilNone }: OldJobs): Promise<number> {
  let deleted = 0;
  await untilNone(async () => {
    const id = await store.oldJob(before);
    if (id === undefined) return 0;
    await untilNone(() => store.deleteLosses(id, before, ROWS_AT_ONCE));
    await checkpoints.removeFiles(await store.deleteJob(id, before, withModels));
    deleted++;
    return 1;
  });
  return deleted;
}
