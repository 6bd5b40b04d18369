import { setTimeout as delay } from 'node:timers/promises';

const LOOK_AGAIN_MS = 10;

/**
 * What is found as soon as it is as `isThere` says. How long that may take is up to the test's
 * timeout alone: a busy machine takes its time.
 */
export async function until<Found>(
  look: () => Found | Promise<Found>,
  isThere: (found: Found) => boolean,
): Promise<Found> {
  for (;;) {
    const found = await look();
    if (isThere(found)) return found;
    await delay(LOOK_AGAIN_MS);
  }
}
