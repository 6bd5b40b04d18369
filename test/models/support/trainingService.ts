import { readTable } from '../../../src/datasets/rows/readTable.ts';
import type { AllDatasets } from '../../../src/datasets/service.ts';
import type { Tenant } from '../../../src/kit/contract/caller.ts';
import { newId } from '../../../src/kit/ids.ts';
import type { NewEnsemble } from '../../../src/models/ensembles/service.ts';
import type { Model } from '../../../src/models/schemas.ts';
import type { Database } from '../../../src/store/database/database.ts';
import { chooseKernels } from '../../../src/training/backend/kernels.ts';
import type { Outcome } from '../../../src/training/outcome.ts';
import { resolveSpec } from '../../../src/training/resolve/resolve.ts';
import { specRequestSchema } from '../../../src/training/schemas/spec.ts';
import { pickColumns, pinColumns } from '../../../src/worker/thread/columns.ts';
import { startDatasets } from '../../datasets/support/service.ts';
import { TENANT } from '../../support/access.ts';
import { trainTable } from '../../support/trainTable.ts';
import { type ModelsApp, openModelsApp } from './modelsApp.ts';
import { saveTrained } from './saveTrained.ts';

/** Datasets and models over one real database, with trainings between them. */
export interface TrainingService extends ModelsApp {
  readonly database: Database;
  readonly datasets: AllDatasets;
  readonly temporaryFolder: string;
  /** Returns the id of the new dataset. */
  upload(csv: string): Promise<string>;
  /** Uploads a file of any format. */
  post(file: string | Buffer, type: string, query?: Record<string, string>): Promise<InjectedResponse>;
  /** The rows of a dataset as the API shows them. */
  datasetRows(datasetId: string): Promise<readonly Record<string, unknown>[]>;
  /** The same rows as JSON text. */
  datasetText(datasetId: string): Promise<string>;
  /**
   * Trains on the dataset and saves the model. `request` is the training part of a job's request.
   */
  train(datasetId: string, request: object): Promise<string>;
  /** Saves the same training as two models. */
  twins(datasetId: string, request: object): Promise<readonly [string, string]>;
  /** Saves the outcome as if training had returned it. */
  save(datasetId: string, request: object, outcome: Outcome, project?: string): Promise<string>;
  /** Creates an ensemble of the models with those ids. */
  ensemble(members: readonly string[], more?: Partial<NewEnsemble>, tenant?: Tenant): Promise<string>;
  model(id: string): Promise<Model>;
  predict(id: string, rows: readonly object[]): Promise<readonly PredictedRow[]>;
  close(): Promise<void>;
}

type InjectedResponse = Awaited<ReturnType<ModelsApp['app']['inject']>>;

interface PredictedRow {
  readonly label: string;
  readonly probabilities: Readonly<Record<string, number>>;
  readonly value: number;
}

export async function openTrainingService(): Promise<TrainingService> {
  const { app: datasetsApp, datasets, database, folders, close } = await startDatasets();
  const { find: findDataset, findFile } = datasets;
  const kernels = 'wasm';
  const { createKernels } = chooseKernels(kernels);
  const temporaryFolder = folders.temporary;
  const models = await openModelsApp({
    database,
    createKernels,
    temporaryFolder,
    findDataset,
    findFile,
    kernels,
  });

  async function specOf(datasetId: string, request: object) {
    const dataset = await findDataset(datasetId);
    if (dataset?.rows == null) throw new Error('The dataset is not ready.');
    const shape = { rows: dataset.rows, columns: dataset.columns };
    const { spec, errors } = resolveSpec(specRequestSchema.parse(request), shape);
    if (spec === null) throw new Error(JSON.stringify(errors));
    return { spec, columns: dataset.columns };
  }

  async function trainOn(datasetId: string, request: object): Promise<Outcome> {
    const { spec, columns } = await specOf(datasetId, request);
    const pinned = pinColumns(spec, columns);
    const table = await readTable(String(await findFile(datasetId)));
    return trainTable(pickColumns(table, pinned.columns), pinned.spec, createKernels);
  }

  async function save(datasetId: string, request: object, outcome: Outcome, project = TENANT.project) {
    const { spec } = await specOf(datasetId, request);
    const hyperparameters = { name: 'job', datasetId, priority: 0, labels: {}, ...spec };
    const job = { id: newId('job'), project, name: 'job', datasetId, spec: hyperparameters, warnings: [] };
    return saveTrained(database, job, outcome);
  }

  async function post(file: string | Buffer, type: string, query = {}) {
    const headers = { 'content-type': type };
    return datasetsApp.inject({ method: 'POST', url: '/v1/datasets', payload: file, headers, query });
  }

  async function datasetText(id: string) {
    const { body } = await datasetsApp.inject(`/v1/datasets/${id}/rows?limit=1000`);
    return body.slice(body.indexOf('['), body.lastIndexOf(']') + 1);
  }

  return {
    ...models,
    database,
    datasets,
    temporaryFolder,

    post,

    async upload(csv) {
      const response = await post(csv, 'text/csv');
      if (response.statusCode !== 201) throw new Error(response.body);
      return response.json().id;
    },

    datasetText,

    datasetRows: async (id) => JSON.parse(await datasetText(id)),

    train: async (datasetId, request) => save(datasetId, request, await trainOn(datasetId, request)),

    async twins(datasetId, request) {
      const outcome = await trainOn(datasetId, request);
      return [await save(datasetId, request, outcome), await save(datasetId, request, outcome)];
    },

    save,

    ensemble: (members, more, tenant = TENANT) =>
      models.ensembles(tenant).create({ name: 'together', members, ...more }),

    model: async (id) => (await models.app.inject(`/v1/models/${id}`)).json(),

    async predict(id, rows) {
      const response = await models.app.inject({ method: 'POST', url: `/v1/models/${id}/predict`, payload: { rows } });
      if (response.statusCode !== 200) throw new Error(response.body);
      return response.json().predictions;
    },

    async close() {
      await models.app.close();
      await close();
    },
  };
}
