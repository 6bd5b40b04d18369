import type { EventBus, Notification } from './bus.ts';

/** Is raised by relevant notifications, also between two waits. */
export interface Signal {
  /**
   * Resolves when it was raised since the last wait, after `timeoutMs`, or when `signal` is
   * aborted. Never rejects.
   */
  wait(timeoutMs: number, signal: AbortSignal): Promise<void>;
  /** Ends the subscription. */
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
