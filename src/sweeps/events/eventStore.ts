import { BATCH, BATCH_BYTES } from '../../jobs/events/store.ts';
import { readWithin, type Slice } from '../../kit/contract/pages.ts';
import type { Database, Queries } from '../../store/database/database.ts';
import { toJson } from '../../store/database/json.ts';
import type { SweepEventRow, SweepState } from '../../store/database/tables.ts';
import { textBytes } from '../../store/textBytes.ts';

/** Queries on the events of the sweeps of one project. */
export interface SweepEventStore {
  /** Undefined: the project has no such sweep. */
  sweepState(sweepId: string): Promise<SweepState | undefined>;
  /** One batch of the events after a position, in order. */
  after(sweepId: string, position: number): Promise<Slice<SweepEvent>>;
}

type SweepEvent = Pick<SweepEventRow, 'type' | 'data'> & { readonly id: number; readonly createdAt: number };

export function createSweepEventStore(database: Database, project: string): SweepEventStore {
  return {
    async sweepState(sweepId) {
      const sweep = await database
        .selectFrom('sweeps')
        .select('state')
        .where('project', '=', project)
        .where('id', '=', sweepId)
        .executeTakeFirst();
      return sweep?.state;
    },

    after(sweepId, position) {
      const query = database
        .selectFrom('sweepEvents')
        .where('sweepId', '=', sweepId)
        .where('id', '>', position)
        .orderBy('id');
      return readWithin(
        {
          sizes: query.select(textBytes('data').as('bytes')),
          rows: query.select(['id', 'type', 'data', 'createdAt']),
        },
        BATCH,
        BATCH_BYTES,
      );
    },
  };
}

interface NewSweepEvent extends Pick<SweepEventRow, 'sweepId' | 'type'> {
  readonly data: object;
}

/** A statement has at most 32,766 bound values, and an event three. */
const EVENTS_PER_INSERT = 1000;

/** Appends events in the caller's transaction. */
export async function insertSweepEvents(queries: Queries, events: readonly NewSweepEvent[]): Promise<void> {
  for (let start = 0; start < events.length; start += EVENTS_PER_INSERT) {
    const batch = events.slice(start, start + EVENTS_PER_INSERT);
    const rows = batch.map(({ sweepId, type, data }) => ({ sweepId, type, data: toJson(data) }));
    await queries.insertInto('sweepEvents').values(rows).execute();
  }
}
