import type { FastifyReply } from 'fastify';
import type { Clock } from '../../kit/clock.ts';
import type { Caller } from '../../kit/contract/caller.ts';
import { ServiceError } from '../../kit/contract/errors.ts';

const MS_PER_SECOND = 1000;

/** Counts the requests of each key against its limit. */
export interface RateLimits {
  /**
   * Counts one request of the caller, and writes the remaining limit to the response headers
   * (draft-ietf-httpapi-ratelimit-headers-10). Throws ServiceError `too_many_requests` above the
   * limit.
   */
  consume(caller: Caller, reply: FastifyReply): void;
}

interface Bucket {
  /** Requests that are allowed at once now. */
  tokens: number;
  /** The time of the last update. */
  at: number;
}

/**
 * A token bucket for each key: its size is the number of requests in one second, at least one, and
 * it fills at the key's rate. The buckets are in memory, because only one process serves a data
 * folder; only active keys have one.
 */
export function createRateLimits(clock: Clock): RateLimits {
  const buckets = new Map<string, Bucket>();

  return {
    consume({ keyId, requestsPerSecond: rate }, reply) {
      if (keyId === null || rate === null) return;
      const size = Math.max(1, Math.floor(rate));
      const now = clock();
      const { tokens, at } = buckets.get(keyId) ?? { tokens: size, at: now };
      // A clock that was set back adds no tokens.
      const filled = Math.min(size, tokens + (Math.max(0, now - at) / MS_PER_SECOND) * rate);
      const left = filled >= 1 ? filled - 1 : filled;
      buckets.set(keyId, { tokens: left, at: now });
      // Whole seconds, rounded up: until the next request is allowed if there is no token,
      // otherwise until the bucket is full.
      const needed = left >= 1 ? size : 1;
      const seconds = Math.ceil((needed - left) / rate);
      reply.header('ratelimit-policy', `"key";q=${size};w=${Math.ceil(size / rate)}`);
      reply.header('ratelimit', `"key";r=${Math.floor(left)};t=${seconds}`);
      if (filled >= 1) return;
      reply.header('retry-after', seconds);
      throw new ServiceError(
        'too_many_requests',
        `Rate limit reached: the key may send ${rate} requests a second. Retry after the time in Retry-After.`,
      );
    },
  };
}
