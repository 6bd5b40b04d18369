import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDatasets } from '../../src/datasets/service.ts';
import { createFolderBlobs } from '../../src/store/blobs/folder.ts';
import { TENANT } from '../support/access.ts';
import { DATASET_LIMITS } from '../support/datasetLimits.ts';
import { startDatasets, type TestService } from './support/service.ts';
import { upload } from './support/upload.ts';

const DATASETS = 60;
/** Number of columns of each profile, which has about 3.5 MB. */
const COLUMNS = 10_000;

let service: TestService;
beforeAll(async () => {
  service = await startDatasets();
  const answer = await upload(service, 'a,b\n1,x\n2,y\n', { query: { name: 'wide' } });
  const { id } = answer.json();
  const row = await service.database.selectFrom('datasets').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const [column] = JSON.parse(row.columns);
  const columns = Array.from({ length: COLUMNS }, (_, i) => ({ ...column, name: `column ${i}` }));
  const wide = { ...row, columns: JSON.stringify(columns), columnCount: COLUMNS };
  await service.database.deleteFrom('datasets').execute();
  for (let i = 0; i < DATASETS; i++) {
    const number = String(i).padStart(2, '0');
    await service.database
      .insertInto('datasets')
      .values({ ...wide, id: `ds_${number}` })
      .execute();
  }
});
afterAll(() => service.close());

/**
 * The bytes of all texts that the database answers with, and the answers of the service to the
 * work.
 */
async function readBy<Value>(work: (datasets: ReturnType<ReturnType<typeof createDatasets>['of']>) => Promise<Value>) {
  let bytes = 0;
  const database = service.database.withPlugin({
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      bytes += result.rows.reduce((sum, row) => sum + JSON.stringify(row).length, 0);
      return result;
    },
  });
  const { temporary, datasets: folder } = service.folders;
  const tables = createFolderBlobs(folder);
  const datasets = createDatasets({ database, tables, temporary, clock: Date.now, limits: DATASET_LIMITS });
  const value = await work(datasets.of(TENANT));
  await datasets.close();
  return { bytes, value };
}

describe('the list of 60 wide datasets', () => {
  it('is small and reads no profile from the database', async () => {
    const { bytes, value } = await readBy((datasets) => datasets.list({ limit: 200 }));
    expect(value.items).toHaveLength(DATASETS);
    expect(value.next).toBeNull();
    expect(bytes).toBeLessThan(DATASETS * 1000);
    const answer = await service.app.inject({ url: '/v1/datasets?limit=200' });
    expect(answer.body.length).toBeLessThan(DATASETS * 1000);
    expect(answer.json().items[0]).toMatchObject({ id: 'ds_59', name: 'wide', columnCount: COLUMNS, rows: 2 });
    expect(answer.json().items[0]).not.toHaveProperty('columns');
    expect(answer.json().items[0]).not.toHaveProperty('warnings');
  });
});

describe('rows of a wide dataset', () => {
  it('are read without its profile', async () => {
    const { bytes } = await readBy((datasets) => datasets.rows('ds_00', { limit: 1, offset: 0 }));
    expect(bytes).toBeLessThan(1000);
  });
});

describe('a single wide dataset', () => {
  it('is returned completely, without parsing or validating its profile', async () => {
    const parse = vi.spyOn(JSON, 'parse');
    const stringify = vi.spyOn(JSON, 'stringify');
    const answer = await service.app.inject({ url: '/v1/datasets/ds_07' });
    const parsed = parse.mock.calls.reduce((sum, [text]) => sum + text.length, 0);
    const written = stringify.mock.results.reduce((sum, { value }) => sum + String(value).length, 0);
    vi.restoreAllMocks();
    expect(parsed + written).toBeLessThan(10_000);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.json()).toMatchObject({ id: 'ds_07', columnCount: COLUMNS, warnings: [], error: null });
    expect(answer.json().columns).toHaveLength(COLUMNS);
  });

  it('has the same members as the response to its upload', async () => {
    const uploaded = await upload(service, 'a,b\n1,x\n2,y\n');
    const shown = await service.app.inject({ url: `/v1/datasets/${uploaded.json().id}` });
    expect(shown.json()).toEqual(uploaded.json());
    expect(shown.headers['content-type']).toBe(uploaded.headers['content-type']);
  });
});
