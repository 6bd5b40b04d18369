import type { FastifyInstance } from 'fastify';
import { readTable } from '../../../src/datasets/rows/readTable.ts';
import type { AllDatasets } from '../../../src/datasets/service.ts';
import { buildApp } from '../../../src/http/app.ts';
import type { Tenant } from '../../../src/kit/contract/caller.ts';
import { newId } from '../../../src/kit/ids.ts';
import { type NewEnsemble, saveEnsemble } from '../../../src/models/ensembles/service.ts';
import { createEvaluateEnsemble } from '../../../src/models/evaluate/service.ts';
import { modelRoutes } from '../../../src/models/routes.ts';
import type { Model } from '../../../src/models/schemas.ts';
import { createModels, type ModelsOf } from '../../../src/models/service.ts';
import { saveModel } from '../../../src/models/stored/saveModel.ts';
import type { Database } from '../../../src/store/database/database.ts';
import { chooseKernels } from '../../../src/training/backend/kernels.ts';
import { train } from '../../../src/training/loop/train.ts';
import type { Outcome } from '../../../src/training/outcome.ts';
import { resolveSpec } from '../../../src/training/resolve/resolve.ts';
import { specRequestSchema } from '../../../src/training/schemas/spec.ts';
import { pickColumns, pinColumns } from '../../../src/worker/thread/columns.ts';
import { startDatasets } from '../../datasets/support/service.ts';
import { HTTP_LIMITS, OPEN_GUARD, TENANT } from '../../support/access.ts';

/** Datasets and models over one real database, with trainings in between. */
export interface TestService {
  readonly app: FastifyInstance;
  readonly modelsOf: ModelsOf;
  readonly database: Database;
  readonly datasets: AllDatasets;
  /** The id of the new dataset. */
  upload(csv: string): Promise<string>;
  /** Trains on the dataset and saves the model; `request` is what a job says of its training. */
  train(datasetId: string, request: object): Promise<string>;
  /** The same training saved as two models. */
  twins(datasetId: string, request: object): Promise<readonly [string, string]>;
  /** Saves the outcome as if the training had come to it. */
  save(datasetId: string, request: object, outcome: Outcome, project?: string): Promise<string>;
  /** Of the models with those ids. */
  ensemble(members: readonly string[], more?: Partial<NewEnsemble>): Promise<string>;
  model(id: string): Promise<Model>;
  predict(id: string, rows: readonly object[]): Promise<readonly PredictedRow[]>;
  close(): Promise<void>;
}

interface PredictedRow {
  readonly label: string;
  readonly probabilities: Readonly<Record<string, number>>;
  readonly value: number;
}

const MAX_TEXT_BYTES = 2 ** 30;

export async function openTestService(): Promise<TestService> {
  const { app: datasetsApp, datasets, database, folders, close } = await startDatasets();
  const { createKernels } = chooseKernels('wasm');
  const modelsOf = createModels({
    database,
    createKernels,
    clock: Date.now,
    temporaryFolder: folders.temporary,
    maxTextBytes: MAX_TEXT_BYTES,
    maxExpansion: 200,
    json: { bytes: 16 * 2 ** 20, depth: 64, values: 1e6, members: 10_000 },
  });
  const app = await buildApp({
    version: '0',
    routes: [modelRoutes({ models: modelsOf, maxBodyBytes: MAX_TEXT_BYTES })],
    guard: OPEN_GUARD,
    limits: HTTP_LIMITS,
    logger: false,
  });
  const { find: findDataset, findFile } = datasets;
  const evaluate = createEvaluateEnsemble({ database, findDataset, findFile, kernels: 'wasm' });

  async function specOf(datasetId: string, request: object) {
    const dataset = await findDataset(datasetId);
    if (dataset?.rows == null) throw new Error('the dataset is not ready');
    const shape = { rows: dataset.rows, columns: dataset.columns };
    const { spec, errors } = resolveSpec(specRequestSchema.parse(request), shape);
    if (spec === null) throw new Error(JSON.stringify(errors));
    return { spec, columns: dataset.columns };
  }

  async function trainOn(datasetId: string, request: object): Promise<Outcome> {
    const { spec, columns } = await specOf(datasetId, request);
    const pinned = pinColumns(spec, columns);
    const outcome = train({
      table: pickColumns(await readTable(String(await findFile(datasetId))), pinned.columns),
      spec: pinned.spec,
      createKernels,
      checkpoint: null,
      control: {
        stopRequest: () => null,
        consumeCheckpointRequest: () => false,
        threads: () => 1,
        setStep: () => undefined,
      },
      onCheckpoint: () => undefined,
      clock: Date.now,
      onStart: () => undefined,
      onEpoch: () => undefined,
    });
    if (outcome === null) throw new Error('the training was stopped');
    return outcome;
  }

  async function save(datasetId: string, request: object, outcome: Outcome, project = TENANT.project) {
    const { spec } = await specOf(datasetId, request);
    const hyperparameters = { name: 'job', datasetId, priority: 0, labels: {}, ...spec };
    const job = { id: newId('job'), project, name: 'job', datasetId, spec: hyperparameters, warnings: [] };
    await insertJob(database, job);
    return database.transaction().execute((transaction) => saveModel(transaction, job, outcome, Date.now()));
  }

  return {
    app,
    modelsOf,
    database,
    datasets,

    async upload(csv) {
      const headers = { 'content-type': 'text/csv' };
      const answer = await datasetsApp.inject({ method: 'POST', url: '/v1/datasets', payload: csv, headers });
      if (answer.statusCode !== 201) throw new Error(answer.body);
      return answer.json().id;
    },

    train: async (datasetId, request) => save(datasetId, request, await trainOn(datasetId, request)),

    async twins(datasetId, request) {
      const outcome = await trainOn(datasetId, request);
      return [await save(datasetId, request, outcome), await save(datasetId, request, outcome)];
    },

    save,

    ensemble: (members, more) =>
      saveEnsemble({ database, evaluate, clock: Date.now }, { tenant: TENANT, name: 'together', members, ...more }),

    model: async (id) => (await app.inject(`/v1/models/${id}`)).json(),

    async predict(id, rows) {
      const answer = await app.inject({ method: 'POST', url: `/v1/models/${id}/predict`, payload: { rows } });
      if (answer.statusCode !== 200) throw new Error(answer.body);
      return answer.json().predictions;
    },

    async close() {
      await app.close();
      await close();
    },
  };
}

async function insertJob(
  database: Database,
  { id, project, name, datasetId }: { id: string; name: string; datasetId: string } & Pick<Tenant, 'project'>,
): Promise<void> {
  const job = { id, project, name, datasetId, state: 'succeeded', priority: 0, request: '{}', memoryBytes: 0 } as const;
  await database
    .insertInto('jobs')
    .values({ ...job, warnings: '[]', attempts: 1, crashes: 0, createdAt: 0, finishedAt: 1 })
    .execute();
}
