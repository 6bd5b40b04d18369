import { afterAll, beforeAll, expect, it } from 'vitest';
import { binaryOutcome } from '../support/outcomes.ts';
import { openTrainingService, type TrainingService } from '../support/trainingService.ts';

const ROWS = 200_000;
const people = Array.from(
  { length: ROWS },
  (_, i) => `${18 + (i % 70)},${i % 3 ? 'Private' : 'State'},${(i * i) % 7 > 2 ? 'yes' : 'no'}`,
);

let service: TrainingService;
beforeAll(async () => {
  service = await openTrainingService();
});
afterAll(() => service.close());

it('predicts while an ensemble is measured on a large table', async () => {
  const dataset = await service.upload(['age,work,income', ...people].join('\n'));
  const save = () => service.save(dataset, { target: 'income' }, binaryOutcome());
  const members = [await save(), await save(), await save()];
  let measured = false;
  const made = service.ensemble(members).finally(() => {
    measured = true;
  });
  let answered = 0;
  while (!measured) {
    await service.predict(members[0], [{ age: 30 }]);
    answered += 1;
  }
  const { metrics } = await service.model(await made);
  const counted = Object.values(metrics).flatMap((part) => part?.confusionMatrix?.flat() ?? []);
  expect(counted.reduce((sum, count) => sum + count, 0)).toBe(ROWS);
  // Reading the table takes much longer than a prediction. If predictions waited for it, there
  // would be only one.
  expect(answered).toBeGreaterThan(10);
});
