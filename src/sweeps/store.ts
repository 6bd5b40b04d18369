import { sql } from 'kysely';
import { ServiceError } from '../kit/contract/errors.ts';
import { readWithin, type Slice } from '../kit/contract/pages.ts';
import type { Database, Queries } from '../store/database/database.ts';
import { FINAL_SWEEP_STATES, type SweepRow, type SweepState } from '../store/database/tables.ts';
import { textBytes } from '../store/textBytes.ts';
import type { SweepsQuery } from './schemas.ts';
import { insertSweep } from './transitions.ts';
import { countSegments } from './trials/segmentStore.ts';

interface SweepFilter extends Pick<SweepsQuery, 'state' | 'datasetId'> {
  readonly before: string | undefined;
  readonly limit: number;
}

/** Queries on the sweeps of one project. */
export interface SweepStore {
  /**
   * Throws ServiceError `invalid_sweep` if the dataset was deleted, and `queued_jobs_quota` if the
   * running sweeps of the project would have more than `maxQueued` parallel trials.
   */
  insert(row: SweepRow, maxQueued: number | null): Promise<void>;
  find(id: string): Promise<SweepRow | undefined>;
  state(id: string): Promise<SweepState | undefined>;
  /** Newest first. */
  list(filter: SweepFilter): Promise<Slice<SweepRow>>;
  /**
   * Deletes a final sweep with its trials and their jobs. Returns the checkpoint files of the jobs;
   * undefined if the sweep does not exist or is not final.
   */
  remove(id: string): Promise<readonly string[] | undefined>;
}

export function createSweepStore(database: Database, project: string): SweepStore {
  const ofProject = () => database.selectFrom('sweeps').where('project', '=', project);
  return {
    insert: (row, maxQueued) =>
      database.transaction().execute(async (transaction) => {
        if (row.datasetId !== null) await assertDatasetExists(transaction, row.datasetId);
        await insertSweep(transaction, row);
        if (maxQueued !== null) await assertQueueLimit(transaction, project, maxQueued);
      }),

    find: (id) => ofProject().selectAll().where('id', '=', id).executeTakeFirst(),

    async state(id) {
      return (await ofProject().select('state').where('id', '=', id).executeTakeFirst())?.state;
    },

    list({ state: states = [], datasetId, before, limit }) {
      let query = ofProject().orderBy('id', 'desc');
      if (states.length > 0) query = query.where('state', 'in', states);
      if (datasetId !== undefined) query = query.where('datasetId', '=', datasetId);
      if (before !== undefined) query = query.where('id', '<', before);
      return readWithin(
        { sizes: query.select(textBytes('request', 'error').as('bytes')), rows: query.selectAll() },
        limit,
      );
    },

    remove: (id) =>
      database.transaction().execute(async (transaction) => {
        const own = await transaction
          .selectFrom('sweeps')
          .select('id')
          .where('project', '=', project)
          .where('id', '=', id)
          .where('state', 'in', FINAL_SWEEP_STATES)
          .executeTakeFirst();
        if (own === undefined) return undefined;
        const jobs = transaction.selectFrom('jobs').select('id').where('sweepId', '=', id);
        const files = await transaction.selectFrom('checkpoints').select('file').where('jobId', 'in', jobs).execute();
        await transaction.deleteFrom('segments').where('sweepId', '=', id).execute();
        await transaction.deleteFrom('trials').where('sweepId', '=', id).execute();
        await transaction.deleteFrom('jobs').where('sweepId', '=', id).execute();
        await transaction.deleteFrom('sweeps').where('id', '=', id).execute();
        return files.map(({ file }) => file);
      }),
  };
}

/** The sweep of any project; undefined if it is not running. */
export function findRunning(queries: Queries, id: string): Promise<SweepRow | undefined> {
  return queries
    .selectFrom('sweeps')
    .selectAll()
    .where('id', '=', id)
    .where('state', '=', 'running')
    .executeTakeFirst();
}

/** Another process changed the sweep, so the copy in memory is stale. */
export class StaleSweepError extends Error {
  override readonly name = 'StaleSweepError';
}

/**
 * Takes the write lock: no other process changes the sweep before the transaction ends. Throws
 * StaleSweepError if the sweep is not running, or was paused, resumed or extended since `row` was
 * read.
 */
export async function lockRunning(queries: Queries, row: SweepRow): Promise<void> {
  const updated = await queries
    .updateTable('sweeps')
    .set({ endedBy: row.endedBy })
    .where('id', '=', row.id)
    .where('state', '=', 'running')
    .where('endedBy', 'is', row.endedBy)
    // These differ if the sweep was paused or over in the meantime and was then resumed.
    .where('runningSince', 'is', row.runningSince)
    .where('request', '=', row.request)
    .executeTakeFirst();
  if (updated.numUpdatedRows === 0n) throw new StaleSweepError(`sweep ${row.id} was changed`);
}

/**
 * As `lockRunning`. Also throws StaleSweepError if the number of stored segments is not `written`.
 */
export async function assertCurrent(
  queries: Queries,
  { row, written }: { readonly row: SweepRow; readonly written: number },
): Promise<void> {
  await lockRunning(queries, row);
  const count = await countSegments(queries, row.id);
  if (count !== written) throw new StaleSweepError(`sweep ${row.id} has ${count} segments, expected ${written}`);
}

/** The request was checked against the dataset, which may have been deleted since. */
async function assertDatasetExists(queries: Queries, id: string): Promise<void> {
  const dataset = await queries.selectFrom('datasets').select('id').where('id', '=', id).executeTakeFirst();
  if (dataset !== undefined) return;
  const message = `There is no dataset '${id}'.`;
  throw new ServiceError('invalid_sweep', message, [{ path: '/job/datasetId', message }]);
}

/**
 * Throws ServiceError `sweep_wrong_state` if the dataset of the sweep was deleted after it ended.
 */
export async function assertHasDataset(queries: Queries, sweepId: string): Promise<void> {
  const { datasetId } = await queries
    .selectFrom('sweeps')
    .select('datasetId')
    .where('id', '=', sweepId)
    .executeTakeFirstOrThrow();
  if (datasetId !== null) return;
  const detail = 'The dataset of the sweep was deleted. Upload it again and create a new sweep.';
  throw new ServiceError('sweep_wrong_state', detail);
}

/**
 * Throws ServiceError `queued_jobs_quota` if the running sweeps have more than `max` parallel
 * trials.
 */
export async function assertQueueLimit(queries: Queries, project: string, max: number): Promise<void> {
  const { parallelTrials } = await queries
    .selectFrom('sweeps')
    .select(sql<number>`coalesce(sum(request ->> '$.parallel'), 0)`.as('parallelTrials'))
    .where('project', '=', project)
    .where('state', '=', sql.lit('running'))
    .where('datasetId', 'is not', null)
    .executeTakeFirstOrThrow();
  if (parallelTrials <= max) return;
  const detail = `Queue limit reached: the sweeps of project ${project} would run ${parallelTrials} trials in parallel, and the limit is ${max} queued jobs. Lower \`parallel\`, or wait until another sweep ends.`;
  throw new ServiceError('queued_jobs_quota', detail);
}
