import { hash, randomUUID } from 'node:crypto';
import type { Clock } from '../../kit/clock.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import { networkOf } from '../network/network.ts';

/** Counts the requests without a valid key from each address. */
export interface FailedKeys {
  /**
   * Counts one more; returns the error `too_many_requests` if the address has sent too many within
   * a minute.
   */
  count(address: string): ServiceError | undefined;
}

const MINUTE_MS = 60_000;
const MS_PER_SECOND = 1000;
/**
 * Addresses share slots, so that a client with many addresses uses no more memory. Sharing is
 * harmless: a valid key is accepted from any address.
 */
const SLOTS = 65_536;

/**
 * The generic cell rate algorithm (ITU-T I.371): a slot stores one number, the time at which it
 * will be empty again. It allows a burst of `perMinute`, and then that many a minute.
 */
export function createFailedKeys(perMinute: number, clock: Clock): FailedKeys {
  const everyMs = MINUTE_MS / perMinute;
  const emptyAt = new Float64Array(SLOTS);
  // A client cannot choose an address that shares the slot of another one.
  const salt = randomUUID();
  const slotOf = (address: string) => hash('sha256', salt + networkOf(address), 'buffer').readUInt32LE() % SLOTS;

  return {
    count(address) {
      const now = clock();
      const slot = slotOf(address);
      const full = emptyAt[slot] + everyMs - now - MINUTE_MS;
      if (full > 0) return tooMany(perMinute, Math.ceil(full / MS_PER_SECOND));
      emptyAt[slot] = Math.max(now, emptyAt[slot]) + everyMs;
      return undefined;
    },
  };
}

function tooMany(perMinute: number, retryAfterSeconds: number): ServiceError {
  const message = `More than ${perMinute} requests a minute came from this address without a valid key. Correct the key, and retry after the time in Retry-After. Requests with a valid key are accepted at once.`;
  return new ServiceError('too_many_requests', message, [], retryAfterSeconds);
}
