import type { News, NewsDesk } from './bus.ts';

/** Rings on news that matter, also while nobody waits for it. */
export interface Bell {
  /** Resolves when it has rung since the last wait, after `timeoutMs`, or when `signal` is aborted. Never rejects. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<void>;
  /** Ends its listening. */
  takeDown(): void;
}

export function hangBell(desk: NewsDesk, matters: (news: News) => boolean): Bell {
  let rung = Promise.withResolvers<void>();
  const unsubscribe = desk.subscribe((news) => {
    if (matters(news)) rung.resolve();
  });
  return {
    async wait(timeoutMs, signal) {
      const { promise, resolve } = rung;
      const end = () => resolve();
      const timer = setTimeout(end, timeoutMs);
      signal.addEventListener('abort', end);
      if (!signal.aborted) await promise;
      signal.removeEventListener('abort', end);
      clearTimeout(timer);
      rung = Promise.withResolvers();
    },
    takeDown: unsubscribe,
  };
}
