import { expect, it } from 'vitest';
import { loadService } from './load.ts';

it('answers every read and every prediction while every core trains', { timeout: 120_000 }, async () => {
  expect(await loadService({ ratePerSecond: 50, seconds: 4 })).toMatchObject({ requests: 200 });
});
