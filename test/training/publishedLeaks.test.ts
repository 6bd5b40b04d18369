import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTable } from '../../src/datasets/rows/readTable.ts';
import type { Warning } from '../../src/kit/warning.ts';
import { fitTable } from '../../src/training/prepare.ts';
import { resolveSpec } from '../../src/training/resolve/resolve.ts';
import { specRequestSchema } from '../../src/training/schemas/spec.ts';
import { startDatasets, type TestService } from '../datasets/support/service.ts';
import { upload } from '../datasets/support/upload.ts';
import { hasSharedData, SHARED_DATA } from '../support/sharedData.ts';

const SEEDS = [0, 1, 2];
const A_TABLE_MS = 120_000;

/** The warnings about leaks that a job on the published table gets, for each seed of its split. */
async function leaksOf(service: TestService, dataset: string, target: string): Promise<Warning[][]> {
  const answer = await upload(service, csvOf(dataset));
  expect(answer.statusCode).toBe(201);
  const { id } = answer.json();
  const [profile, file = ''] = [await service.datasets.find(id), await service.datasets.findFile(id)];
  if (!profile) throw new Error(`${dataset} was not stored`);
  const table = await readTable(file);
  return SEEDS.map((seed) => {
    const request = { target, split: { method: 'random', seed } };
    const { spec } = resolveSpec(specRequestSchema.parse(request), { ...profile, rows: table.rows });
    if (!spec) throw new Error(`${dataset} cannot be trained`);
    return fitTable(table, spec).warnings.filter(({ code }) => code.endsWith('target_leak'));
  });
}

function csvOf(dataset: string): Buffer {
  const plain = join(SHARED_DATA, dataset, `${dataset}.csv`);
  return existsSync(plain) ? readFileSync(plain) : gunzipSync(readFileSync(`${plain}.gz`));
}

describe.runIf(hasSharedData)('the leaks of published tables', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startDatasets();
  });
  afterAll(() => service.close());

  it('are the lifeboat of titanic', async () => {
    for (const leaks of await leaksOf(service, 'titanic', 'survived')) {
      expect(leaks).toMatchObject([{ code: 'likely_target_leak', column: 'boat' }]);
    }
  });

  it('are the two counts of bike_sharing that add up to the target', async () => {
    for (const leaks of await leaksOf(service, 'bike_sharing', 'cnt')) {
      expect(leaks).toEqual([
        { code: 'target_leak', message: expect.stringContaining("The sum 'casual' + 'registered'") },
      ]);
    }
  });

  it.each([
    ['adult', 'income'],
    ['california', 'MedHouseVal'],
    ['diamonds', 'price'],
    ['diamonds', 'cut'],
    ['house_16h', 'target'],
    ['iris', 'species'],
    ['letter', 'lettr'],
    ['nycflights13', 'arr_delay'],
    ['telco_churn', 'Churn'],
    ['wine_quality', 'quality'],
    ['wine_quality', 'type'],
  ])(
    'do not exist in %s for the target %s',
    async (dataset, target) => {
      expect(await leaksOf(service, dataset, target)).toEqual([[], [], []]);
    },
    A_TABLE_MS,
  );
});
