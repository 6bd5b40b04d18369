import { ServiceError } from '../../kit/errors.ts';

/** The streams that are open now. */
export interface OpenStreams {
  /** Counts one more and answers what counts it off. Throws ServiceError `too_many_streams` where there are as many as there may be. */
  enter(): () => void;
  /** Resolves when none is open. */
  emptied(): Promise<void>;
}

const RETRY_AFTER_SECONDS = 5;

export function createOpenStreams(most: number): OpenStreams {
  const open = new Set<symbol>();
  let empty = Promise.withResolvers<void>();
  return {
    enter() {
      if (open.size >= most) throw tooMany(most);
      if (open.size === 0) empty = Promise.withResolvers();
      const stream = Symbol();
      open.add(stream);
      return () => {
        open.delete(stream);
        if (open.size === 0) empty.resolve();
      };
    },
    emptied: () => (open.size === 0 ? Promise.resolve() : empty.promise),
  };
}

function tooMany(most: number): ServiceError {
  const message = `The ${most} event streams that may be open at once are open: close one, or ask with GET …?wait= instead.`;
  return new ServiceError('too_many_streams', message, [], RETRY_AFTER_SECONDS);
}
