import type { RequestedAction } from '../store/database/tables.ts';

/** What the API and the worker tell each other. News may be lost: whoever waits for it also looks into the database now and then. */
export type Notification =
  | { readonly kind: 'queued' }
  | { readonly kind: 'actionRequested'; readonly jobId: string; readonly action: RequestedAction }
  | { readonly kind: 'changed'; readonly jobId: string }
  /** Somebody wants something of a sweep. */
  | { readonly kind: 'sweepActionRequested'; readonly sweepId: string }
  /** A sweep, or one of its trials, stands differently. */
  | { readonly kind: 'sweep'; readonly sweepId: string };

/** What workers tell the API; the rest goes the other way. */
export function isFromWorker({ kind }: Notification): boolean {
  return kind === 'changed' || kind === 'sweep';
}

const KINDS = [
  'queued',
  'actionRequested',
  'changed',
  'sweepActionRequested',
  'sweep',
] as const satisfies readonly Notification['kind'][];

type NotificationListener = (notification: Notification) => void;

/** Passes news on to whoever listens in this process. */
export interface EventBus {
  publish(notification: Notification): void;
  /** Returns the function that ends it. */
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

/** Whether a message from another process is news. */
export function isNotification(message: unknown): message is Notification {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return false;
  return KINDS.some((kind) => kind === message.kind);
}

/** Resolves on the first news that `matters`, after `timeoutMs`, or when `signal` is aborted, whichever is first. Never rejects. */
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
  /** How long the answer may be held back. */
  readonly waitMs: number;
  /** Aborted: answer at once. */
  readonly signal: AbortSignal;
}

/** Another process's news do not come here, so whoever waits looks for himself as often. */
const POLL_MS = 1000;

/** Resolves when `isOver` says so, looked at on news that `matters` and now and then, when the time is up, or when the signal is aborted. */
export async function waitUntil(
  bus: EventBus,
  isRelevant: (notification: Notification) => boolean,
  isDone: () => Promise<boolean>,
  { waitMs, signal }: WaitOptions,
): Promise<void> {
  const until = performance.now() + waitMs;
  if (await isDone()) return;
  for (let left = waitMs; left > 0 && !signal.aborted; left = until - performance.now()) {
    // Listening begins before the look, or news between the two would be missed.
    const changed = nextNotification(bus, isRelevant, Math.min(left, POLL_MS), signal);
    if (await isDone()) return;
    await changed;
  }
}
