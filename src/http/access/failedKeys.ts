import { hash, randomUUID } from 'node:crypto';
import type { Clock } from '../../kit/clock.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import { networkOf } from '../network/network.ts';

/** Counts the requests without a good key that come from each address. */
export interface FailedKeys {
  /**
   * Counts one more; answers the error `too_many_requests` where the address has made too many
   * within a minute.
   */
  count(address: string): ServiceError | undefined;
}

const MINUTE_MS = 60_000;
const MS_PER_SECOND = 1000;
/**
 * Addresses share slots, so that whoever has many takes no memory. It harms nobody: a good key is
 * answered from any address.
 */
const SLOTS = 65_536;

/**
 * The generic cell rate algorithm (ITU-T I.371): a slot keeps one number, the time at which it
 * would be empty again. So many at once are let pass, and then as many a minute.
 */
export function createFailedKeys(perMinute: number, clock: Clock): FailedKeys {
  const everyMs = MINUTE_MS / perMinute;
  const emptyAt = new Float64Array(SLOTS);
  // Nobody can choose an address that shares the slot of another.
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
  const message = `More than ${perMinute} requests a minute came from this address without a good key: mend the key, and wait as Retry-After says. A good key is answered at once.`;
  return new ServiceError('too_many_requests', message, [], retryAfterSeconds);
}
