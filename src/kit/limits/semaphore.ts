import { ServiceError } from '../contract/errors.ts';

/** Limits how much work runs at once; the rest waits in a queue. */
export interface Semaphore {
  /**
   * Runs `work` when a slot is free. Throws ServiceError `overloaded` if the group has too much
   * waiting work already, and the signal's reason if it is aborted while the work waits.
   */
  readonly run: <Value>(work: () => Promise<Value>, options?: RunOptions) => Promise<Value>;
}

interface RunOptions {
  /** Groups, such as projects, get free slots in turns. */
  readonly group?: string;
  /** Waiting work leaves the queue when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

const RETRY_AFTER_SECONDS = 10;

/**
 * A semaphore with this many slots. One group gets all slots but one, so that its slow work never
 * blocks another group. With only one slot, groups get it in turns. `maxWaiting` limits the waiting
 * work of each group.
 */
export function createSemaphore(slots: number, maxWaiting = Number.POSITIVE_INFINITY): Semaphore {
  const slotsPerGroup = Math.max(1, slots - 1);
  /**
   * In the order of their turns: a group moves to the end when it gets a slot and when it returns
   * one.
   */
  const queues = new Map<string, Set<() => void>>();
  const runningIn = new Map<string, number>();
  let running = 0;

  const hasSlot = (group: string) => running < slots && (runningIn.get(group) ?? 0) < slotsPerGroup;

  function occupy(group: string): void {
    running += 1;
    runningIn.set(group, (runningIn.get(group) ?? 0) + 1);
  }

  function vacate(group: string): void {
    running -= 1;
    const left = (runningIn.get(group) ?? 0) - 1;
    if (left > 0) runningIn.set(group, left);
    else runningIn.delete(group);
    moveToEnd(group);
    admitNext();
  }

  function moveToEnd(group: string): void {
    const queue = queues.get(group);
    queues.delete(group);
    if (queue !== undefined && queue.size > 0) queues.set(group, queue);
  }

  function admitNext(): void {
    const [group, queue] = queues.entries().find(([name]) => hasSlot(name)) ?? [];
    const [proceed] = queue ?? [];
    if (group === undefined || proceed === undefined) return;
    queue?.delete(proceed);
    moveToEnd(group);
    // The slot is passed on immediately, so that no newcomer gets it first.
    occupy(group);
    proceed();
  }

  function wait(group: string, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const queue = queues.get(group) ?? new Set();
    queues.set(group, queue);
    queue.add(resolve);
    const leave = () => {
      if (queue.delete(resolve) && queue.size === 0) queues.delete(group);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', leave);
    return promise.finally(() => signal?.removeEventListener('abort', leave));
  }

  return {
    async run(work, { group = '', signal } = {}) {
      signal?.throwIfAborted();
      if (hasSlot(group)) occupy(group);
      else {
        if ((queues.get(group)?.size ?? 0) >= maxWaiting) throw tooMany(maxWaiting);
        await wait(group, signal);
      }
      try {
        return await work();
      } finally {
        vacate(group);
      }
    },
  };
}

function tooMany(waiting: number): ServiceError {
  const detail = `Queue limit reached: ${waiting} of ${waiting} requests are waiting. Retry later.`;
  return new ServiceError('overloaded', detail, [], RETRY_AFTER_SECONDS);
}
