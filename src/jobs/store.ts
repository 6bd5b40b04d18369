import { sql } from 'kysely';
import { ServiceError } from '../kit/contract/errors.ts';
import { readWithin, type Slice } from '../kit/contract/pages.ts';
import type { Database, Queries } from '../store/database/database.ts';
import type { JobRow, JobState, LossRow } from '../store/database/tables.ts';
import { textBytes } from '../store/textBytes.ts';
import { ACTIONS } from './states.ts';
import { datasetNotFound } from './submission/check.ts';
import type { Label } from './submission/labels.ts';
import type { NewJob } from './submission/newJob.ts';
import { insertQueuedJob } from './transitions.ts';

export interface JobFilter {
  readonly states: readonly JobState[];
  readonly datasetId?: string | undefined;
  /** Only trials of this sweep. Undefined: jobs of no sweep, and all trials if `trials` is set. */
  readonly sweepId?: string | undefined;
  readonly trials: boolean;
  readonly labels: readonly Label[];
  /** Only jobs with a lower id. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** The columns of a job in lists: without the texts that grow with the columns of the dataset. */
const LISTED = [
  ...(['id', 'name', 'datasetId', 'state', 'requested', 'progress', 'latest', 'best', 'attempts'] as const),
  ...(['modelId', 'error', 'priority', 'sweepId', 'trial', 'createdAt', 'startedAt', 'finishedAt'] as const),
] as const;
export type ListedJobRow = Pick<JobRow, (typeof LISTED)[number]>;

/** The queries of the API about the jobs of one project. */
export interface JobStore {
  /**
   * Throws ServiceError `queued_jobs_quota` when more than `maxQueued` jobs would be queued, and
   * `invalid_spec` when the dataset is gone.
   */
  insert(job: NewJob, labels: Readonly<Record<string, string>>, maxQueued: number | null): Promise<void>;
  find(id: string): Promise<JobRow | undefined>;
  state(id: string): Promise<JobState | undefined>;
  /** Newest first. */
  list(filter: JobFilter): Promise<Slice<ListedJobRow>>;
  labelsOf(ids: readonly string[]): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>>;
  /** Positions from 1, the job that runs next. Jobs that are not queued are absent. */
  queuePositions(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  losses(id: string, afterEpoch: number, limit: number): Promise<Slice<LossRow>>;
  /** False: there is no such job in a final state. */
  remove(id: string): Promise<boolean>;
}

/** The approximate size of the numbers of an epoch in JSON, with their names. */
const LOSS_BYTES = 200;

const labelBytes = sql<number>`(
  SELECT coalesce(sum(octet_length(name) + octet_length(value)), 0) FROM job_labels WHERE job_id = jobs.id
)`;

export function createJobStore(database: Database, project: string): JobStore {
  return {
    insert: (job, labels, maxQueued) =>
      database.transaction().execute(async (transaction) => {
        await insertJob(transaction, job, labels);
        if (maxQueued !== null) await assertQueueLimit(transaction, project, maxQueued);
      }),

    find: (id) =>
      database.selectFrom('jobs').selectAll().where('id', '=', id).where('project', '=', project).executeTakeFirst(),

    async state(id) {
      const row = await database
        .selectFrom('jobs')
        .select('state')
        .where('id', '=', id)
        .where('project', '=', project)
        .executeTakeFirst();
      return row?.state;
    },

    list(filter) {
      const query = listQuery(database, project, filter);
      const sizes = query.select(sql<number>`${textBytes('latest', 'best', 'error')} + ${labelBytes}`.as('bytes'));
      return readWithin({ sizes, rows: query.select(LISTED) }, filter.limit);
    },

    async labelsOf(ids) {
      const labels = new Map<string, Record<string, string>>(ids.map((id) => [id, {}]));
      const rows = await database
        .selectFrom('jobLabels')
        .selectAll()
        .where('jobId', 'in', ids)
        .orderBy('name')
        .execute();
      for (const { jobId, name, value } of rows) Object.assign(labels.get(jobId) ?? {}, { [name]: value });
      return labels;
    },

    async queuePositions(ids) {
      const positions = database
        .selectFrom(queueTurns(database).as('turns'))
        .select([
          'id',
          sql<number>`row_number() OVER (ORDER BY (suspect_at IS NULL), priority DESC, turn, (trial IS NOT NULL), id)`.as(
            'position',
          ),
        ]);
      const rows = await database
        .selectFrom(positions.as('queue'))
        .select(['id', 'position'])
        .where('id', 'in', ids)
        .execute();
      return new Map(rows.map(({ id, position }) => [id, position]));
    },

    losses(id, afterEpoch, limit) {
      const query = database
        .selectFrom('losses')
        .where('jobId', '=', id)
        .where('epoch', '>', afterEpoch)
        .orderBy('epoch');
      const sizes = query.select(sql<number>`${LOSS_BYTES} + ${textBytes('metrics')}`.as('bytes'));
      return readWithin({ sizes, rows: query.selectAll() }, limit);
    },

    async remove(id) {
      const result = await database
        .deleteFrom('jobs')
        .where('id', '=', id)
        .where('project', '=', project)
        .where('state', 'in', ACTIONS.delete)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
  };
}

/**
 * Queues a job with its labels, within the caller's transaction. Throws ServiceError `invalid_spec`
 * when the dataset is gone.
 */
export async function insertJob(
  queries: Queries,
  job: NewJob,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  await assertDatasetExists(queries, job.datasetId);
  await insertQueuedJob(queries, job);
  const rows = Object.entries(labels).map(([name, value]) => ({ jobId: job.id, name, value }));
  if (rows.length > 0) await queries.insertInto('jobLabels').values(rows).execute();
}

/** The dataset may have been deleted since the request was checked. */
async function assertDatasetExists(queries: Queries, id: string): Promise<void> {
  const dataset = await queries.selectFrom('datasets').select('id').where('id', '=', id).executeTakeFirst();
  if (dataset === undefined) throw datasetNotFound(id);
}

/**
 * Every queued job with its turn: the number of running jobs of its project once it runs. The
 * lowest turn comes first.
 */
function queueTurns(database: Database) {
  return database
    .selectFrom('jobs')
    .select([
      'id',
      'priority',
      'trial',
      'suspectAt',
      sql<number>`row_number() OVER (PARTITION BY project ORDER BY priority DESC, (trial IS NOT NULL), id) + (
        SELECT count(*) FROM jobs AS running WHERE running.state = 'running' AND running.project = jobs.project
      )`.as('turn'),
    ])
    .where('state', '=', sql.lit('queued'));
}

/**
 * Throws ServiceError `queued_jobs_quota` when more than `limit` jobs are queued. Call it after the
 * insert, so that one of two concurrent inserts fails.
 */
export async function assertQueueLimit(queries: Queries, project: string, limit: number): Promise<void> {
  const { queued } = await queries
    .selectFrom('jobs')
    .select((eb) => eb.fn.countAll<number>().as('queued'))
    .where('project', '=', project)
    .where('state', '=', sql.lit('queued'))
    .executeTakeFirstOrThrow();
  if (queued <= limit) return;
  const detail = `Queue limit reached: project ${project} has ${limit} of ${limit} queued jobs. Retry when one has started.`;
  throw new ServiceError('queued_jobs_quota', detail);
}

function listQuery(
  database: Database,
  project: string,
  { states, datasetId, sweepId, trials, labels, before }: Omit<JobFilter, 'limit'>,
) {
  let query = database.selectFrom('jobs').where('project', '=', project).orderBy('id', 'desc');
  if (states.length > 0) query = query.where('state', 'in', states);
  if (datasetId !== undefined) query = query.where('datasetId', '=', datasetId);
  if (sweepId !== undefined) query = query.where('sweepId', '=', sweepId);
  else if (!trials) query = query.where('trial', 'is', null);
  if (before !== undefined) query = query.where('id', '<', before);
  for (const { name, value } of labels) {
    query = query.where('id', 'in', (eb) =>
      eb.selectFrom('jobLabels').select('jobId').where('name', '=', name).where('value', '=', value),
    );
  }
  return query;
}
