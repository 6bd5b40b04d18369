import type { EventBus, Notification } from './bus.ts';

/** Rings on news that matter, also while nobody waits for it. */
export interface Signal {
  /** Resolves when it has rung since the last wait, after `timeoutMs`, or when `signal` is aborted. Never rejects. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<void>;
  /** Ends its listening. */
  close(): void;
}

export function subscribeSignal(bus: EventBus, isRelevant: (notification: Notification) => boolean): Signal {
  let raised = Promise.withResolvers<void>();
  const unsubscribe = bus.subscribe((notification) => {
    if (isRelevant(notification)) raised.resolve();
  });
  return {
    async wait(timeoutMs, signal) {
      const { promise, resolve } = raised;
      const end = () => resolve();
      const timer = setTimeout(end, timeoutMs);
      signal.addEventListener('abort', end);
      if (!signal.aborted) await promise;
      signal.removeEventListener('abort', end);
      clearTimeout(timer);
      raised = Promise.withResolvers();
    },
    close: unsubscribe,
  };
}
