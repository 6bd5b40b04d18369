import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTrainingService, type TrainingService } from '../support/trainingService.ts';

let service: TrainingService;
beforeAll(async () => {
  service = await openTrainingService();
});
afterAll(() => service.close());

const ROWS = 60;
const REQUEST = { target: 'paid', training: { epochs: 3 } };
const tableOf = (no: string, yes: string, odd = no) =>
  ['x,paid', ...Array.from({ length: ROWS }, (_, i) => `${i % 9},${i % 2 ? yes : i === 4 ? odd : no}`)].join('\n');

it.each([
  ['False', 'True', 'False'],
  ['FALSE', 'TRUE', 'FALSE'],
  ['false', 'true', 'false'],
  ['False', 'TRUE', 'false'],
])('labels come back as %s and %s, as most cells are written', async (no, yes, odd) => {
  const datasetId = await service.upload(tableOf(no, yes, odd));
  const dataset = await service.datasets.find(datasetId);
  expect(dataset?.columns[1]).toMatchObject({ type: 'boolean', top: [{ value: no }, { value: yes }] });
  const id = await service.train(datasetId, { ...REQUEST, training: { epochs: 3, classWeights: { [yes]: 2 } } });
  const model = await service.model(id);
  expect(model).toMatchObject({ classes: [no, yes], metrics: { test: { confusionMatrix: expect.any(Array) } } });
  const [prediction] = await service.predict(id, [{ x: 3 }]);
  expect([no, yes]).toContain(prediction?.label);
  expect(Object.keys(prediction?.probabilities ?? {})).toEqual([no, yes]);
});

it('an ensemble of such models has their labels', async () => {
  const datasetId = await service.upload(tableOf('False', 'True'));
  const members = await service.twins(datasetId, REQUEST);
  const id = await service.ensemble(members);
  expect((await service.model(id)).classes).toEqual(['False', 'True']);
});
