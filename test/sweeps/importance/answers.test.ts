import { expect, it } from 'vitest';
import { openRoom } from '../testService.ts';

const TRIALS = 3000;

it('answers other requests while it computes the importance from many trials', async () => {
  const room = await openRoom();
  const space = { x: { type: 'uniform', min: 0, max: 1 }, idle: { type: 'uniform', min: 0, max: 1 } };
  const { body } = await room.post('/v1/sweeps', { external: true, space, objective: { metric: 'cost' } });
  const trials = Array.from({ length: TRIALS }, (_, number) => ({
    ...{ sweepId: body.id, number, state: 'succeeded' as const, createdAt: 0, finishedAt: 0 },
    parameters: JSON.stringify({ x: (number % 97) / 97, idle: (number % 89) / 89 }),
    objective: (number % 97) / 97,
  }));
  for (let i = 0; i < TRIALS; i += 500)
    await room.database
      .insertInto('trials')
      .values(trials.slice(i, i + 500))
      .execute();
  let answers = 0;
  const others = setInterval(() => {
    answers += 1;
  }, 1);
  const { body: importance } = await room.get(`/v1/sweeps/${body.id}/importance`);
  clearInterval(others);
  expect(importance).toMatchObject({ trials: TRIALS, items: [{ parameter: 'x' }, { parameter: 'idle' }] });
  expect(answers).toBeGreaterThan(20);
});
