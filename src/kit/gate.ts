import { ServiceError } from './errors.ts';

/** Lets so many pieces of work through at once; the others wait their turn. */
export interface Gate {
  /** Throws ServiceError `overloaded` where too many wait. */
  readonly run: <Value>(work: () => Promise<Value>) => Promise<Value>;
}

const RETRY_AFTER_SECONDS = 10;

export function createGate(width: number, mostWaiting = Number.POSITIVE_INFINITY): Gate {
  const waiting: (() => void)[] = [];
  let running = 0;
  return {
    async run(work) {
      if (running >= width && waiting.length >= mostWaiting) throw tooMany(mostWaiting);
      if (running >= width) await new Promise<void>((proceed) => waiting.push(proceed));
      else running += 1;
      try {
        return await work();
      } finally {
        // The place is handed over, not given back, so that nobody slips in between.
        const next = waiting.shift();
        if (next) next();
        else running -= 1;
      }
    },
  };
}

function tooMany(waiting: number): ServiceError {
  const detail = `${waiting} requests wait for their turn already, and more may not: send it again later.`;
  return new ServiceError('overloaded', detail, [], RETRY_AFTER_SECONDS);
}
