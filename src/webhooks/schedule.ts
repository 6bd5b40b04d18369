/** So often a delivery is tried, over about a day. */
const MAX_ATTEMPTS = 8;

const FIRST_PAUSE_MS = 15_000;
/** 15 s, 1 min, 4 min, 16 min, 1 h, 4 h, 17 h. */
const FACTOR = 4;
/** Receivers that come back after a failure are not called by everybody at once. */
const JITTER = 0.2;

/** How long to wait after so many attempts that failed; undefined: no more. `random` is from 0 to 1. */
export function pauseAfter(attempts: number, random: number): number | undefined {
  if (attempts >= MAX_ATTEMPTS) return undefined;
  return FIRST_PAUSE_MS * FACTOR ** (attempts - 1) * (1 + JITTER * (2 * random - 1));
}
