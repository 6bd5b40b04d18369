import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/reference.ts';
import type { ParseOptions } from '../../../src/formats/parseOptions.ts';
import { type Database, openDatabase } from '../../../src/store/database/database.ts';
import type { Outcome } from '../../../src/training/outcome.ts';
import { resolveSpec } from '../../../src/training/resolve/resolve.ts';
import { specRequestSchema } from '../../../src/training/schemas/spec.ts';
import { TENANT } from '../../support/access.ts';
import { type ModelsApp, openModelsApp } from './modelsApp.ts';
import { saveTrained } from './saveTrained.ts';

/**
 * The routes of models over a real database in a folder of its own. Datasets are rows without
 * files.
 */
export interface TestService extends ModelsApp {
  readonly database: Database;
  save(outcome: Outcome, columns?: readonly DatasetColumn[], project?: string): Promise<string>;
  close(): Promise<void>;
}

/** A column of the model's dataset: its name, and how it was parsed if that matters. */
type DatasetColumn = string | { readonly name: string; readonly readAs: ParseOptions };

function asColumn(column: DatasetColumn): Exclude<DatasetColumn, string> {
  return typeof column === 'string' ? { name: column, readAs: {} } : column;
}

export async function openTestService(): Promise<TestService> {
  const folder = mkdtempSync(join(tmpdir(), 'models-'));
  const database = openDatabase(join(folder, 'test.sqlite'));
  const models = await openModelsApp({
    database,
    createKernels: createReferenceKernels,
    temporaryFolder: folder,
    findDataset: async () => undefined,
    findFile: async () => undefined,
    kernels: 'reference',
  });
  let saved = 0;
  return {
    ...models,
    database,
    async save(outcome, columns = [], project = TENANT.project) {
      const number = ++saved;
      const datasetId = `ds_${number}`;
      await insertDataset(database, { id: datasetId, project, columns: columns.map(asColumn) });
      const job = {
        id: `job_${number}`,
        project,
        name: `model ${number}`,
        datasetId,
        spec: requestOf(outcome),
        warnings: [],
      };
      return saveTrained(database, job, outcome);
    },
    async close() {
      await models.app.close();
      await database.destroy();
      rmSync(folder, { recursive: true });
    },
  };
}

interface NewDataset {
  readonly id: string;
  readonly project: string;
  readonly columns: readonly Exclude<DatasetColumn, string>[];
}

async function insertDataset(database: Database, { id, project, columns }: NewDataset): Promise<void> {
  const dataset = { id, project, name: 'people', state: 'ready', rows: 1, bytes: 1, sha256: '', file: 'x' } as const;
  const profile = {
    columns: JSON.stringify(columns.map(({ name }) => ({ name }))),
    readAs: JSON.stringify(columns.map(({ readAs }) => readAs)),
    warnings: '[]',
    error: null,
  };
  await database
    .insertInto('datasets')
    .values({ ...dataset, ...profile, createdAt: 0 })
    .execute();
}

/** A request that such an outcome may come from, with all defaults. */
function requestOf({ target: { column: target, kind } }: Outcome) {
  const columns = [
    {
      name: target,
      type: kind === 'number' ? 'numeric' : 'categorical',
      missing: 0,
      distinct: kind === 'number' ? 90 : 2,
    },
    { name: 'age', type: 'numeric', missing: 0, distinct: 70 },
  ] as const;
  const { spec, errors } = resolveSpec(specRequestSchema.parse({ target }), { rows: 100, columns });
  if (spec === null) throw new Error(JSON.stringify(errors));
  return { name: 'model', datasetId: 'ds_1', priority: 0, labels: {}, ...spec };
}
