import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { surviveKills } from './killLoop.ts';

/** `npm run soak -- --busy 6` kills more often. */
const KILLS = 8;
const BUSY = 3;

const seed = randomInt(2 ** 31);

it(`fails and loses no accepted job, killed ${KILLS} times shortly after each start, seed ${seed}`, {
  timeout: 600_000,
}, async () => {
  const { faults, ...counts } = await surviveKills({ seed, kills: KILLS, busy: BUSY });
  expect(faults).toEqual([]);
  expect(counts).toMatchObject({ jobs: 16 });
  // Lives that restart a job: the condition that failed it before.
  expect(counts.maxAttempts).toBeGreaterThan(3);
});
