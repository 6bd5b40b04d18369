import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { endure } from './ordeal.ts';

/** As many as fit into a minute and a half; `npm run soak` kills more often. */
const KILLS = 20;
const MOST_SECONDS = 400;

const seed = randomInt(2 ** 31);

it(`loses and repeats nothing, killed at ${KILLS} moments of seed ${seed}`, {
  timeout: MOST_SECONDS * 1000,
}, async () => {
  const { faults, jobs } = await endure({ seed, kills: KILLS });
  expect(faults).toEqual([]);
  expect(jobs.succeeded).toBeGreaterThan(0);
});
