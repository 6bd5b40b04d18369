import { sql } from 'kysely';
import { ServiceError } from '../kit/contract/errors.ts';
import { readWithin, type Slice } from '../kit/contract/pages.ts';
import type { Database, Queries } from '../store/database/database.ts';
import type { SegmentRow, SweepRow, SweepState, TrialRow, TrialState } from '../store/database/tables.ts';
import { textBytes } from '../store/textBytes.ts';
import type { Objective } from './request/objective.ts';
import type { SweepsQuery } from './schemas.ts';

/** A trial with what its job has come to. */
export interface TrialWithEpochs extends TrialRow {
  readonly epochsDone: number | null;
}

/** A trial that was better than all before it. */
export interface Improvement {
  readonly number: number;
  readonly objective: number;
  readonly finishedAt: number;
}

interface SweepFilter extends Pick<SweepsQuery, 'state' | 'datasetId'> {
  readonly before: string | undefined;
  readonly limit: number;
}

interface TrialFilter {
  readonly states: readonly TrialState[];
  /** Only trials of these numbers; undefined: of any. */
  readonly numbers?: readonly number[] | undefined;
  readonly sort: 'number' | 'objective';
  readonly order: 'asc' | 'desc';
  readonly offset: number;
  readonly limit: number;
}

/** Sums over the trials of a sweep. */
export interface TrialTotals {
  readonly counts: Readonly<Record<TrialState, number>>;
  readonly epochs: number;
}

/** Queries about the sweeps of one project; trials and legs are asked for by ids of its sweeps. */
export interface SweepStore {
  /**
   * Throws ServiceError `invalid_sweep` when the dataset is gone, and `queued_jobs_quota` when the trials of the project's sweeps would be more
   * than `mostQueued` at once.
   */
  insert(row: SweepRow, maxQueued: number | null): Promise<void>;
  find(id: string): Promise<SweepRow | undefined>;
  state(id: string): Promise<SweepState | undefined>;
  /** Newest first. */
  list(filter: SweepFilter): Promise<Slice<SweepRow>>;
  totals(id: string): Promise<TrialTotals>;
  trial(id: string, number: number): Promise<TrialWithEpochs | undefined>;
  trials(id: string, filter: TrialFilter): Promise<Slice<TrialWithEpochs>>;
  /** All that have succeeded with an objective, the best first; among equals the one that was asked first. */
  ranked(id: string, goal: Objective['goal'], limit?: number): Promise<readonly TrialWithEpochs[]>;
  /** The numbers and objectives of all that have succeeded, in the order of their numbers. */
  succeeded(id: string): Promise<readonly Pick<TrialRow, 'number' | 'objectives'>[]>;
  /** Of these, each that was better than all that had ended before, in the order in which they ended. */
  improvements(id: string, goal: Objective['goal']): Promise<readonly Improvement[]>;
  /** All, in the order of their numbers. */
  allTrials(id: string): Promise<readonly TrialRow[]>;
  segments(id: string): Promise<readonly SegmentRow[]>;
  /** Deletes a final sweep with its trials and their jobs; undefined when it is in no such state. Answers the files of their checkpoints. */
  remove(id: string): Promise<readonly string[] | undefined>;
}

export function createSweepStore(database: Database, project: string): SweepStore {
  const ofProject = () => database.selectFrom('sweeps').where('project', '=', project);
  return {
    insert: (row, maxQueued) =>
      database.transaction().execute(async (transaction) => {
        if (row.datasetId !== null) await assertDatasetExists(transaction, row.datasetId);
        await transaction.insertInto('sweeps').values(row).execute();
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

    async totals(id) {
      const rows = await database
        .selectFrom('trials')
        .leftJoin('jobs', 'jobs.id', 'trials.jobId')
        .select([
          'trials.state',
          (eb) => eb.fn.countAll<number>().as('trials'),
          (eb) => eb.fn.sum<number | null>(epochsDone).as('epochs'),
        ])
        .where('trials.sweepId', '=', id)
        .groupBy('trials.state')
        .execute();
      const counts = { ...NO_TRIALS, ...Object.fromEntries(rows.map(({ state, trials }) => [state, trials])) };
      return { counts, epochs: rows.reduce((sum, { epochs }) => sum + (epochs ?? 0), 0) };
    },

    trial: (id, number) => selectTrials(database, id).where('trials.number', '=', number).executeTakeFirst(),

    trials(id, { states, numbers, sort, order, offset, limit }) {
      let query = ofSweep(database, id).offset(offset);
      if (numbers !== undefined) query = query.where('trials.number', 'in', numbers);
      if (states.length > 0) query = query.where('trials.state', 'in', states);
      if (sort === 'objective') {
        query = query.orderBy(sql`trials.objective IS NULL`).orderBy('trials.objective', order);
      }
      const ordered = query.orderBy('trials.number', sort === 'number' ? order : 'asc');
      const sizes = ordered.select(textBytes('trials.parameters', 'trials.objectives', 'trials.error').as('bytes'));
      return readWithin({ sizes, rows: ordered.selectAll('trials').select(epochsDone.as('epochsDone')) }, limit);
    },

    ranked(id, goal, limit = Number.MAX_SAFE_INTEGER) {
      return selectTrials(database, id)
        .where('trials.state', '=', 'succeeded')
        .where('trials.objective', 'is not', null)
        .orderBy('trials.objective', goal === 'minimize' ? 'asc' : 'desc')
        .orderBy('trials.number')
        .limit(limit)
        .execute();
    },

    succeeded: (id) =>
      database
        .selectFrom('trials')
        .select(['number', 'objectives'])
        .where('sweepId', '=', id)
        .where('state', '=', 'succeeded')
        .orderBy('number')
        .execute(),

    async improvements(id, goal) {
      const sign = sql.lit(goal === 'minimize' ? 1 : -1);
      const { rows } = await sql<Improvement>`
        SELECT number, objective, finished_at FROM (
          SELECT number, objective, finished_at, min(${sign} * objective) OVER (
            ORDER BY finished_at, number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
          ) AS before
          FROM trials WHERE sweep_id = ${id} AND state = 'succeeded' AND objective IS NOT NULL
        ) WHERE before IS NULL OR ${sign} * objective < before
        ORDER BY finished_at, number`.execute(database);
      return rows;
    },

    allTrials: (id) => listTrials(database, id),
    segments: (id) => listSegments(database, id),

    remove: (id) =>
      database.transaction().execute(async (transaction) => {
        const mine = await transaction
          .selectFrom('sweeps')
          .select('id')
          .where('project', '=', project)
          .where('id', '=', id)
          .where('state', 'in', FINAL_STATES)
          .executeTakeFirst();
        if (mine === undefined) return undefined;
        const jobs = transaction.selectFrom('jobs').select('id').where('sweepId', '=', id);
        const files = await transaction.selectFrom('checkpoints').select('file').where('jobId', 'in', jobs).execute();
        await transaction.deleteFrom('legs').where('sweepId', '=', id).execute();
        await transaction.deleteFrom('trials').where('sweepId', '=', id).execute();
        await transaction.deleteFrom('jobs').where('sweepId', '=', id).execute();
        await transaction.deleteFrom('sweeps').where('id', '=', id).execute();
        return files.map(({ file }) => file);
      }),
  };
}

const NO_TRIALS = { running: 0, paused: 0, succeeded: 0, pruned: 0, failed: 0, cancelled: 0 } as const;

/** States that a sweep leaves only when it is asked to. */
export const FINAL_STATES = ['succeeded', 'failed', 'cancelled'] as const satisfies readonly SweepState[];

export function listTrials(queries: Queries, sweepId: string): Promise<readonly TrialRow[]> {
  return queries.selectFrom('trials').selectAll().where('sweepId', '=', sweepId).orderBy('number').execute();
}

export function listSegments(queries: Queries, sweepId: string): Promise<readonly SegmentRow[]> {
  return queries.selectFrom('legs').selectAll().where('sweepId', '=', sweepId).orderBy('number').execute();
}

/** Of a leg that runs, or was cancelled, its job knows alone. */
const epochsDone = sql<number | null>`CASE WHEN trials.state IN ('running', 'cancelled')
  THEN max(trials.epochs, coalesce(jobs.progress ->> '$.epoch', 0)) ELSE trials.epochs END`;

function selectTrials(database: Database, sweepId: string) {
  return ofSweep(database, sweepId).selectAll('trials').select(epochsDone.as('epochsDone'));
}

/** The trials of a sweep with their jobs. */
function ofSweep(database: Database, sweepId: string) {
  return database
    .selectFrom('trials')
    .leftJoin('jobs', 'jobs.id', 'trials.jobId')
    .where('trials.sweepId', '=', sweepId);
}

/** The request was checked against the dataset, which may have been deleted since. */
async function assertDatasetExists(queries: Queries, id: string): Promise<void> {
  const dataset = await queries.selectFrom('datasets').select('id').where('id', '=', id).executeTakeFirst();
  if (dataset !== undefined) return;
  const message = `There is no dataset '${id}'.`;
  throw new ServiceError('invalid_sweep', message, [{ path: '/job/datasetId', message }]);
}

/** Throws ServiceError `queued_jobs_quota` where the sweeps that run may have more trials at once than jobs may wait. */
export async function assertQueueLimit(queries: Queries, project: string, max: number): Promise<void> {
  const { atOnce } = await queries
    .selectFrom('sweeps')
    .select(sql<number>`coalesce(sum(request ->> '$.parallel'), 0)`.as('atOnce'))
    .where('project', '=', project)
    .where('state', '=', sql.lit('running'))
    .where('datasetId', 'is not', null)
    .executeTakeFirstOrThrow();
  if (atOnce <= max) return;
  const detail = `The project may have ${max} jobs that wait, and its sweeps would run ${atOnce} trials at once: lower parallel, or wait for another sweep.`;
  throw new ServiceError('queued_jobs_quota', detail);
}
