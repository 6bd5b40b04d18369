import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/datasets/schemas.ts';
import type { Job, Losses } from '../../src/jobs/schemas.ts';
import type { Page, Problem } from '../../src/kit/contract/wire.ts';
import type { PredictResponse } from '../../src/models/predict/schemas.ts';
import type { Model } from '../../src/models/schemas.ts';
import { type BuiltService, startBuiltService } from '../support/builtService.ts';
import { LONG_JOB } from '../support/longJob.ts';
import { until } from '../support/until.ts';
import { type Api, apiAt } from './support/api.ts';

/** People over 40 in the south buy: a network learns that in a few epochs. */
const PEOPLE = Array.from({ length: 600 }, (_, index) => {
  const age = 18 + ((index * 37) % 60);
  const region = ['north', 'south', 'east'][index % 3];
  return { age, region, buys: age > 40 && region === 'south' ? 'yes' : 'no' };
});
const CSV = ['age,region,buys', ...PEOPLE.map(({ age, region, buys }) => `${age},${region},${buys}`)].join('\n');
const SPEC = {
  target: 'buys',
  network: { layers: [{ units: 16, activation: 'relu' }] },
  training: { epochs: 40, batchSize: 32, optimizer: { type: 'adam', learningRate: 0.01 } },
};

describe('the workflow from a table to predictions', () => {
  let service: BuiltService | undefined;
  let api: Api;
  let dataset: Dataset;

  beforeAll(async () => {
    service = await startBuiltService(['--workers', '1']);
    api = apiAt(service.address);
    const uploaded = await api.send<Dataset>('/v1/datasets?name=people', 'text/csv', CSV);
    expect(uploaded.status).toBe(201);
    dataset = uploaded.body;
  });

  afterAll(async () => {
    expect(await service?.stop()).toBe(0);
  });

  async function submit(spec: object): Promise<Job> {
    const { status, body } = await api.post<Job>('/v1/jobs', { datasetId: dataset.id, ...spec });
    expect(status).toBe(202);
    return body;
  }

  async function trained(): Promise<Model> {
    const { modelId } = await api.ended((await submit(SPEC)).id);
    return (await api.get<Model>(`/v1/models/${modelId}`)).body;
  }

  it('profiles the table', () => {
    expect(dataset).toMatchObject({ name: 'people', state: 'ready', rows: 600 });
    expect(dataset.columns.map(({ name, type }) => [name, type])).toEqual([
      ['age', 'numeric'],
      ['region', 'categorical'],
      ['buys', expect.stringMatching(/categorical|boolean/)],
    ]);
  });

  it('trains with only a dataset, a target and an effort, every default filled in', async () => {
    const job = await submit({ target: 'buys', effort: 'fast' });
    expect(job.hyperparameters).toMatchObject({
      task: 'binary',
      ensemble: { members: expect.arrayContaining([expect.objectContaining({ network: expect.anything() })]) },
    });
    expect(await api.ended(job.id)).toMatchObject({ state: 'succeeded', error: null, progress: { fraction: 1 } });
  });

  it('stores the loss of every epoch, and the model of the best one', async () => {
    const job = await api.ended((await submit(SPEC)).id);
    const { body: losses } = await api.get<Losses>(`/v1/jobs/${job.id}/losses`);
    expect(losses.items.map(({ epoch }) => epoch)).toEqual(losses.items.map((_, index) => index + 1));
    expect(losses.items.at(-1)?.trainingLoss).toBeLessThan(losses.items[0]?.trainingLoss ?? 0);
    const { body: model } = await api.get<Model>(`/v1/models/${job.modelId}`);
    expect(model.best?.epoch).toBe(job.best?.epoch);
    expect(model.metrics.test?.accuracy).toBeGreaterThan(0.9);
  });

  it('predicts the same from JSON, CSV and NDJSON', async () => {
    const { id } = await trained();
    const path = `/v1/models/${id}/predict`;
    const rows = [
      { age: 60, region: 'south' },
      { age: 20, region: 'north' },
    ];
    const json = await api.post<PredictResponse>(path, { rows });
    const labels = json.body.predictions.map((prediction) => 'label' in prediction && prediction.label);
    expect(labels).toEqual(['yes', 'no']);
    const csv = await api.send<string>(path, 'text/csv', 'region,age\nsouth,60\nnorth,20\n');
    const [header, ...lines] = csv.body.trim().split(/\r?\n/);
    expect(header?.split(',')[0]).toBe('prediction');
    expect(lines.map((line) => line.split(',')[0])).toEqual(labels);
    const ndjson = await api.send<string>(
      path,
      'application/x-ndjson',
      rows.map((row) => JSON.stringify(row)).join('\n'),
    );
    expect(
      ndjson.body
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(json.body.predictions);
  });

  it('returns the parameters in the shapes of the notes', async () => {
    const { id, layers } = await trained();
    const { body } = await api.get<{
      layers: { W: { shape: number[]; values: number[][] }; b: { shape: number[] } }[];
    }>(`/v1/models/${id}/parameters`);
    expect(body.layers.map(({ W }) => W.shape)).toEqual(layers.map(({ shapes }) => shapes.W));
    const [first, second] = body.layers;
    expect(first?.W.values).toHaveLength(16);
    expect(first?.b.shape).toEqual([16, 1]);
    expect(second?.W.shape[1]).toBe(16);
  });

  it('cancels a running job, which can then be deleted', async () => {
    const job = await submit({ target: 'buys', ...LONG_JOB });
    await until(
      async () => (await api.get<Job>(`/v1/jobs/${job.id}`)).body,
      ({ latest }) => latest !== null,
    );
    expect((await api.post(`/v1/jobs/${job.id}/cancel`)).status).toBe(200);
    expect(await api.ended(job.id)).toMatchObject({ state: 'cancelled', modelId: null });
    expect((await api.delete(`/v1/jobs/${job.id}`)).status).toBe(204);
    expect((await api.get(`/v1/jobs/${job.id}`)).status).toBe(404);
  });

  it('cancels a queued job', async () => {
    const first = await submit({ target: 'buys', ...LONG_JOB });
    const second = await submit({ target: 'buys', ...LONG_JOB });
    expect((await api.post<Job>(`/v1/jobs/${second.id}/cancel`)).body.state).toBe('cancelled');
    await api.post(`/v1/jobs/${first.id}/cancel`);
    expect((await api.ended(first.id)).state).toBe('cancelled');
  });

  it('does not delete a dataset while a job needs it', async () => {
    const job = await submit({ target: 'buys', ...LONG_JOB });
    expect((await api.delete(`/v1/datasets/${dataset.id}`)).status).toBe(409);
    await api.post(`/v1/jobs/${job.id}/cancel`);
    await api.ended(job.id);
  });

  it('fails a job with a non-finite loss, with the epoch and a hint', async () => {
    const training = { loss: 'mse', optimizer: { type: 'sgd', learningRate: 100 }, clipGradientNorm: null };
    const job = await api.ended((await submit({ target: 'age', task: 'regression', training })).id);
    expect(job).toMatchObject({ state: 'failed', modelId: null, error: { code: 'loss_diverged' } });
    expect(job.error?.message).toMatch(/epoch \d+/);
  });

  it('lists every issue of a request', async () => {
    const network = { layers: [{ units: -1, activation: 'wobble' }] };
    const { status, body } = await api.post<Problem>('/v1/jobs', { datasetId: dataset.id, target: 'buys', network });
    expect(status).toBe(400);
    const paths = body.errors?.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['/network/layers/0/units', '/network/layers/0/activation']));
    const unknown = await api.post<Problem>('/v1/jobs', { datasetId: dataset.id, target: 'sells' });
    expect(unknown).toMatchObject({ status: 422, body: { errors: [{ path: '/target' }] } });
  });

  it('stores nothing of an unreadable upload', async () => {
    const before = await api.get<Page<Dataset>>('/v1/datasets');
    const { status } = await api.send('/v1/datasets', 'application/vnd.apache.parquet', 'PAR1 but no more');
    expect(status).toBe(422);
    expect(await api.get('/v1/datasets')).toEqual(before);
  });

  it('deletes a model', async () => {
    const { id } = await trained();
    expect((await api.delete(`/v1/models/${id}`)).status).toBe(204);
    expect((await api.get(`/v1/models/${id}`)).status).toBe(404);
  });
});
