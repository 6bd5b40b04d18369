import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { createReferenceKernels } from '../../../src/engine/kernels/reference.ts';
import type { ParseOptions } from '../../../src/formats/parseOptions.ts';
import { buildApp } from '../../../src/http/app.ts';
import { modelRoutes } from '../../../src/models/routes.ts';
import { createModels, type Models, type ModelsOf } from '../../../src/models/service.ts';
import { saveModel } from '../../../src/models/stored/saveModel.ts';
import { type Database, openDatabase } from '../../../src/store/database/database.ts';
import { networkRoutes } from '../../../src/training/networks/routes.ts';
import type { Outcome } from '../../../src/training/outcome.ts';
import { resolveSpec } from '../../../src/training/resolve/resolve.ts';
import { specRequestSchema } from '../../../src/training/schemas/spec.ts';
import { HTTP_LIMITS, OPEN_GUARD, TENANT } from '../../support/access.ts';

/** The models' room over a real database in a folder of its own. */
export interface TestService {
  readonly app: FastifyInstance;
  readonly models: Models;
  readonly database: Database;
  /** The models of another project than the one that `app` and `models` see. */
  readonly modelsOf: ModelsOf;
  save(outcome: Outcome, columns?: readonly DatasetColumn[], project?: string): Promise<string>;
  close(): Promise<void>;
}

/** A column of the model's dataset: its name, and how it was written if that matters. */
type DatasetColumn = string | { readonly name: string; readonly readAs: ParseOptions };

function asColumn(column: DatasetColumn): Exclude<DatasetColumn, string> {
  return typeof column === 'string' ? { name: column, readAs: {} } : column;
}

const MAX_TEXT_BYTES = 2 ** 30;

export async function openTestService(): Promise<TestService> {
  const folder = mkdtempSync(join(tmpdir(), 'models-'));
  const database = openDatabase(join(folder, 'test.sqlite'));
  const modelsOf = createModels({
    database,
    createKernels: createReferenceKernels,
    clock: Date.now,
    temporaryFolder: folder,
    maxTextBytes: MAX_TEXT_BYTES,
    maxExpansion: 200,
    json: { bytes: 16 * 2 ** 20, depth: 64, values: 1e6, members: 10_000 },
  });
  const models = modelsOf(TENANT);
  const app = await buildApp({
    version: '0',
    routes: [modelRoutes({ models: modelsOf, maxBodyBytes: MAX_TEXT_BYTES }), networkRoutes],
    guard: OPEN_GUARD,
    limits: HTTP_LIMITS,
    logger: false,
  });
  let saved = 0;
  return {
    app,
    models,
    modelsOf,
    database,
    async save(outcome, columns = [], project = TENANT.project) {
      const number = ++saved;
      const datasetId = `ds_${number}`;
      const dataset = {
        id: datasetId,
        project,
        name: 'people',
        state: 'ready',
        rows: 1,
        bytes: 1,
        sha256: '',
        file: 'x',
      } as const;
      const profile = columns.map(asColumn);
      const described = {
        columns: JSON.stringify(profile.map(({ name }) => ({ name }))),
        readAs: JSON.stringify(profile.map(({ readAs }) => readAs)),
        warnings: '[]',
        error: null,
      };
      await database
        .insertInto('datasets')
        .values({ ...dataset, ...described, createdAt: 0 })
        .execute();
      const job = {
        id: `job_${number}`,
        project,
        name: `model ${number}`,
        datasetId,
        spec: requestOf(outcome),
        warnings: [],
      };
      await insertJob(database, job);
      return database.transaction().execute((transaction) => saveModel(transaction, job, outcome, Date.now()));
    },
    async close() {
      await app.close();
      await database.destroy();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The request that such an outcome may come from, every default filled in. */
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

async function insertJob(
  database: Database,
  job: { id: string; project: string; name: string; datasetId: string | null },
) {
  const { id, project, name, datasetId } = job;
  await database
    .insertInto('jobs')
    .values({
      id,
      project,
      name,
      datasetId,
      state: 'queued',
      priority: 0,
      request: '{}',
      memoryBytes: 0,
      warnings: '[]',
      attempts: 0,
      crashes: 0,
      createdAt: 0,
    })
    .execute();
}
