import { sql } from 'kysely';
import type { Queries } from '../store/database/database.ts';
import { fromNullableJson, toJson } from '../store/database/json.ts';
import type { EventRow, JobRow } from '../store/database/tables.ts';
import type { Log } from './schemas.ts';

/** The columns of a job that its `state` events show. */
export type StateOfJob = Pick<JobRow, 'id' | 'state' | 'attempts' | 'modelId' | 'error'>;

/**
 * Records the state of each of the jobs as an event, within the caller's transaction: the one that
 * changed the state. A reader then sees the state and its event together or not at all.
 */
export async function recordStates(queries: Queries, jobs: readonly StateOfJob[]): Promise<void> {
  await record(queries, jobs.map(stateEvent));
}

/**
 * Records the state of a job that was inserted in the same transaction, and its first log lines.
 * Nothing precedes them in its sequence.
 */
export async function recordNewJob(queries: Queries, job: StateOfJob, logs: readonly Log[]): Promise<void> {
  const events = [stateEvent(job), ...logs.map((data) => ({ jobId: job.id, type: 'log' as const, data }))];
  await insertEvents(queries, events, () => 0);
}

function stateEvent({ id, state, attempts, modelId, error }: StateOfJob): NewEvent {
  return { jobId: id, type: 'state', data: { state, attempts, modelId, error: fromNullableJson(error) } };
}

/** Records log lines as events of each of the jobs, within the caller's transaction. */
export async function recordLogs(queries: Queries, jobIds: readonly string[], logs: readonly Log[]): Promise<void> {
  await record(
    queries,
    jobIds.flatMap((jobId) => logs.map((data) => ({ jobId, type: 'log' as const, data }))),
  );
}

interface NewEvent extends Pick<EventRow, 'jobId' | 'type'> {
  readonly data: object;
}

/** A statement has at most 32,766 bound values, and an event five. */
const EVENTS_PER_INSERT = 1_000;

function record(queries: Queries, events: readonly NewEvent[]): Promise<void> {
  return insertEvents(queries, events, endOfSequence);
}

async function insertEvents(
  queries: Queries,
  events: readonly NewEvent[],
  afterEpochOf: (jobId: string) => number | ReturnType<typeof endOfSequence>,
): Promise<void> {
  for (let start = 0; start < events.length; start += EVENTS_PER_INSERT) {
    const rows = events.slice(start, start + EVENTS_PER_INSERT).map(({ jobId, type, data }) => ({
      jobId,
      type,
      afterEpoch: afterEpochOf(jobId),
      data: toJson(data),
    }));
    await queries.insertInto('events').values(rows).execute();
  }
}

/**
 * The last epoch in the job's sequence of epochs and events. An event with this `afterEpoch` and a
 * new id follows all of them, so that a reader that resumes from any position misses nothing.
 * Writers are serialized by their transactions.
 */
function endOfSequence(jobId: string) {
  return sql<number>`(
    SELECT coalesce(max(epoch), 0) FROM (
      SELECT max(epoch) AS epoch FROM losses WHERE job_id = ${jobId}
      UNION ALL SELECT max(after_epoch) FROM events WHERE job_id = ${jobId}
    ) AS positions
  )`;
}
