import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Dataset } from '../../src/datasets/schemas.ts';
import type { Job } from '../../src/jobs/schemas.ts';
import type { PredictResponse } from '../../src/models/predict/schemas.ts';
import type { Model } from '../../src/models/schemas.ts';
import type { SplitResponse } from '../../src/models/split/schemas.ts';
import type { Trial } from '../../src/sweeps/trials/schemas.ts';
import { type BuiltService, startBuiltService } from '../support/builtService.ts';
import { type Api, apiAt } from './support/api.ts';

const ROWS = 200;
const TABLE = Array.from({ length: ROWS }, (_, i): readonly [x: number, y: number] => [i * 1000.5, (i * 7) % 13]);
const CSV = ['x,y', ...TABLE.map((row) => row.join())].join('\n');
/** In alphabetical order. */
const SCALINGS = ['none', 'range', 'standard'];

let service: BuiltService;
let api: Api;
beforeAll(async () => {
  service = await startBuiltService(['--workers', '1']);
  api = apiAt(service.address);
});
afterAll(() => service.stop());

it('is varied by a sweep, and each model predicts with the scaling of its trial', async () => {
  const { body: dataset } = await api.send<Dataset>('/v1/datasets?name=steps', 'text/csv', CSV);
  const job = { datasetId: dataset.id, target: 'y', task: 'regression', training: { epochs: 2 } };
  const space = { 'features.scaling': { type: 'choice', values: SCALINGS } };
  const { status, body } = await api.post<{ id: string }>('/v1/sweeps', { job, space, search: { algorithm: 'grid' } });
  expect(status).toBe(202);
  await api.get(`/v1/sweeps/${body.id}?wait=60`);
  const { items } = (await api.get<{ items: Trial[] }>(`/v1/sweeps/${body.id}/trials`)).body;
  expect(items.map(({ parameters }) => parameters['features.scaling']).toSorted()).toEqual(SCALINGS);
  for (const { jobId, parameters } of items) {
    const { body: trial } = await api.get<Job>(`/v1/jobs/${jobId}`);
    const scaling = parameters['features.scaling'];
    expect(trial.hyperparameters.features.scaling).toBe(scaling);
    expect(trial.warnings.some(({ code }) => code === 'large_unscaled_column')).toBe(scaling === 'none');
    const { body: model } = await api.get<Model>(`/v1/models/${trial.modelId}`);
    const measured = await squaredError(model.id);
    expect(measured / (model.metrics.test?.rmse ?? 0) ** 2).toBeCloseTo(1, 4);
  }
});

/** The mean squared error of the predictions for the test rows, computed by the client. */
async function squaredError(modelId: string): Promise<number> {
  const { body: split } = await api.get<SplitResponse>(`/v1/models/${modelId}/split`);
  const rows = split.rows.test.map((row) => TABLE[row] ?? [0, 0]);
  const features = rows.map(([x]) => ({ x }));
  const { body } = await api.post<PredictResponse>(`/v1/models/${modelId}/predict`, { rows: features });
  const errors = body.predictions.map((prediction, i) =>
    'value' in prediction ? (prediction.value - (rows[i]?.[1] ?? 0)) ** 2 : Number.NaN,
  );
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}
