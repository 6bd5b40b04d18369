import { type RawBuilder, sql } from 'kysely';
import { readWithin, type Slice } from '../../kit/contract/pages.ts';
import type { Database } from '../../store/database/database.ts';
import type { EventRow, JobState, LossRow } from '../../store/database/tables.ts';
import { textBytes } from '../../store/textBytes.ts';
import type { Position } from './position.ts';

/** A state or a log line. */
export interface LoggedEvent extends Pick<EventRow, 'type' | 'data'> {
  readonly event: number;
  readonly createdAt: number;
}
interface EpochEvent extends Omit<LossRow, 'jobId'> {
  readonly type: 'epoch';
  readonly event: 0;
}
/** An event of a job, at the position (epoch, event). */
export type JobEvent = EpochEvent | (LoggedEvent & { readonly epoch: number });

interface EventRange {
  /** The last event before it. */
  readonly after: number;
  /** Its last event. */
  readonly upTo: number;
}

/** The queries about the events of jobs. */
export interface EventStore {
  /**
   * A batch of the events of a job after a position, in order. One statement reads epochs and other
   * events, so that it sees one moment.
   */
  after(jobId: string, position: Position): Promise<Slice<JobEvent>>;
  /**
   * A batch of the states and log lines of all jobs of a project after one event, up to another, in
   * order.
   */
  afterOfAll(project: string, range: EventRange): Promise<Slice<LoggedEvent & { readonly jobId: string }>>;
  /** The state of a job of the project. */
  state(project: string, jobId: string): Promise<JobState | undefined>;
  /** The last event of any job; 0 when there is none. */
  newest(): Promise<number>;
}

/** A client that does not read occupies about three batches of memory. */
export const BATCH = 50;
export const BATCH_BYTES = 64 * 1024;

export function createEventStore(database: Database): EventStore {
  return {
    after(jobId, { epoch, event }) {
      const epochs = sql`FROM losses WHERE job_id = ${jobId} AND epoch > ${epoch}`;
      const events = sql`FROM events WHERE job_id = ${jobId} AND (after_epoch, id) > (${epoch}, ${event})`;
      const inOrder = <Row>(ofEpoch: RawBuilder<unknown>, ofEvent: RawBuilder<unknown>) => ({
        limit: (count: number) => ({
          async execute() {
            const { rows } = await sql<Row>`
              SELECT epoch, 0 AS event, ${ofEpoch} ${epochs}
              UNION ALL SELECT after_epoch, id, ${ofEvent} ${events}
              ORDER BY 1, 2 LIMIT ${count}`.execute(database);
            return rows;
          },
        }),
      });
      const sizes = inOrder<{ bytes: number }>(sql`octet_length(metrics) AS bytes`, sql`octet_length(data)`);
      const rows = inOrder<JobEvent>(
        sql`'epoch' AS type, step, training_loss, validation_loss, metrics, learning_rate, seconds, NULL AS data, NULL AS created_at`,
        sql`type, NULL, NULL, NULL, NULL, NULL, NULL, data, created_at`,
      );
      return readWithin({ sizes, rows }, BATCH, BATCH_BYTES);
    },

    afterOfAll(project, { after, upTo }) {
      const query = database
        .selectFrom('events')
        .innerJoin('jobs', 'jobs.id', 'events.jobId')
        .where('events.id', '>', after)
        .where('events.id', '<=', upTo)
        .where('jobs.project', '=', project)
        .orderBy('events.id');
      const sizes = query.select(textBytes('events.data').as('bytes'));
      const rows = query
        .select(['events.id as event', 'events.jobId', 'events.type'])
        .select(['events.data', 'events.createdAt']);
      return readWithin({ sizes, rows }, BATCH, BATCH_BYTES);
    },

    async state(project, jobId) {
      const row = await database
        .selectFrom('jobs')
        .select('state')
        .where('id', '=', jobId)
        .where('project', '=', project)
        .executeTakeFirst();
      return row?.state;
    },

    async newest() {
      const row = await database
        .selectFrom('events')
        .select((eb) => eb.fn.max('id').as('newest'))
        .executeTakeFirst();
      return row?.newest ?? 0;
    },
  };
}
