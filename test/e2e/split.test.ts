import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/datasets/schemas.ts';
import type { Job } from '../../src/jobs/schemas.ts';
import type { PredictResponse } from '../../src/models/predict/schemas.ts';
import type { Model } from '../../src/models/schemas.ts';
import type { SplitResponse } from '../../src/models/split/schemas.ts';
import type { SplitRequest } from '../../src/training/schemas/split.ts';
import { type BuiltService, startBuiltService } from '../support/builtService.ts';
import { type Api, apiAt } from './support/api.ts';

const ROWS = 700;
const WORDS = ['train', 'Training', 'val', ' test ', ''];

interface Row {
  readonly age: number;
  readonly region: string;
  readonly buys: string;
  readonly weight: number;
  readonly group: string;
  readonly part: string;
}

/** Some rows have no target, no weight or no split. */
const TABLE: readonly Row[] = Array.from({ length: ROWS }, (_, i) => {
  const age = 18 + ((i * 37) % 60);
  const region = ['north', 'south', 'east'][i % 3] ?? '';
  const buys = i % 41 === 7 ? '' : (i * 7) % 11 < age / 20 ? 'yes' : 'no';
  return { age, region, buys, weight: i % 50 === 3 ? 0 : 1, group: `g${i % 31}`, part: WORDS[(i * 13) % 5] ?? '' };
});
const NAMES = ['age', 'region', 'buys', 'weight', 'group', 'part'] as const;
const CSV = [NAMES.join(','), ...TABLE.map((row) => NAMES.map((name) => row[name]).join(','))].join('\n');
const PARTS = ['training', 'validation', 'test'] as const;

let service: BuiltService;
let api: Api;
let dataset: Dataset;
beforeAll(async () => {
  service = await startBuiltService(['--workers', '1']);
  api = apiAt(service.address);
  const uploaded = await api.send<Dataset>('/v1/datasets?name=people', 'text/csv', CSV);
  if (uploaded.status !== 201) throw new Error(JSON.stringify(uploaded.body));
  dataset = uploaded.body;
});
afterAll(() => service.stop());

/** Columns that no training may use as features, because each defines the split. */
const RESERVED = ['weight', 'group', 'part'] as const;

async function trained(
  split: SplitRequest,
  changes: { readonly weightColumn?: string; readonly training?: object } = {},
) {
  const exclude = RESERVED.filter((name) => name !== split.column && name !== changes.weightColumn);
  const request = {
    datasetId: dataset.id,
    target: 'buys',
    split,
    features: { exclude },
    training: { epochs: 5 },
    ...changes,
  };
  const { status, body } = await api.post<Job>('/v1/jobs', request);
  if (status !== 202) throw new Error(JSON.stringify(body));
  const { modelId } = await api.ended(body.id);
  const model = (await api.get<Model>(`/v1/models/${modelId}`)).body;
  return { model, split: (await api.get<SplitResponse>(`/v1/models/${modelId}/split`)).body };
}

const rowsWhere = (test: (row: Row) => boolean) => TABLE.flatMap((row, i) => (test(row) ? [i] : []));
const known = ({ buys }: Row) => buys !== '';

describe('the split of a trained model', () => {
  it('is that of the column, without rows that have no target or no value', async () => {
    const { split } = await trained({ method: 'column', column: 'part' });
    const ofWord = (...words: string[]) =>
      rowsWhere((row) => known(row) && words.includes(row.part.trim().toLowerCase()));
    expect(split.rows).toEqual({
      training: ofWord('train', 'training'),
      validation: ofWord('val'),
      test: ofWord('test'),
    });
    expect(split.counts.leftOut).toBe(ROWS - ofWord('train', 'training', 'val', 'test').length);
    expect(split.total).toBe(ROWS);
  });

  it('is in the order of the rows for an ordered split, without rows that have no weight', async () => {
    const { split } = await trained({ method: 'ordered', validation: 0.2, test: 0.1 }, { weightColumn: 'weight' });
    const used = rowsWhere((row) => known(row) && row.weight > 0);
    expect([...split.rows.training, ...split.rows.validation, ...split.rows.test]).toEqual(used);
    expect(split.counts.leftOut).toBe(ROWS - used.length);
  });

  it('has no group in two splits', async () => {
    const { split } = await trained({ method: 'group', column: 'group' });
    const groups = PARTS.map((part) => new Set(split.rows[part].map((row) => TABLE[row]?.group)));
    expect(groups.reduce((sum, { size }) => sum + size, 0)).toBe(new Set(TABLE.map(({ group }) => group)).size);
  });

  it.each([true, false])('has the rows that the metrics were measured on (random, stratify: %s)', async (stratify) => {
    const { model, split } = await trained({ method: 'random', stratify, seed: 5 });
    for (const part of PARTS) {
      const rows = split.rows[part].map((row) => TABLE[row] as Row);
      expect(rows.length).toBe(split.counts[part]);
      const features = rows.map(({ age, region }) => ({ age, region }));
      const { predictions } = (await api.post<PredictResponse>(`/v1/models/${model.id}/predict`, { rows: features }))
        .body;
      const matrix = model.classes?.map((truth) =>
        model.classes?.map(
          (label) =>
            rows.filter(({ buys }, i) => {
              const prediction = predictions[i];
              return buys === truth && prediction !== undefined && 'label' in prediction && prediction.label === label;
            }).length,
        ),
      );
      expect(matrix).toEqual(model.metrics[part]?.confusionMatrix);
      const logs = rows.map(({ buys }, i) => {
        const prediction = predictions[i];
        return prediction !== undefined && 'label' in prediction
          ? -Math.log(prediction.probabilities[buys] ?? 0)
          : Number.NaN;
      });
      const loss = logs.reduce((sum, log) => sum + log, 0) / logs.length;
      expect(loss).toBeCloseTo(model.metrics[part]?.loss ?? Number.NaN, 5);
    }
  });

  it('is shared by the members of an ensemble and the ensemble', async () => {
    const one = await trained({ seed: 9 });
    const other = await trained({ seed: 9 }, { training: { epochs: 5, seed: 2 } });
    expect({ ...other.split, modelId: one.model.id }).toEqual(one.split);
    const sweep = {
      job: {
        datasetId: dataset.id,
        target: 'buys',
        split: { seed: 9 },
        features: { exclude: RESERVED },
        training: { epochs: 2 },
      },
      space: { 'training.seed': { type: 'integer', min: 1, max: 3 } },
      search: { algorithm: 'random', trials: 2 },
    };
    const {
      body: { id },
    } = await api.post<{ id: string }>('/v1/sweeps', sweep);
    await api.get(`/v1/sweeps/${id}?wait=60`);
    const { body: ensemble } = await api.post<Model>(`/v1/sweeps/${id}/ensemble`, { trials: 2 });
    const { body: split } = await api.get<SplitResponse>(`/v1/models/${ensemble.id}/split`);
    expect(split).toEqual({ ...one.split, modelId: ensemble.id });
  });
});
