/** The number of attempts, over about a day. */
const MAX_ATTEMPTS = 8;

const FIRST_PAUSE_MS = 15_000;
/** 15 s, 1 min, 4 min, 16 min, 1 h, 4 h, 17 h. */
const FACTOR = 4;
/** Spreads the calls to a receiver that is available again. */
const JITTER = 0.2;

/**
 * The pause in milliseconds after the given number of failed attempts; undefined: give up. `random`
 * is from 0 to 1.
 */
export function pauseAfter(attempts: number, random: number): number | undefined {
  if (attempts >= MAX_ATTEMPTS) return undefined;
  return FIRST_PAUSE_MS * FACTOR ** (attempts - 1) * (1 + JITTER * (2 * random - 1));
}
