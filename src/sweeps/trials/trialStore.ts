import { sql } from 'kysely';
import { readWithin, type Slice } from '../../kit/contract/pages.ts';
import type { Queries } from '../../store/database/database.ts';
import type { JobRow, TrialRow, TrialState } from '../../store/database/tables.ts';
import { textBytes } from '../../store/textBytes.ts';
import type { Objective } from '../request/objective.ts';

/** A trial with the number of epochs that its job has finished. */
export interface TrialWithEpochs extends TrialRow {
  readonly epochsDone: number | null;
}

/** A trial that was better than all trials that ended before it. */
interface Improvement {
  readonly number: number;
  readonly objective: number;
  readonly finishedAt: number;
}

interface TrialFilter {
  readonly states: readonly TrialState[];
  /** Only trials with these numbers; undefined: all. */
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

/** Queries on the trials of a sweep. The caller checks that the sweep belongs to the project. */
export interface TrialStore {
  totals(sweepId: string): Promise<TrialTotals>;
  find(sweepId: string, number: number): Promise<TrialWithEpochs | undefined>;
  list(sweepId: string, filter: TrialFilter): Promise<Slice<TrialWithEpochs>>;
  /**
   * Succeeded trials with an objective, the best first; equal objectives in the order of numbers.
   */
  ranked(sweepId: string, goal: Objective['goal'], limit?: number): Promise<readonly TrialWithEpochs[]>;
  /** Succeeded trials, ordered by number. */
  succeeded(sweepId: string): Promise<readonly Pick<TrialRow, 'number' | 'objectives'>[]>;
  /** In the order in which the trials ended. */
  improvements(sweepId: string, goal: Objective['goal']): Promise<readonly Improvement[]>;
}

export function createTrialStore(queries: Queries): TrialStore {
  /** The trials of a sweep with their jobs. */
  const withJobs = (sweepId: string) =>
    queries.selectFrom('trials').leftJoin('jobs', 'jobs.id', 'trials.jobId').where('trials.sweepId', '=', sweepId);
  const withEpochs = (sweepId: string) => withJobs(sweepId).selectAll('trials').select(epochsDone.as('epochsDone'));

  return {
    async totals(sweepId) {
      const rows = await withJobs(sweepId)
        .select([
          'trials.state',
          (eb) => eb.fn.countAll<number>().as('trials'),
          (eb) => eb.fn.sum<number | null>(epochsDone).as('epochs'),
        ])
        .groupBy('trials.state')
        .execute();
      const counts = { ...NO_TRIALS, ...Object.fromEntries(rows.map(({ state, trials }) => [state, trials])) };
      return { counts, epochs: rows.reduce((sum, { epochs }) => sum + (epochs ?? 0), 0) };
    },

    find: (sweepId, number) => withEpochs(sweepId).where('trials.number', '=', number).executeTakeFirst(),

    list(sweepId, { states, numbers, sort, order, offset, limit }) {
      let query = withJobs(sweepId).offset(offset);
      if (numbers !== undefined) query = query.where('trials.number', 'in', numbers);
      if (states.length > 0) query = query.where('trials.state', 'in', states);
      if (sort === 'objective') {
        query = query.orderBy(sql`trials.objective IS NULL`).orderBy('trials.objective', order);
      }
      const ordered = query.orderBy('trials.number', sort === 'number' ? order : 'asc');
      const sizes = ordered.select(textBytes('trials.parameters', 'trials.objectives', 'trials.error').as('bytes'));
      return readWithin({ sizes, rows: ordered.selectAll('trials').select(epochsDone.as('epochsDone')) }, limit);
    },

    ranked: (sweepId, goal, limit = Number.MAX_SAFE_INTEGER) =>
      withEpochs(sweepId)
        .where('trials.state', '=', 'succeeded')
        .where('trials.objective', 'is not', null)
        .orderBy('trials.objective', goal === 'minimize' ? 'asc' : 'desc')
        .orderBy('trials.number')
        .limit(limit)
        .execute(),

    succeeded: (sweepId) =>
      queries
        .selectFrom('trials')
        .select(['number', 'objectives'])
        .where('sweepId', '=', sweepId)
        .where('state', '=', 'succeeded')
        .orderBy('number')
        .execute(),

    async improvements(sweepId, goal) {
      const sign = sql.lit(goal === 'minimize' ? 1 : -1);
      const { rows } = await sql<Improvement>`
        SELECT number, objective, finished_at FROM (
          SELECT number, objective, finished_at, min(${sign} * objective) OVER (
            ORDER BY finished_at, number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
          ) AS before
          FROM trials WHERE sweep_id = ${sweepId} AND state = 'succeeded' AND objective IS NOT NULL
        ) WHERE before IS NULL OR ${sign} * objective < before
        ORDER BY finished_at, number`.execute(queries);
      return rows;
    },
  };
}

const NO_TRIALS = { running: 0, paused: 0, succeeded: 0, pruned: 0, failed: 0, cancelled: 0 } as const;

/** All trials of a sweep, ordered by number. */
export function listTrials(queries: Queries, sweepId: string): Promise<readonly TrialRow[]> {
  return queries.selectFrom('trials').selectAll().where('sweepId', '=', sweepId).orderBy('number').execute();
}

/** Whether a trial of the sweep has succeeded. */
export async function hasSucceeded(queries: Queries, sweepId: string): Promise<boolean> {
  const trial = await queries
    .selectFrom('trials')
    .select('number')
    .where('sweepId', '=', sweepId)
    .where('state', '=', 'succeeded')
    .limit(1)
    .executeTakeFirst();
  return trial !== undefined;
}

/**
 * The jobs of the trials of a sweep that have not ended. `halted`: the job waits for a decision of
 * the search.
 */
export function listOpenJobs(queries: Queries, sweepId: string): Promise<readonly Pick<JobRow, 'id' | 'halted'>[]> {
  return queries
    .selectFrom('jobs')
    .select(['id', 'halted'])
    .where('sweepId', '=', sweepId)
    .where('state', 'in', ['queued', 'running', 'paused'])
    .execute();
}

/** `trials.epochs` lacks the epochs of a segment that runs or was cancelled; its job has them. */
const epochsDone = sql<number | null>`CASE WHEN trials.state IN ('running', 'cancelled')
  THEN max(trials.epochs, coalesce(jobs.progress ->> '$.epoch', 0)) ELSE trials.epochs END`;
