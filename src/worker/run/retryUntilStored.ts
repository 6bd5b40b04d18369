import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isTransient } from '../../store/database/errors.ts';

const PAUSE_MS = 1000;

/**
 * Writes the result of a job, with retries while the disk is full or another program locks the
 * database, so that hours of training are not lost. Rejects with any other error at once, and with
 * a transient error when `leaving` is aborted.
 */
export async function retryUntilStored(write: () => Promise<void>, leaving: AbortSignal, log: Logger): Promise<void> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isTransient(error) || leaving.aborted) throw error;
      log.warn({ err: error }, 'the result of the job could not be written; retrying');
      await delay(PAUSE_MS, undefined, { signal: leaving }).catch(() => undefined);
    }
  }
}
