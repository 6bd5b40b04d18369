import type { FastifyReply } from 'fastify';
import type { Clock } from '../../kit/clock.ts';
import type { Caller } from '../../kit/contract/caller.ts';
import { ServiceError } from '../../kit/contract/errors.ts';

const MS_PER_SECOND = 1000;

/** Counts the requests of each key against its limit. */
export interface RateLimits {
  /**
   * Takes one request of the caller, and says in the headers of the answer what is left
   * (draft-ietf-httpapi-ratelimit-headers-10). Throws ServiceError `too_many_requests` where
   * nothing is.
   */
  consume(caller: Caller, reply: FastifyReply): void;
}

interface Bucket {
  /** Requests that may be made at once now. */
  tokens: number;
  /** When that was so. */
  at: number;
}

/**
 * A token bucket for each key: it holds the requests of one second, at least one, and fills at the
 * key's rate. The buckets lie in memory, as one process answers for a data folder; only keys that
 * ask have one.
 */
export function createRateLimits(clock: Clock): RateLimits {
  const buckets = new Map<string, Bucket>();

  return {
    consume({ keyId, requestsPerSecond: rate }, reply) {
      if (keyId === null || rate === null) return;
      const size = Math.max(1, Math.floor(rate));
      const now = clock();
      const { tokens, at } = buckets.get(keyId) ?? { tokens: size, at: now };
      // A clock that was set back fills nothing.
      const filled = Math.min(size, tokens + (Math.max(0, now - at) / MS_PER_SECOND) * rate);
      const left = filled >= 1 ? filled - 1 : filled;
      buckets.set(keyId, { tokens: left, at: now });
      // Whole seconds, never too few: until one more may be made where there is none, else until
      // the bucket is full.
      const needed = left >= 1 ? size : 1;
      const seconds = Math.ceil((needed - left) / rate);
      reply.header('ratelimit-policy', `"key";q=${size};w=${Math.ceil(size / rate)}`);
      reply.header('ratelimit', `"key";r=${Math.floor(left)};t=${seconds}`);
      if (filled >= 1) return;
      reply.header('retry-after', seconds);
      throw new ServiceError(
        'too_many_requests',
        `The key may make ${rate} requests a second: wait, as Retry-After says.`,
      );
    },
  };
}
