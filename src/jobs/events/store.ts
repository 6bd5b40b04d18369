import { sql } from 'kysely';
import type { Database } from '../../store/database.ts';
import type { EventRow, LossRow } from '../../store/tables.ts';
import type { Position } from './position.ts';

/** A state or a log line. */
export interface EventTold extends Pick<EventRow, 'type' | 'data'> {
  readonly event: number;
  readonly createdAt: number;
}
interface EpochTold extends Omit<LossRow, 'jobId'> {
  readonly type: 'epoch';
  readonly event: 0;
}
/** One thing that is told of a job, at the position (epoch, event). */
export type Told = EpochTold | (EventTold & { readonly epoch: number });

interface EventRange {
  /** The last event before it. */
  readonly after: number;
  /** Its last event. */
  readonly upTo: number;
}

/** Queries about what is told of jobs. */
export interface EventStore {
  /** What is told of a job behind a position, in order. One statement, so that nothing is written between its parts. */
  after(jobId: string, position: Position, limit: number): Promise<readonly Told[]>;
  /** States and log lines of all jobs of a project behind one event, up to another, in order. */
  afterOfAll(
    project: string,
    range: EventRange,
    limit: number,
  ): Promise<readonly (EventTold & { readonly jobId: string })[]>;
  /** The last event of any job; 0 when there is none. */
  newest(): Promise<number>;
}

export function createEventStore(database: Database): EventStore {
  return {
    async after(jobId, { epoch, event }, limit) {
      const { rows } = await sql<Told>`
        SELECT epoch, 0 AS event, 'epoch' AS type, step, training_loss, validation_loss, metrics, learning_rate, seconds,
          NULL AS data, NULL AS created_at
        FROM losses WHERE job_id = ${jobId} AND epoch > ${epoch}
        UNION ALL
        SELECT after_epoch, id, type, NULL, NULL, NULL, NULL, NULL, NULL, data, created_at
        FROM events WHERE job_id = ${jobId} AND (after_epoch, id) > (${epoch}, ${event})
        ORDER BY 1, 2 LIMIT ${limit}`.execute(database);
      return rows;
    },

    afterOfAll: (project, { after, upTo }, limit) =>
      database
        .selectFrom('events')
        .innerJoin('jobs', 'jobs.id', 'events.jobId')
        .select(['events.id as event', 'events.jobId', 'events.type', 'events.data', 'events.createdAt'])
        .where('events.id', '>', after)
        .where('events.id', '<=', upTo)
        .where('jobs.project', '=', project)
        .orderBy('events.id')
        .limit(limit)
        .execute(),

    async newest() {
      const row = await database
        .selectFrom('events')
        .select((eb) => eb.fn.max('id').as('newest'))
        .executeTakeFirst();
      return row?.newest ?? 0;
    },
  };
}
