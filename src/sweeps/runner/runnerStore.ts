/** Queries of the sweep runner, on the sweeps of all projects. */
import { sql } from 'kysely';
import type { Queries } from '../../store/database/database.ts';
import type { JobRow, LossRow, SweepRow } from '../../store/database/tables.ts';

/**
 * Conditions on the state are literals, so that SQLite uses the partial index of running sweeps.
 */
const isInternal = sql<boolean>`state = 'running' AND request ->> '$.external' = 0`;
const isExternal = sql<boolean>`state = 'running' AND request ->> '$.external' = 1`;

/** The ids of the running sweeps whose trials are jobs of this service. */
export async function listInternal(queries: Queries): Promise<readonly string[]> {
  const rows = await queries.selectFrom('sweeps').select('id').where(isInternal).orderBy('id').execute();
  return rows.map(({ id }) => id);
}

const isOverdue = (now: number) => sql<boolean>`state = 'running' AND ended_by IS NULL
  AND ran_ms + ${now} - running_since > 1000 * (request ->> '$.maxSeconds')`;

/** Whether a running sweep has reached its time limit. */
export async function hasOverdue(queries: Queries, now: number): Promise<boolean> {
  const overdue = await queries.selectFrom('sweeps').select('id').where(isOverdue(now)).limit(1).executeTakeFirst();
  return overdue !== undefined;
}

/**
 * Marks the sweeps that have reached their time limit, so that they get no more trials. Returns
 * their ids.
 */
export async function markOverdue(queries: Queries, now: number): Promise<readonly string[]> {
  const marked = await queries
    .updateTable('sweeps')
    .set({ endedBy: 'seconds' })
    .where(isOverdue(now))
    .returning('id')
    .execute();
  return marked.map(({ id }) => id);
}

/** The external sweeps that get no more trials and have no running trial with a valid lease. */
export function listEndedExternal(queries: Queries, now: number): Promise<readonly SweepRow[]> {
  return queries
    .selectFrom('sweeps')
    .selectAll()
    .where(isExternal)
    .where('endedBy', 'is not', null)
    .where(({ not, exists, selectFrom }) => {
      const trials = selectFrom('trials').select('number').whereRef('sweepId', '=', 'sweeps.id');
      return not(exists(trials.where('state', '=', sql.lit('running')).where('leaseUntil', '>=', now)));
    })
    .execute();
}

const JOB_COLUMNS = ['id', 'state', 'halted', 'request', 'progress', 'best', 'modelId', 'error'] as const;
export type TrialJob = Pick<JobRow, (typeof JOB_COLUMNS)[number]>;

export function findJob(queries: Queries, id: string): Promise<TrialJob | undefined> {
  return queries.selectFrom('jobs').select(JOB_COLUMNS).where('id', '=', id).executeTakeFirst();
}

const MEASURES = ['trainingLoss', 'validationLoss', 'metrics'] as const;
export type StoredMeasures = Pick<LossRow, (typeof MEASURES)[number]>;

export function findEpoch(queries: Queries, jobId: string, epoch: number): Promise<StoredMeasures | undefined> {
  return queries
    .selectFrom('losses')
    .select(MEASURES)
    .where('jobId', '=', jobId)
    .where('epoch', '=', epoch)
    .executeTakeFirst();
}

/** In the order of epochs. */
export function listEpochs(queries: Queries, jobId: string): Promise<readonly StoredMeasures[]> {
  return queries.selectFrom('losses').select(MEASURES).where('jobId', '=', jobId).orderBy('epoch').execute();
}

/** The stored description of a model; undefined if it was deleted. */
export async function findDescription(queries: Queries, modelId: string): Promise<string | undefined> {
  const model = await queries.selectFrom('models').select('description').where('id', '=', modelId).executeTakeFirst();
  return model?.description;
}
