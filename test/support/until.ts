import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 10;

/**
 * The value as soon as `isThere` accepts it. Only the timeout of the test limits the wait, because
 * a machine may be busy.
 */
export async function until<Found>(
  read: () => Found | Promise<Found>,
  isThere: (found: Found) => boolean,
): Promise<Found> {
  for (;;) {
    const found = await read();
    if (isThere(found)) return found;
    await delay(POLL_MS);
  }
}
