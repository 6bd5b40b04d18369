import type { Tenant } from '../../kit/contract/caller.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import type { EventBus, Notification } from '../../notifications/bus.ts';
import { type EventBatches, type FollowOptions, follow, unknownEvent } from '../../notifications/follow.ts';
import type { Database } from '../../store/database/database.ts';
import { isFinal } from '../states.ts';
import { type Position, parsePosition, START } from './position.ts';
import { createEventStore } from './store.ts';
import { anyJobEventView, eventView } from './view.ts';

export interface EventsDeps {
  readonly database: Database;
  readonly bus: EventBus;
}

/**
 * The events of the jobs of a tenant. Throws `invalid_request` for an event id that this service
 * did not create.
 */
export interface Events {
  /**
   * The events of a job from the first one, or after the last one that the reader has, to the last
   * event of a final state. Undefined: a reader that reconnects has all of them. Throws
   * `job_not_found`.
   */
  ofJob(jobId: string, following: FollowOptions): Promise<EventBatches | undefined>;
  /**
   * The states and log lines of all jobs from now on, or after the last one that the reader has,
   * without end.
   */
  ofAll(following: FollowOptions): Promise<EventBatches>;
}

export function createEvents({ database, bus }: EventsDeps, { project }: Tenant): Events {
  const store = createEventStore(database);

  const readJob = (jobId: string) => async (position: Position) => {
    // The state is read first: the events read next can miss later ones, but none that precede a
    // final state.
    const state = await store.state(project, jobId);
    const { rows } = await store.after(jobId, position);
    const { epoch, event } = rows.at(-1) ?? position;
    const isOver = rows.length === 0 && (state === undefined || isFinal(state));
    return { events: rows.map((item) => eventView(jobId, item)), position: { epoch, event }, isOver };
  };
  const readAll = async (position: number) => {
    // Events of other projects are skipped, and not read again.
    const newest = await store.newest();
    const { rows, hasMore } = await store.afterOfAll(project, { after: position, upTo: newest });
    const read = hasMore ? (rows.at(-1)?.event ?? position) : Math.max(newest, position);
    return { events: rows.map(anyJobEventView), position: read, isOver: false };
  };

  return {
    async ofJob(jobId, following) {
      const { lastEventId } = following;
      const from = lastEventId === undefined ? START : parsePosition(lastEventId);
      if (from === undefined) throw unknownEvent();
      if ((await store.state(project, jobId)) === undefined)
        throw new ServiceError('job_not_found', `There is no job '${jobId}'.`);
      const read = readJob(jobId);
      if (lastEventId !== undefined && (await read(from)).isOver) return undefined;
      const isRelevant = (item: Notification) => item.kind === 'changed' && item.jobId === jobId;
      return follow({ ...following, read, from, bus, isRelevant });
    },

    async ofAll(following) {
      const { lastEventId } = following;
      if (lastEventId !== undefined && !/^\d{1,15}$/.test(lastEventId)) throw unknownEvent();
      const from = lastEventId === undefined ? await store.newest() : Number(lastEventId);
      return follow({ ...following, read: readAll, from, bus, isRelevant: () => true });
    },
  };
}
