import { datasetRoutes } from '../../../src/datasets/routes.ts';
import { readTable } from '../../../src/datasets/rows/readTable.ts';
import type { Dataset, DatasetRows } from '../../../src/datasets/schemas.ts';
import { createParquetReader } from '../../../src/datasets/upload/parquetRows.ts';
import { type FittedFeatures, inputNames } from '../../../src/features/features.ts';
import { type Inputs, transform } from '../../../src/features/transform.ts';
import type { Table } from '../../../src/formats/table.ts';
import { buildApp } from '../../../src/http/app.ts';
import { createSemaphore } from '../../../src/kit/limits/semaphore.ts';
import { predictRoutes } from '../../../src/models/predict/routes.ts';
import { createPredictions } from '../../../src/models/predict/service.ts';
import { createLoader, type Loader } from '../../../src/models/stored/predictor/loader.ts';
import type { Predictor } from '../../../src/models/stored/predictor/predictor.ts';
import { chooseKernels } from '../../../src/training/backend/kernels.ts';
import { HTTP_LIMITS, OPEN_GUARD, TENANT } from '../../support/access.ts';
import { DATASET_LIMITS } from '../../support/datasetLimits.ts';
import { openTrainingService } from '../support/trainingService.ts';

/** A body with its media type, and the query with which it is sent. */
export interface Body {
  readonly bytes: Buffer;
  readonly type: string;
  readonly query: Readonly<Record<string, string>>;
}

/** A trained model, and the inputs of every row of its dataset as training computed them. */
export interface Trained {
  readonly model: string;
  readonly names: readonly string[];
  readonly inputs: Inputs;
  readonly table: Table;
  readonly features: FittedFeatures;
}

/** A warning of a prediction, as its header has it. */
export interface PredictionWarning {
  readonly code: string;
  readonly column?: string;
  readonly count: number;
}

/** A prediction, and the inputs that its network got. */
export interface Predicted {
  readonly inputs: Inputs;
  readonly warnings: readonly PredictionWarning[];
  /** Whether a header may lack some of them. */
  readonly isCut: boolean;
}

/** The answer to a request that was refused. */
export interface Refused {
  readonly status: number;
  readonly detail: string;
}

/** Uploads and predictions over HTTP, with trainings between them. */
export interface RoundTrips {
  upload(body: Body): Promise<Dataset | Refused>;
  /** All rows of the dataset, as the API shows them. */
  rows(dataset: Dataset): Promise<DatasetRows['items']>;
  /** Throws as training does. */
  train(dataset: Dataset, request: object): Promise<Trained>;
  predict(model: string, body: Body): Promise<Predicted | Refused>;
  close(): Promise<void>;
}

const MAX_BYTES = 2 ** 30;
const PAGE_ROWS = 1000;
/** The service closes idle connections while the next table is generated and trained on. */
const ONE_REQUEST = { connection: 'close' };
/** Longer headers may be cut. */
const LONG_HEADER = 3500;

export async function startRoundTrips(): Promise<RoundTrips> {
  const service = await openTrainingService();
  const { database, datasets, temporaryFolder } = service;
  const { createKernels } = chooseKernels('wasm');
  const loader = createLoader(database, createKernels);
  const recorded: Inputs[] = [];
  const predictions = createPredictions(
    {
      database,
      loader: recording(loader, recorded),
      largeJson: createSemaphore(1),
      temporaryFolder,
      maxTextBytes: MAX_BYTES,
      maxExpansion: DATASET_LIMITS.maxExpansion,
      json: { bytes: MAX_BYTES, depth: 64, values: 1e7, members: 1e6 },
      readParquetRows: createParquetReader(temporaryFolder, DATASET_LIMITS),
    },
    TENANT,
  );
  const app = await buildApp({
    version: '0.0.0',
    routes: [
      datasetRoutes({ datasets, maxUploadBytes: MAX_BYTES }),
      predictRoutes({ predictions: () => predictions, maxBodyBytes: MAX_BYTES }),
    ],
    guard: OPEN_GUARD,
    limits: HTTP_LIMITS,
    idempotency: { database, clock: Date.now },
    logger: false,
  });
  const address = await app.listen({ port: 0, host: '127.0.0.1' });

  function post(path: string, { bytes, type, query }: Body): Promise<Response> {
    const url = `${address}${path}?${new URLSearchParams(query)}`;
    const headers = { 'content-type': type, ...ONE_REQUEST };
    return fetch(url, { method: 'POST', headers, body: new Uint8Array(bytes) });
  }

  return {
    async upload(body) {
      const response = await post('/v1/datasets', body);
      return response.ok ? ((await response.json()) as Dataset) : refusalOf(response);
    },

    async rows({ id }) {
      const items: DatasetRows['items'][number][] = [];
      for (let offset: number | null = 0; offset !== null; ) {
        const url = `${address}/v1/datasets/${id}/rows?limit=${PAGE_ROWS}&offset=${offset}`;
        const response: Response = await fetch(url, { headers: ONE_REQUEST });
        const page = (await response.json()) as DatasetRows;
        items.push(...page.items);
        offset = page.next;
      }
      return items;
    },

    async train({ id }, request) {
      const model = await service.train(id, request);
      const predictor = await loader.load(model);
      const table = await readTable(String(await datasets.findFile(id)));
      const features = featuresOf(predictor);
      return { model, features, table, names: inputNames(features), inputs: transform(features, table) };
    },

    async predict(model, body) {
      recorded.length = 0;
      const response = await post(`/v1/models/${model}/predict`, body);
      if (!response.ok) return refusalOf(response);
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.startsWith('application/json');
      const header = response.headers.get('trainyard-warnings') ?? '[]';
      const warnings: readonly PredictionWarning[] = isJson ? JSON.parse(text).warnings : JSON.parse(header);
      return { inputs: joined(recorded), warnings, isCut: !isJson && header.length > LONG_HEADER };
    },

    async close() {
      await app.close();
      await service.close();
    },
  };
}

/** Predictors that record the inputs of their networks. */
function recording(loader: Loader, recorded: Inputs[]): Pick<Loader, 'load'> {
  return {
    async load(id) {
      const predictor = await loader.load(id);
      return (
        predictor && {
          ...predictor,
          predict(table) {
            recorded.push(transform(featuresOf(predictor), table));
            return predictor.predict(table);
          },
        }
      );
    },
  };
}

/** The features of a predictor with one network. */
function featuresOf(predictor: Predictor | undefined): FittedFeatures {
  return { version: 1, columns: [...(predictor?.fitted ?? [])] };
}

function joined(chunks: readonly Inputs[]): Inputs {
  return {
    X: Float32Array.from(chunks.flatMap(({ X }) => [...X])),
    codes: Int32Array.from(chunks.flatMap(({ codes }) => [...codes])),
  };
}

async function refusalOf(response: Response): Promise<Refused> {
  const text = await response.text();
  return { status: response.status, detail: text };
}
