import type { JobWish } from '../store/tables.ts';

/** What the API and the worker tell each other. News may be lost: whoever waits for it also looks into the database now and then. */
export type News =
  | { readonly kind: 'queued' }
  | { readonly kind: 'wish'; readonly jobId: string; readonly wish: JobWish }
  | { readonly kind: 'changed'; readonly jobId: string }
  /** Somebody wants something of a sweep. */
  | { readonly kind: 'sweepWish'; readonly sweepId: string }
  /** A sweep, or one of its trials, stands differently. */
  | { readonly kind: 'sweep'; readonly sweepId: string };

/** What workers tell the API; the rest goes the other way. */
export function isOfWorker({ kind }: News): boolean {
  return kind === 'changed' || kind === 'sweep';
}

const KINDS = ['queued', 'wish', 'changed', 'sweepWish', 'sweep'] as const satisfies readonly News['kind'][];

type NewsListener = (news: News) => void;

/** Passes news on to whoever listens in this process. */
export interface NewsDesk {
  publish(news: News): void;
  /** Returns the function that ends it. */
  subscribe(listener: NewsListener): () => void;
}

export function createNewsDesk(): NewsDesk {
  const listeners = new Set<NewsListener>();
  return {
    publish(news) {
      for (const listener of [...listeners]) listener(news);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Whether a message from another process is news. */
export function isNews(message: unknown): message is News {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return false;
  return KINDS.some((kind) => kind === message.kind);
}

/** Resolves on the first news that `matters`, after `timeoutMs`, or when `signal` is aborted, whichever is first. Never rejects. */
export function nextNews(
  desk: NewsDesk,
  matters: (news: News) => boolean,
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
    const unsubscribe = desk.subscribe((news) => {
      if (matters(news)) done();
    });
    signal.addEventListener('abort', done);
  });
}

export interface Waiting {
  /** How long the answer may be held back. */
  readonly waitMs: number;
  /** Aborted: answer at once. */
  readonly signal: AbortSignal;
}

/** Another process's news do not come here, so whoever waits looks for himself as often. */
const LOOK_MS = 1000;

/** Resolves when `isOver` says so, looked at on news that `matters` and now and then, when the time is up, or when the signal is aborted. */
export async function untilOver(
  desk: NewsDesk,
  matters: (news: News) => boolean,
  isOver: () => Promise<boolean>,
  { waitMs, signal }: Waiting,
): Promise<void> {
  const until = performance.now() + waitMs;
  if (await isOver()) return;
  for (let left = waitMs; left > 0 && !signal.aborted; left = until - performance.now()) {
    // Listening begins before the look, or news between the two would be missed.
    const changed = nextNews(desk, matters, Math.min(left, LOOK_MS), signal);
    if (await isOver()) return;
    await changed;
  }
}
