import { expect, it } from 'vitest';
import { loadService } from './load.ts';

/** Whatever else the machine does is no overload of the service. */
const A_MINUTE = 60_000;

it('answers every read and every prediction while every core trains', async () => {
  expect(await loadService({ ratePerSecond: 50, seconds: 4, maxDelayMs: A_MINUTE })).toMatchObject({ requests: 200 });
});
