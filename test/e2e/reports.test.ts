import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/datasets/schemas.ts';
import type { Job } from '../../src/jobs/schemas.ts';
import type { Page, Problem } from '../../src/kit/contract/wire.ts';
import type { EvaluationMembers } from '../../src/models/evaluate/schemas.ts';
import type { Report, ReportSummary } from '../../src/models/reports/schemas.ts';
import type { Model } from '../../src/models/schemas.ts';
import { type BuiltService, startBuiltService } from '../support/builtService.ts';
import { type Api, apiAt } from './support/api.ts';

type Evaluation = Report & EvaluationMembers;

/** People over 40 in the south buy, with some exceptions. */
const ROWS = Array.from({ length: 600 }, (_, index) => {
  const age = 18 + ((index * 37) % 60);
  const region = ['north', 'south', 'east'][index % 3];
  const buys = (age > 40 && region === 'south') !== (index % 17 === 0);
  return `${age},${region},${buys ? 'yes' : 'no'},${index + 0.5}`;
});
const HEADER = 'age,region,buys,cost';
const csvOf = (rows: readonly string[]) => [HEADER, ...rows].join('\n');
const NETWORK = {
  network: { layers: [{ units: 8, activation: 'relu' }] },
  training: { epochs: 10, batchSize: 32, optimizer: { type: 'adam', learningRate: 0.01 } },
};

describe('reports', () => {
  let service: BuiltService | undefined;
  let api: Api;
  let datasetId: string;
  let classifier: string;
  let regressor: string;

  beforeAll(async () => {
    service = await startBuiltService(['--workers', '1']);
    api = apiAt(service.address);
    datasetId = await upload(csvOf(ROWS));
    classifier = await train({ target: 'buys' });
    regressor = await train({ target: 'cost', features: { exclude: ['buys'] } });
  });

  afterAll(async () => {
    expect(await service?.stop()).toBe(0);
  });

  async function upload(csv: string): Promise<string> {
    const { body } = await api.send<Dataset>('/v1/datasets?name=people', 'text/csv', csv);
    return body.id;
  }

  async function train(spec: object): Promise<string> {
    const { body } = await api.post<Job>('/v1/jobs', { datasetId, ...NETWORK, ...spec });
    const { modelId } = await api.ended(body.id);
    return String(modelId);
  }

  const evaluate = (id: string, body: object, query = '') =>
    api.post<Evaluation>(`/v1/models/${id}/evaluate${query}`, body);

  it('has the metrics of the training, with intervals around them', async () => {
    const { body: model } = await api.get<Model>(`/v1/models/${classifier}`);
    const { status, body } = await evaluate(classifier, {});
    expect(status).toBe(200);
    expect(body).toMatchObject({ kind: 'evaluation', state: 'succeeded', modelIds: [classifier], datasetId });
    expect(body.rows).toMatchObject({ withoutTarget: 0, unknownLabel: 0, seenInTraining: 0 });
    const trained = model.metrics.test;
    for (const name of ['loss', 'accuracy', 'precision', 'recall', 'f1', 'rocAuc'] as const) {
      expect(body.metrics[name], name).toBeCloseTo(Number(trained?.[name]), 5);
    }
    expect(body.confusionMatrix).toEqual(trained?.confusionMatrix);
    for (const name of ['logLoss', 'brier', 'rocAuc', 'accuracy', 'mcc']) {
      expect(body.intervals[name].low, name).toBeLessThanOrEqual(Number(body.metrics[name]));
      expect(body.intervals[name].high, name).toBeGreaterThanOrEqual(Number(body.metrics[name]));
    }
    expect(body.intervals.rocAuc.method).toBe('delong');
    expect(body.curves?.roc?.points.length).toBeLessThanOrEqual(200);
    expect(body.request).toMatchObject({ part: 'test', target: 'buys', positive: 'yes', weightColumn: null });
  });

  it('has the errors of a regression', async () => {
    const { body: model } = await api.get<Model>(`/v1/models/${regressor}`);
    const { body } = await evaluate(regressor, {});
    for (const name of ['loss', 'rmse', 'mae', 'r2'] as const) {
      const value = Number(model.metrics.test?.[name]);
      expect(Number(body.metrics[name]) / value, name).toBeCloseTo(1, 5);
    }
    expect(body.metrics.skill).toBe(body.metrics.r2);
    expect(body.confusionMatrix).toBeNull();
  });

  it('answers the same request with the same report, and another one with another', async () => {
    const [first, second] = [await evaluate(classifier, {}), await evaluate(classifier, {})];
    expect(second.body).toEqual(first.body);
    const other = await evaluate(classifier, { threshold: 0.2 });
    expect(other.body.id).not.toBe(first.body.id);
    expect(other.body.metrics.logLoss).toBe(first.body.metrics.logLoss);
  });

  it('stores outputs, which count in the usage of the project', async () => {
    const before = (await api.get<{ usage: { storedBytes: number } }>('/v1/projects/default')).body.usage.storedBytes;
    await evaluate(classifier, { part: 'training' });
    const after = (await api.get<{ usage: { storedBytes: number } }>('/v1/projects/default')).body.usage.storedBytes;
    expect(after).toBeGreaterThan(before);
  });

  it('warns of rows that were trained on, also when they come in another file', async () => {
    const own = await evaluate(classifier, { part: 'training' });
    expect(own.body.rows.seenInTraining).toBe(own.body.rows.used);
    expect(own.body.warnings).toMatchObject([{ code: 'rows_seen_in_training', count: own.body.rows.used }]);
    const copy = await upload(
      [`note,${HEADER}`, ...ROWS.map((row) => `again,${row}`), 'x,30,south,maybe,1', 'x,30,south,,1'].join('\n'),
    );
    const { body } = await evaluate(classifier, { datasetId: copy });
    expect(body.request.part).toBe('all');
    expect(body.rows).toMatchObject({ used: 600, withoutTarget: 1, unknownLabel: 1 });
    expect(body.rows.seenInTraining).toBeGreaterThanOrEqual(own.body.rows.used);
    expect(body.warnings.map(({ code }) => code)).toEqual(['rows_seen_in_training', 'rows_left_out']);
  });

  it('responds at once if that is preferred, and the report can be awaited, listed and deleted', async () => {
    const request = { part: 'validation', seed: 7 };
    const { status, body } = await evaluate(classifier, request, '?wait=0');
    expect([200, 202]).toContain(status);
    const { body: ended } = await api.get<Report>(`/v1/reports/${body.id}?wait=60`);
    expect(ended).toMatchObject({ state: 'succeeded', progress: { fraction: 1 }, cost: { rows: ended.cost.rows } });
    const { body: page } = await api.get<Page<ReportSummary>>(
      `/v1/reports?kind=evaluation&modelId=${classifier}&datasetId=${datasetId}&state=succeeded&limit=1`,
    );
    expect(page.items).toMatchObject([{ id: body.id, modelIds: [classifier] }]);
    expect((await api.post<Problem>(`/v1/reports/${body.id}/cancel`, {})).body.code).toBe('report_wrong_state');
    expect((await api.delete(`/v1/reports/${body.id}`)).status).toBe(204);
    expect((await api.get(`/v1/reports/${body.id}`)).status).toBe(404);
    const again = await evaluate(classifier, request);
    expect(again.body.id).not.toBe(body.id);
  });

  it.each([
    ['an unknown field', { sliced: true }, 400, 'invalid_request'],
    ['an unknown class', { positive: 'perhaps' }, 422, 'invalid_report'],
    ['a missing column', { target: 'gone' }, 422, 'invalid_report'],
    ['a missing weight column', { weightColumn: 'gone' }, 422, 'invalid_report'],
    ['an unknown dataset', { datasetId: 'ds_none' }, 404, 'dataset_not_found'],
  ])('refuses %s', async (_name, body, status, code) => {
    const response = await api.post<Problem>(`/v1/models/${classifier}/evaluate`, body);
    expect(response.status).toBe(status);
    expect(response.body.code).toBe(code);
  });

  it('refuses a dataset without a known label, a part of another dataset, and an option of classes', async () => {
    const unlabelled = await upload(csvOf(['30,south,,1', '31,north,,1']));
    const nothing = await api.post<Problem>(`/v1/models/${classifier}/evaluate`, { datasetId: unlabelled });
    expect([nothing.status, nothing.body.code]).toEqual([422, 'nothing_to_measure']);
    const part = await api.post<Problem>(`/v1/models/${classifier}/evaluate`, { datasetId: unlabelled, part: 'test' });
    expect(part.body).toMatchObject({ code: 'invalid_report', errors: [{ path: '/part' }] });
    const threshold = await api.post<Problem>(`/v1/models/${regressor}/evaluate`, { threshold: 0.4 });
    expect(threshold.body).toMatchObject({ code: 'invalid_report', errors: [{ path: '/threshold' }] });
  });

  it('measures rows of one class, without the metrics that need two', async () => {
    const one = await upload(csvOf(['30,south,no,1', '31,north,no,1', '50,south,no,1']));
    const { body } = await evaluate(classifier, { datasetId: one });
    expect(body.metrics).toMatchObject({ rocAuc: null, prAuc: null, ks: null });
    expect(body.warnings.map(({ code }) => code)).toContain('one_class');
  });
});
