import { ServiceError } from '../kit/contract/errors.ts';
import type { News, NewsDesk } from './bus.ts';
import { hangBell } from './signal.ts';

/** An event as clients see it; its data is JSON. */
export interface ToldEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/** Events in batches, read when they are asked for; an empty batch says that it has been quiet for a while. */
export type EventBatches = AsyncGenerator<readonly ToldEvent[], void, void>;

export interface Following {
  /** The id of the last event that the reader has; undefined: it has none. */
  readonly lastEventId: string | undefined;
  /** Ends it, also while it waits. */
  readonly signal: AbortSignal;
  /** An empty batch is answered after so long. */
  readonly quietMs: number;
}

/** Another process's news do not come here, so whoever waits looks for himself as often. */
const LOOK_MS = 1000;

interface Reading<Place> extends Pick<Following, 'signal' | 'quietMs'> {
  readonly read: (from: Place) => Promise<{ events: readonly ToldEvent[]; position: Place; isOver: boolean }>;
  readonly from: Place;
  readonly news: NewsDesk;
  readonly matters: (news: News) => boolean;
}

/** Reads on whenever the reader asks for more, and waits for news where there is none. */
export async function* follow<Place>({ read, from, news, matters, signal, quietMs }: Reading<Place>): EventBatches {
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

/** For an id that this service did not give. */
export function unknownEvent(): ServiceError {
  const message = 'Not the id of an event: pass the last one that you have read, unchanged.';
  return new ServiceError('invalid_request', message, [{ path: '/lastEventId', message }]);
}
