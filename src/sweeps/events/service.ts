import { isoTime } from '../../kit/clock.ts';
import type { Tenant } from '../../kit/contract/caller.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import type { EventBus, Notification } from '../../notifications/bus.ts';
import { type EventBatches, type FollowOptions, follow, unknownEvent } from '../../notifications/follow.ts';
import type { Database } from '../../store/database/database.ts';
import { fromJson } from '../../store/database/json.ts';
import { FINAL_SWEEP_STATES, type SweepState } from '../../store/database/tables.ts';
import { createSweepEventStore } from './eventStore.ts';

export interface SweepEventsDeps {
  readonly database: Database;
  readonly bus: EventBus;
}

/**
 * The events of a tenant's sweeps. Throws ServiceError `invalid_request` for an invalid event id.
 */
export interface SweepEvents {
  /**
   * The events of a sweep from the first one, or after the last one that the client has read, until
   * the sweep is final and every event was sent. Undefined if a client that reconnects has read all
   * of them. Throws `sweep_not_found`.
   */
  ofSweep(sweepId: string, following: FollowOptions): Promise<EventBatches | undefined>;
}

export function createSweepEvents({ database, bus }: SweepEventsDeps, { project }: Tenant): SweepEvents {
  const store = createSweepEventStore(database, project);

  const readSweep = (sweepId: string) => async (position: number) => {
    // Read the state before the events: if it is final, no event that precedes it is missing.
    const state = await store.sweepState(sweepId);
    const { rows } = await store.after(sweepId, position);
    const events = rows.map(({ id, type, data, createdAt }) => ({
      id: String(id),
      type,
      data: JSON.stringify({ sweepId, ...fromJson<object>(data), at: isoTime(createdAt) }),
    }));
    return { events, position: rows.at(-1)?.id ?? position, isOver: rows.length === 0 && isOver(state) };
  };

  return {
    async ofSweep(sweepId, following) {
      const { lastEventId } = following;
      if (lastEventId !== undefined && !/^\d{1,15}$/.test(lastEventId)) throw unknownEvent();
      if ((await store.sweepState(sweepId)) === undefined) {
        throw new ServiceError('sweep_not_found', `There is no sweep '${sweepId}'.`);
      }
      const [read, from] = [readSweep(sweepId), Number(lastEventId ?? 0)];
      if (lastEventId !== undefined && (await read(from)).isOver) return undefined;
      const isRelevant = (item: Notification) => item.kind === 'sweep' && item.sweepId === sweepId;
      return follow({ ...following, read, from, bus, isRelevant });
    },
  };
}

/** A deleted sweep is over too. */
function isOver(state: SweepState | undefined): boolean {
  return state === undefined || FINAL_SWEEP_STATES.includes(state);
}
