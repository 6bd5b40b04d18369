import { ServiceError } from '../kit/contract/errors.ts';
import type { EventBus, Notification } from './bus.ts';
import { subscribeSignal } from './signal.ts';

/** An event as clients see it; its data is JSON. */
export interface StreamEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/**
 * Events in batches, which are read on demand. An empty batch is a heartbeat: there were no events
 * for a while.
 */
export type EventBatches = AsyncGenerator<readonly StreamEvent[], void, void>;

export interface FollowOptions {
  /** The id of the last event that the reader has; undefined: it has no events. */
  readonly lastEventId: string | undefined;
  /** Ends the stream, also while it waits for events. */
  readonly signal: AbortSignal;
  /** The time without events after which an empty batch is yielded. */
  readonly quietMs: number;
}

/** Poll interval, because notifications of other processes may not reach this one. */
const POLL_MS = 1000;

interface FollowSource<Position> extends Pick<FollowOptions, 'signal' | 'quietMs'> {
  readonly read: (from: Position) => Promise<{ events: readonly StreamEvent[]; position: Position; isOver: boolean }>;
  readonly from: Position;
  readonly bus: EventBus;
  readonly isRelevant: (notification: Notification) => boolean;
}

/**
 * Yields the events after `from`. Without new events it waits for a relevant notification, and
 * polls every `POLL_MS`.
 */
export async function* follow<Position>({
  read,
  from,
  bus,
  isRelevant,
  signal,
  quietMs,
}: FollowSource<Position>): EventBatches {
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

/** The error for an event id that this service did not create. */
export function unknownEvent(): ServiceError {
  const message = 'The event id is not valid. Pass the id of the last event that you received, unchanged.';
  return new ServiceError('invalid_request', message, [{ path: '/lastEventId', message }]);
}
