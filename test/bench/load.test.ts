import { expect, it } from 'vitest';
import { loadService } from './load.ts';

/** Other load of the machine is not an overload of the service. */
const A_MINUTE = 60_000;

it('responds to every read and every prediction while every core trains', async () => {
  expect(await loadService({ ratePerSecond: 50, seconds: 4, maxDelayMs: A_MINUTE })).toMatchObject({ requests: 200 });
});
