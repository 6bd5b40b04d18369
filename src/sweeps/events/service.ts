import { BATCH, BATCH_BYTES } from '../../jobs/events/store.ts';
import { isoTime } from '../../kit/clock.ts';
import type { Tenant } from '../../kit/contract/caller.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import { readWithin } from '../../kit/contract/pages.ts';
import type { EventBus, Notification } from '../../notifications/bus.ts';
import { type EventBatches, type FollowOptions, follow, unknownEvent } from '../../notifications/follow.ts';
import type { Database } from '../../store/database/database.ts';
import type { SweepState } from '../../store/database/tables.ts';
import { textBytes } from '../../store/textBytes.ts';
import { createSweepStore, FINAL_STATES } from '../store.ts';

export interface SweepEventsDeps {
  readonly database: Database;
  readonly bus: EventBus;
}

/** What is told of a tenant's sweeps. Throws `invalid_request` for an id that is no event's. */
export interface SweepEvents {
  /**
   * The events of a sweep from the first one, or behind the last one that the reader has, until the sweep is in a final state and all is told.
   * Undefined when that is so already, for a reader that comes again. Throws `sweep_not_found`.
   */
  ofSweep(sweepId: string, following: FollowOptions): Promise<EventBatches | undefined>;
}

export function createSweepEvents({ database, bus }: SweepEventsDeps, { project }: Tenant): SweepEvents {
  const store = createSweepStore(database, project);

  const readSweep = (sweepId: string) => async (position: number) => {
    // The state is asked first: what is told after it may be missing among the events, but not what came before a final one.
    const state = await store.state(sweepId);
    const query = database
      .selectFrom('sweepEvents')
      .where('sweepId', '=', sweepId)
      .where('id', '>', position)
      .orderBy('id');
    const sizes = query.select(textBytes('data').as('bytes'));
    const { rows: eventRows } = await readWithin({ sizes, rows: query.selectAll() }, BATCH, BATCH_BYTES);
    const events = eventRows.map(({ id, type, data, createdAt }) => ({
      id: String(id),
      type,
      data: JSON.stringify({ sweepId, ...JSON.parse(data), at: isoTime(createdAt) }),
    }));
    return { events, position: eventRows.at(-1)?.id ?? position, isOver: eventRows.length === 0 && isOver(state) };
  };

  return {
    async ofSweep(sweepId, following) {
      const { lastEventId } = following;
      if (lastEventId !== undefined && !/^\d{1,15}$/.test(lastEventId)) throw unknownEvent();
      if ((await store.state(sweepId)) === undefined) {
        throw new ServiceError('sweep_not_found', `There is no sweep '${sweepId}'.`);
      }
      const [read, from] = [readSweep(sweepId), Number(lastEventId ?? 0)];
      if (lastEventId !== undefined && (await read(from)).isOver) return undefined;
      const isRelevant = (item: Notification) => item.kind === 'sweep' && item.sweepId === sweepId;
      return follow({ ...following, read, from, bus, isRelevant });
    },
  };
}

function isOver(state: SweepState | undefined): boolean {
  return state === undefined || FINAL_STATES.some((final) => final === state);
}
