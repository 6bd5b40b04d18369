import type { JobWish } from '../store/tables.ts';

/** What the API and the worker tell each other. News may be lost: whoever waits for it also looks into the database now and then. */
export type News =
  | { readonly kind: 'queued' }
  | { readonly kind: 'wish'; readonly jobId: string; readonly wish: JobWish }
  | { readonly kind: 'changed'; readonly jobId: string };

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
  return message.kind === 'queued' || message.kind === 'wish' || message.kind === 'changed';
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
