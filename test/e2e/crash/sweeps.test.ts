import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { endureSweep } from './sweepOrdeal.ts';

/** `npm run soak` kills more often. */
const KILLS = 6;

const seed = randomInt(2 ** 31);

it(`continues a sweep to the same trials and the same best one, killed at ${KILLS} moments of seed ${seed}`, {
  timeout: 300_000,
}, async () => {
  const { undisturbed, killed } = await endureSweep({ seed, kills: KILLS });
  expect(undisturbed).toMatchObject({ exitCode: 0, state: 'succeeded', faults: [] });
  expect(killed).toEqual(undisturbed);
});
