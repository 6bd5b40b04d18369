import type { RequestedAction } from '../store/database/tables.ts';

/**
 * The notifications between the API and the worker. They may be lost, so every receiver also polls
 * the database.
 */
export type Notification =
  | { readonly kind: 'queued' }
  | { readonly kind: 'actionRequested'; readonly jobId: string; readonly action: RequestedAction }
  | { readonly kind: 'changed'; readonly jobId: string }
  /** A client requested an action on a sweep, or created it. */
  | { readonly kind: 'sweepActionRequested'; readonly sweepId: string }
  /** A sweep or one of its trials changed. */
  | { readonly kind: 'sweep'; readonly sweepId: string }
  | { readonly kind: 'reportQueued' }
  | { readonly kind: 'reportCancelled'; readonly reportId: string }
  /** A worker changed a report. */
  | { readonly kind: 'report'; readonly reportId: string };

/** Whether workers send it to the API. The API sends all others to the workers. */
export function isFromWorker({ kind }: Notification): boolean {
  return kind === 'changed' || kind === 'sweep' || kind === 'report';
}

const KINDS = [
  'queued',
  'actionRequested',
  'changed',
  'sweepActionRequested',
  'sweep',
  'reportQueued',
  'reportCancelled',
  'report',
] as const satisfies readonly Notification['kind'][];

type NotificationListener = (notification: Notification) => void;

/** Delivers notifications to the subscribers in this process. */
export interface EventBus {
  publish(notification: Notification): void;
  /** Returns the function that ends the subscription. */
  subscribe(listener: NotificationListener): () => void;
}

export function createEventBus(): EventBus {
  const listeners = new Set<NotificationListener>();
  return {
    publish(notification) {
      for (const listener of [...listeners]) listener(notification);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Whether a message from another process is a notification. */
export function isNotification(message: unknown): message is Notification {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return false;
  return KINDS.some((kind) => kind === message.kind);
}

/**
 * Resolves on the first relevant notification, after `timeoutMs`, or when `signal` is aborted,
 * whichever is first. Never rejects.
 */
export function nextNotification(
  bus: EventBus,
  isRelevant: (notification: Notification) => boolean,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      unsubscribe();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, timeoutMs);
    const unsubscribe = bus.subscribe((notification) => {
      if (isRelevant(notification)) done();
    });
    signal.addEventListener('abort', done);
  });
}

export interface WaitOptions {
  /** Maximum delay of the response. */
  readonly waitMs: number;
  /** If aborted, the response is sent at once. */
  readonly signal: AbortSignal;
}

/** Poll interval, because notifications of other processes may not reach this one. */
const POLL_MS = 1000;

/**
 * Resolves when `isDone` returns true, after `waitMs`, or when the signal is aborted. Calls
 * `isDone` on each relevant notification and every `POLL_MS`.
 */
export async function waitUntil(
  bus: EventBus,
  isRelevant: (notification: Notification) => boolean,
  isDone: () => Promise<boolean>,
  { waitMs, signal }: WaitOptions,
): Promise<void> {
  const until = performance.now() + waitMs;
  if (await isDone()) return;
  for (let left = waitMs; left > 0 && !signal.aborted; left = until - performance.now()) {
    // Subscribes before it checks. Otherwise it would miss a notification between the two.
    const changed = nextNotification(bus, isRelevant, Math.min(left, POLL_MS), signal);
    if (await isDone()) return;
    await changed;
  }
}
