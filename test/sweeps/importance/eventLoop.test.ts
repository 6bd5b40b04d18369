import { expect, it } from 'vitest';
import { openTestService } from '../testService.ts';

const TRIALS = 3000;

it('answers other requests while it computes the importance from many trials', async () => {
  const service = await openTestService();
  const space = { x: { type: 'uniform', min: 0, max: 1 }, idle: { type: 'uniform', min: 0, max: 1 } };
  const { body } = await service.post('/v1/sweeps', { external: true, space, objective: { metric: 'cost' } });
  const trials = Array.from({ length: TRIALS }, (_, number) => ({
    ...{ sweepId: body.id, number, state: 'succeeded' as const, createdAt: 0, finishedAt: 0 },
    parameters: JSON.stringify({ x: (number % 97) / 97, idle: (number % 89) / 89 }),
    objective: (number % 97) / 97,
  }));
  for (let i = 0; i < TRIALS; i += 500)
    await service.database
      .insertInto('trials')
      .values(trials.slice(i, i + 500))
      .execute();
  let responses = 0;
  const others = setInterval(() => {
    responses += 1;
  }, 1);
  const { body: importance } = await service.get(`/v1/sweeps/${body.id}/importance`);
  clearInterval(others);
  expect(importance).toMatchObject({ trials: TRIALS, items: [{ parameter: 'x' }, { parameter: 'idle' }] });
  expect(responses).toBeGreaterThan(20);
});
