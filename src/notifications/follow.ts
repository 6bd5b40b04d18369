import { ServiceError } from '../kit/contract/errors.ts';
import type { EventBus, Notification } from './bus.ts';
import { subscribeSignal } from './signal.ts';

/** An event as clients see it; its data is JSON. */
export interface StreamEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/** Events in batches, read when they are asked for; an empty batch says that it has been quiet for a while. */
export type EventBatches = AsyncGenerator<readonly StreamEvent[], void, void>;

export interface FollowOptions {
  /** The id of the last event that the reader has; undefined: it has none. */
  readonly lastEventId: string | undefined;
  /** Ends it, also while it waits. */
  readonly signal: AbortSignal;
  /** An empty batch is answered after so long. */
  readonly quietMs: number;
}

/** Another process's news do not come here, so whoever waits looks for himself as often. */
const POLL_MS = 1000;

interface FollowSource<Place> extends Pick<FollowOptions, 'signal' | 'quietMs'> {
  readonly read: (from: Place) => Promise<{ events: readonly StreamEvent[]; position: Place; isOver: boolean }>;
  readonly from: Place;
  readonly bus: EventBus;
  readonly isRelevant: (notification: Notification) => boolean;
}

/** Reads on whenever the reader asks for more, and waits for news where there is none. */
export async function* follow<Place>({
  read,
  from,
  bus,
  isRelevant,
  signal,
  quietMs,
}: FollowSource<Place>): EventBatches {
  const signalled = subscribeSignal(bus, isRelevant);
  try {
    let current = from;
    let lastYieldAt = performance.now();
    while (!signal.aborted) {
      const { events, position, isOver } = await read(current);
      if (isOver) return;
      current = position;
      if (events.length > 0 || performance.now() - lastYieldAt >= quietMs) {
        yield events;
        lastYieldAt = performance.now();
      }
      if (events.length === 0) await signalled.wait(Math.min(POLL_MS, quietMs), signal);
    }
  } finally {
    signalled.close();
  }
}

/** For an id that this service did not give. */
export function unknownEvent(): ServiceError {
  const message = 'Not the id of an event: pass the last one that you have read, unchanged.';
  return new ServiceError('invalid_request', message, [{ path: '/lastEventId', message }]);
}
