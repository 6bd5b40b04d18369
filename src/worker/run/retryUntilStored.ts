import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isTransient } from '../../store/database/errors.ts';

const PAUSE_MS = 1000;

/**
 * Writes what a job has come to, again and again while the disk is full or another program holds the database: hours of training are not lost for that.
 * Rejects with any other error at once, and with these when `leaving` is aborted.
 */
export async function retryUntilStored(write: () => Promise<void>, leaving: AbortSignal, log: Logger): Promise<void> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isTransient(error) || leaving.aborted) throw error;
      log.warn({ err: error }, 'what the job has come to cannot be written yet; it is tried again');
      await delay(PAUSE_MS, undefined, { signal: leaving }).catch(() => undefined);
    }
  }
}
