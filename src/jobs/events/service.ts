import type { Tenant } from '../../kit/caller.ts';
import { ServiceError } from '../../kit/errors.ts';
import type { Database } from '../../store/database.ts';
import type { JobState } from '../../store/tables.ts';
import type { News, NewsDesk } from '../news.ts';
import { isFinal } from '../states.ts';
import { hangBell } from './bell.ts';
import { type Position, parsePosition, START } from './position.ts';
import { createEventStore } from './store.ts';
import { eventOfAnyView, eventView, type JobEvent } from './view.ts';

export interface EventsParts {
  readonly database: Database;
  readonly news: NewsDesk;
}

/** Events in batches, read when they are asked for; an empty batch says that it has been quiet for a while. */
export type EventBatches = AsyncGenerator<readonly JobEvent[], void, void>;

export interface Following {
  /** The id of the last event that the reader has; undefined: it has none. */
  readonly lastEventId: string | undefined;
  /** Ends it, also while it waits. */
  readonly signal: AbortSignal;
  /** An empty batch is answered after so long. */
  readonly quietMs: number;
}

/** What is told of a tenant's jobs, to readers who keep nothing here but their place. Throws `invalid_request` for an id that is none of ours. */
export interface Events {
  /**
   * The events of a job from the first one, or behind the last one that the reader has, until the job is in a final state and all
   * is told. Undefined when that is so already, for a reader that comes again. Throws `job_not_found`.
   */
  ofJob(jobId: string, following: Following): Promise<EventBatches | undefined>;
  /** The states and log lines of all jobs from now on, or behind the last one that the reader has, without end. */
  ofAll(following: Following): Promise<EventBatches>;
}

/** A reader who does not read holds about three batches: some 40 KB. */
const BATCH = 50;
/** Another process's news do not come here, so whoever waits looks for himself as often. */
const LOOK_MS = 1000;

export function createEvents({ database, news }: EventsParts, { project }: Tenant): Events {
  const store = createEventStore(database);

  const stateOf = async (id: string): Promise<JobState | undefined> =>
    (
      await database
        .selectFrom('jobs')
        .select('state')
        .where('id', '=', id)
        .where('project', '=', project)
        .executeTakeFirst()
    )?.state;

  const readJob = (jobId: string) => async (position: Position) => {
    // The state is asked first: what is told after it may be missing among the events, but not what came before a final one.
    const state = await stateOf(jobId);
    const told = await store.after(jobId, position, BATCH);
    const { epoch, event } = told.at(-1) ?? position;
    const isOver = told.length === 0 && (state === undefined || isFinal(state));
    return { events: told.map((item) => eventView(jobId, item)), position: { epoch, event }, isOver };
  };
  const readAll = async (position: number) => {
    // What belongs to others is passed over, and not looked at again.
    const newest = await store.newest();
    const told = await store.afterOfAll(project, { after: position, upTo: newest }, BATCH);
    const read = told.length < BATCH ? Math.max(newest, position) : (told.at(-1)?.event ?? position);
    return { events: told.map(eventOfAnyView), position: read, isOver: false };
  };

  return {
    async ofJob(jobId, following) {
      const { lastEventId } = following;
      const from = lastEventId === undefined ? START : parsePosition(lastEventId);
      if (from === undefined) throw unknownEvent();
      if ((await stateOf(jobId)) === undefined) throw new ServiceError('job_not_found', `There is no job '${jobId}'.`);
      const read = readJob(jobId);
      if (lastEventId !== undefined && (await read(from)).isOver) return undefined;
      const matters = (item: News) => item.kind === 'changed' && item.jobId === jobId;
      return follow({ ...following, read, from, news, matters });
    },

    async ofAll(following) {
      const { lastEventId } = following;
      if (lastEventId !== undefined && !/^\d{1,15}$/.test(lastEventId)) throw unknownEvent();
      const from = lastEventId === undefined ? await store.newest() : Number(lastEventId);
      return follow({ ...following, read: readAll, from, news, matters: () => true });
    },
  };
}

interface Reading<Place> extends Pick<Following, 'signal' | 'quietMs'> {
  readonly read: (from: Place) => Promise<{ events: readonly JobEvent[]; position: Place; isOver: boolean }>;
  readonly from: Place;
  readonly news: NewsDesk;
  readonly matters: (news: News) => boolean;
}

/** Reads on whenever the reader asks for more, and waits for news where there is none. */
async function* follow<Place>({ read, from, news, matters, signal, quietMs }: Reading<Place>): EventBatches {
  const bell = hangBell(news, matters);
  try {
    let place = from;
    let spokeAt = performance.now();
    while (!signal.aborted) {
      const { events, position, isOver } = await read(place);
      if (isOver) return;
      place = position;
      if (events.length > 0 || performance.now() - spokeAt >= quietMs) {
        yield events;
        spokeAt = performance.now();
      }
      if (events.length === 0) await bell.wait(Math.min(LOOK_MS, quietMs), signal);
    }
  } finally {
    bell.takeDown();
  }
}

function unknownEvent(): ServiceError {
  const message = 'Not the id of an event: pass the last one that you have read, unchanged.';
  return new ServiceError('invalid_request', message, [{ path: '/lastEventId', message }]);
}
